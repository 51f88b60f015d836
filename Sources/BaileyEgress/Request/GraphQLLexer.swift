/// Why a text is no executable GraphQL document, or too much of one.
enum GraphQLError: Error, Sendable, Equatable { case malformed, tooLong, tooDeep, notExecutable }

/// The words of a GraphQL document (specification of October 2021, section 2.1); values are passed over.
struct GraphQLLexer {
  enum Token: Equatable { case name(String), punctuator(UInt8), spread, value }

  private let bytes: [UInt8]
  private var offset = 0
  private var left = 10_000

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// `nil` at the end.
  mutating func next() throws(GraphQLError) -> Token? {
    skipIgnored()
    guard offset < bytes.count else { return nil }
    left -= 1
    guard left > 0 else { throw .tooLong }
    let byte = bytes[offset]
    if Self.isNameStart(byte) { return .name(word()) }
    switch byte {
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: "."): return try spread()
    case 0x30...0x39, UInt8(ascii: "-"): return number()
    case _ where "!$&():=@[]{|}".utf8.contains(byte):
      offset += 1
      return .punctuator(byte)
    default: throw .malformed
    }
  }

  /// White space, commas, comments and a byte order mark.
  private mutating func skipIgnored() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 9, 10, 13, 32, UInt8(ascii: ","): offset += 1
      case UInt8(ascii: "#"): while offset < bytes.count, bytes[offset] != 10, bytes[offset] != 13 { offset += 1 }
      case 0xEF where bytes[offset...].starts(with: [0xEF, 0xBB, 0xBF]): offset += 3
      default: return
      }
    }
  }

  private mutating func word() -> String {
    let start = offset
    while offset < bytes.count, Self.isNameStart(bytes[offset]) || (0x30...0x39).contains(bytes[offset]) { offset += 1 }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private static func isNameStart(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x41...0x5A, 0x5F, 0x61...0x7A: true
    default: false
    }
  }

  private mutating func spread() throws(GraphQLError) -> Token {
    guard bytes[offset...].starts(with: "...".utf8) else { throw .malformed }
    offset += 3
    return .spread
  }

  private mutating func number() -> Token {
    while offset < bytes.count, "+-.eE0123456789".utf8.contains(bytes[offset]) { offset += 1 }
    return .value
  }

  private mutating func string() throws(GraphQLError) -> Token {
    let quotes = Array("\"\"\"".utf8)
    guard bytes[offset...].starts(with: quotes) else { return try shortString() }
    offset += 3
    while offset < bytes.count {
      if bytes[offset...].starts(with: [0x5C] + quotes) {
        offset += 4
      } else if bytes[offset...].starts(with: quotes) {
        offset += 3
        return .value
      } else {
        offset += 1
      }
    }
    throw .malformed
  }

  private mutating func shortString() throws(GraphQLError) -> Token {
    offset += 1
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += byte == UInt8(ascii: "\\") ? 2 : 1
      if byte == UInt8(ascii: "\"") { return .value }
      if byte == 10 || byte == 13 { throw .malformed }
    }
    throw .malformed
  }
}
