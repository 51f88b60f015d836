/// Why a DNS message is not answered with an address.
enum DNSError: Error, Sendable, Equatable {
  /// No header, or an answer instead of a question: dropped.
  case notAQuery
  /// FORMERR.
  case malformed
  /// NOTIMP.
  case operation
  /// REFUSED: not exactly one question, or not class IN.
  case refused
}

/// The one question of a DNS query (RFC 1035 section 4.1).
///
/// Compression is refused in questions: nothing lies before the name that it could point to, so a pointer there is a loop or an attack.
struct DNSQuestion: Sendable, Equatable {
  var identifier: UInt16
  var recursionDesired: Bool
  /// Labels as sent, case kept: resolvers compare the question of the answer byte for byte (0x20 encoding).
  var labels: [[UInt8]]
  var type: UInt16
  /// The query had an OPT record (RFC 6891), so the answer needs one.
  var hasExtension: Bool

  static let addressIPv4: UInt16 = 1
  static let pointer: UInt16 = 12
  static let addressIPv6: UInt16 = 28
  static let any: UInt16 = 255

  /// The name with dots; a dot or a backslash inside of a label makes it no host name.
  var name: String? {
    var text = ""
    for label in labels {
      guard label.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "\\") })
      else {
        return nil
      }
      if !text.isEmpty { text += "." }
      text += String(decoding: label, as: UTF8.self)
    }
    return text
  }

  static func parse(_ bytes: [UInt8]) throws(DNSError) -> DNSQuestion {
    guard bytes.count >= 12, bytes[2] & 0x80 == 0 else { throw .notAQuery }
    guard bytes.count <= 4096 else { throw .malformed }
    guard bytes[2] & 0x78 == 0 else { throw .operation }
    // TC in a question: the rest of it would be elsewhere.
    guard bytes[2] & 0x02 == 0 else { throw .malformed }
    var reader = ByteReader(bytes)
    let identifier = reader.short() ?? 0
    _ = reader.short()
    guard let questions = reader.short(), let answers = reader.short(), let authorities = reader.short(),
      let additional = reader.short()
    else { throw .malformed }
    guard questions == 1 else { throw .refused }
    guard answers == 0, authorities == 0, additional <= 2 else { throw .malformed }
    let labels = try name(&reader)
    guard let type = reader.short(), let kind = reader.short() else { throw .malformed }
    guard kind == 1 else { throw .refused }
    var question = DNSQuestion(
      identifier: UInt16(identifier), recursionDesired: bytes[2] & 1 == 1, labels: labels, type: UInt16(type),
      hasExtension: false)
    for _ in 0..<additional { try question.additional(&reader) }
    guard reader.isAtEnd else { throw .malformed }
    return question
  }

  private static func name(_ reader: inout ByteReader) throws(DNSError) -> [[UInt8]] {
    var labels: [[UInt8]] = []
    var total = 1
    while true {
      guard let length = reader.byte() else { throw .malformed }
      if length == 0 { return labels }
      guard length <= 63, let label = reader.take(Int(length)) else { throw .malformed }
      total += Int(length) + 1
      guard total <= 255 else { throw .malformed }
      labels.append(Array(label))
    }
  }

  private mutating func additional(_ reader: inout ByteReader) throws(DNSError) {
    _ = try Self.name(&reader)
    guard let type = reader.short(), reader.short() != nil, reader.take(4) != nil, let length = reader.short(),
      reader.take(length) != nil
    else { throw .malformed }
    if type == 41 {
      guard !hasExtension else { throw .malformed }
      hasExtension = true
    }
  }
}
