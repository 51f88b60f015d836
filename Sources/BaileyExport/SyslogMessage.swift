import BaileyCore

/// A record as one message of RFC 5424, without a line's end.
///
/// Structured data name the place in the log; the message is the OCSF event, or a shorter one with `truncated="1"` where the whole would be
/// longer than `maximumBytes`. A message beyond ASCII begins with the byte order mark that the RFC asks for.
package enum SyslogMessage {
  /// What receivers take without being told to (rsyslog: 8 KiB).
  package static let maximumBytes = 8000
  /// IANA's enterprise number for examples (RFC 5612): Bailey has none of its own.
  static let structure = "bailey@32473"
  /// Log audit.
  private static let facility = 13
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  package static func bytes(_ record: ExportedRecord, _ origin: ExportOrigin) -> [UInt8] {
    let event = OCSFEvent.json(record, origin)
    let whole = encode(record, origin, event.canonical, isTruncated: false)
    if whole.count <= maximumBytes { return whole }
    for limit in [1024, 256, 64] {
      let part = encode(record, origin, event.shortened(texts: limit, elements: limit / 8).canonical, isTruncated: true)
      if part.count <= maximumBytes { return part }
    }
    return encode(record, origin, Array(record.message.utf8), isTruncated: true)
  }

  /// Octet counting of RFC 6587 and RFC 5425: no byte of a message can end it.
  package static func framed(_ message: [UInt8]) -> [UInt8] { Array("\(message.count) ".utf8) + message }

  private static func encode(_ record: ExportedRecord, _ origin: ExportOrigin, _ message: [UInt8], isTruncated: Bool)
    -> [UInt8]
  {
    let priority = facility * 8 + Importance(record).syslog
    let header = [
      "<\(priority)>1", timestamp(record.time, digits: 6), name(origin.host, 255), "bailey",
      name(record.session ?? "", 128), name(record.event, 32),
    ]
    let text = header.joined(separator: " ") + " " + data(record, origin, isTruncated) + " "
    let needsMark = message.contains { $0 >= 0x80 }
    return Array(text.utf8) + (needsMark ? mark : []) + message
  }

  private static func data(_ record: ExportedRecord, _ origin: ExportOrigin, _ isTruncated: Bool) -> String {
    var parameters: [(String, String?)] = [
      ("origin", origin.log), ("index", String(record.index)), ("leaf", record.leaf), ("kind", record.kind),
      ("verb", record.verb), ("effect", record.effect), ("code", record.reasons.first?["code"]?.string),
    ]
    if record.leftOut > 0 { parameters.append(("leftOut", String(record.leftOut))) }
    if isTruncated { parameters.append(("truncated", "1")) }
    let texts = parameters.compactMap { name, value in value.map { " \(name)=\"\(escaped($0))\"" } }
    // From 1 to 2147483647 and around again (RFC 5424, 7.3.1).
    let sequence = record.index % 2_147_483_647 + 1
    return "[\(structure)\(texts.joined())][meta sequenceId=\"\(sequence)\"]"
  }

  /// RFC 5424, 6.3.3: a backslash before `"`, `\` and `]`; what is not printable is an escape of ours.
  static func escaped(_ value: String) -> String {
    var result = ""
    for character in printable(value.shortened(to: 256)).unicodeScalars {
      if character == "\"" || character == "\\" || character == "]" { result += "\\" }
      result.unicodeScalars.append(character)
    }
    return result
  }

  /// A header's field: visible ASCII, `-` where there is nothing.
  private static func name(_ text: String, _ limit: Int) -> String {
    let bytes = text.utf8.prefix(limit).map { (0x21...0x7E).contains($0) ? $0 : UInt8(ascii: "_") }
    return bytes.isEmpty ? "-" : String(decoding: bytes, as: UTF8.self)
  }
}

extension Importance {
  /// The severity of RFC 5424.
  var syslog: Int {
    switch self {
    case .informational: 6
    case .low: 5
    case .medium: 4
    case .high: 3
    }
  }
}

extension JSON {
  /// Texts of so many bytes and lists of so many elements at most; no member of an object goes, but those of `unmapped`.
  func shortened(texts: Int, elements: Int) -> JSON {
    switch self {
    case .string(let text): .string(text.shortened(to: texts))
    case .array(let list): .array(list.prefix(elements).map { $0.shortened(texts: texts, elements: elements) })
    case .object(let members):
      .object(
        Dictionary(
          members.filter { $0.key != "unmapped" }.map {
            ($0.key, $0.value.shortened(texts: texts, elements: elements))
          },
          uniquingKeysWith: { first, _ in first }))
    case .null, .bool, .int: self
    }
  }
}
