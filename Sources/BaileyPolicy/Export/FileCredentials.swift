import BaileyCore

/// Headers and certificates for a collector, from files that only their owner can read; in no message and in no process listing.
struct FileCredentials: ExportCredentials {
  let headers: String?
  let tls: RemoteTLS?
  let storage: any PolicyStorage

  private static let maximumHeaders = 32
  /// Framing is the client's.
  private static let reserved: Set<String> = [
    "host", "content-length", "transfer-encoding", "connection", "content-type",
  ]

  func read() throws(Fault) -> (headers: [String: String], security: HTTPSecurity?) {
    let security = try tls?.read(storage)
    guard let headers else { return ([:], security) }
    return (try Self.lines(SecretFile.read(headers, storage), headers), security)
  }

  /// `name: value`, one a line; an empty line says nothing.
  static func lines(_ bytes: [UInt8], _ path: String) throws(Fault) -> [String: String] {
    var found: [String: String] = [:]
    for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      let text = line.last == 0x0D ? line.dropLast() : line
      if text.isEmpty { continue }
      guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex,
        text[..<colon].allSatisfy(isToken), text.allSatisfy({ (0x20...0x7E).contains($0) })
      else { throw fault("\(path):\(number + 1)", "a line is `name: value` in visible ASCII") }
      let name = String(decoding: text[..<colon], as: UTF8.self).lowercased()
      let value = text[text.index(after: colon)...].drop { $0 == 0x20 }
      guard !reserved.contains(name), found.count < maximumHeaders else {
        throw fault("\(path):\(number + 1)", "this header is the client's own, or one too many")
      }
      found[name] = String(decoding: value, as: UTF8.self)
    }
    return found
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
      || byte == 0x5F
  }

  private static func fault(_ subject: String, _ why: String) -> Fault {
    Fault("export-headers", subject: subject, why: why)
  }
}
