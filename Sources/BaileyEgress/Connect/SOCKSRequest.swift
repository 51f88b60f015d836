import BaileyCore

/// Why bytes are not a SOCKS5 conversation that is served here.
enum SOCKSError: Error, Sendable, Equatable {
  case malformed
  /// No method `no authentication` among the offered ones.
  case method
  /// BIND and UDP ASSOCIATE.
  case command
  case addressType
  /// A NUL, percent sign, control character or the like in the name; the bytes are kept for the record.
  case name(String)
}

/// The two messages of a SOCKS5 client (RFC 1928). Pure: bytes in, value and length out, `nil` while more are needed.
enum SOCKSRequest {
  /// - Returns: length of the greeting.
  static func greeting(_ bytes: [UInt8]) throws(SOCKSError) -> Int? {
    guard let version = bytes.first else { return nil }
    guard version == 5 else { throw .malformed }
    guard bytes.count >= 2 else { return nil }
    let count = Int(bytes[1])
    guard count > 0 else { throw .malformed }
    guard bytes.count >= 2 + count else { return nil }
    guard bytes[2..<(2 + count)].contains(0) else { throw .method }
    return 2 + count
  }

  static func connect(_ bytes: [UInt8]) throws(SOCKSError) -> (host: NamedHost, port: UInt16, length: Int)? {
    var reader = ByteReader(bytes)
    guard let version = reader.byte() else { return nil }
    guard version == 5 else { throw .malformed }
    guard let command = reader.byte() else { return nil }
    guard command == 1 else { throw .command }
    guard let reserved = reader.byte() else { return nil }
    guard reserved == 0 else { throw .malformed }
    guard let type = reader.byte() else { return nil }
    guard let host = try host(type, &reader), let port = reader.short() else { return nil }
    guard port > 0, let number = UInt16(exactly: port) else { throw .malformed }
    return (host, number, reader.position)
  }

  private static func host(_ type: UInt8, _ reader: inout ByteReader) throws(SOCKSError) -> NamedHost? {
    switch type {
    case 1: return reader.take(4).flatMap { IPAddress(bytes: Array($0)) }.map { .address($0) }
    case 4: return reader.take(16).flatMap { IPAddress(bytes: Array($0)) }.map { .address($0) }
    case 3:
      guard let length = reader.byte() else { return nil }
      guard length > 0 else { throw .malformed }
      guard let raw = reader.take(Int(length)) else { return nil }
      let text = String(String.UnicodeScalarView(raw.map { Unicode.Scalar($0) }))
      guard let host = try? NamedHost(text) else { throw .name(text) }
      return host
    default: throw .addressType
    }
  }

  /// RFC 1928 section 6, with an all-zero bound address.
  static func reply(_ code: UInt8) -> [UInt8] { [5, code, 0, 1, 0, 0, 0, 0, 0, 0] }

  static let accepted: UInt8 = 0
  static let failed: UInt8 = 1
  static let refused: UInt8 = 2
  static let unreachable: UInt8 = 4
  static let commandNotSupported: UInt8 = 7
  static let addressTypeNotSupported: UInt8 = 8
}
