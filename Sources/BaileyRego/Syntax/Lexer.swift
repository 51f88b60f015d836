/// Reads tokens on demand from the bytes of a module.
struct Lexer {
  let bytes: [UInt8]
  let file: Int32
  private(set) var position = 0
  private var line: Int32 = 1
  private var lineStart = 0
  let comments = CommentTable()

  init(_ bytes: [UInt8], file: Int32) {
    self.bytes = bytes
    self.file = file
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  var here: Location {
    var location = Location(file: file, line: line, column: Int32(position - lineStart + 1))
    (location.start, location.end) = (Int32(position), Int32(position))
    return location
  }

  private func peek(_ offset: Int = 0) -> UInt8 { position + offset < bytes.count ? bytes[position + offset] : 0 }

  mutating func next() throws(RegoError) -> Token {
    skipSpace()
    let start = position
    var location = here
    guard position < bytes.count else { return Token(kind: .end, start: start, end: start, location: location) }
    let kind = try kind()
    location.end = Int32(position)
    return Token(kind: kind, start: start, end: position, location: location)
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0D: position += 1
      case 0x0A: newLine()
      case 0x23: comment()
      default: return
      }
    }
  }

  private mutating func comment() {
    var location = here
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
    location.end = Int32(position)
    comments.add(location)
  }

  private mutating func newLine() {
    position += 1
    line += 1
    lineStart = position
  }

  private mutating func kind() throws(RegoError) -> Token.Kind {
    let byte = bytes[position]
    switch byte {
    case _ where Self.startsWord(byte): return word()
    case 0x30...0x39: return try number()
    case 0x22: return try string()
    case 0x60: return try rawString()
    case 0x24 where peek(1) == 0x22 || peek(1) == 0x60:
      position += 2
      return bytes[position - 1] == 0x22 ? .template : .rawTemplate
    default: return try punctuation(byte)
    }
  }

  static func startsWord(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0x5F
  }

  static func continuesWord(_ byte: UInt8) -> Bool { startsWord(byte) || (0x30...0x39).contains(byte) }

  private mutating func word() -> Token.Kind {
    let start = position
    while Self.continuesWord(peek()) { position += 1 }
    // A keyword that a dot follows at once is a name: `not.foo`.
    if peek() == 0x2E { return .identifier }
    return Token.keywords[String(decoding: bytes[start..<position], as: UTF8.self)] ?? .identifier
  }

  private mutating func number() throws(RegoError) -> Token.Kind {
    let location = here
    let start = position
    digits()
    if bytes[start] == 0x30, position > start + 1 {
      throw RegoError(.parse, "illegal number format: expected number without leading zero", location)
    }
    if peek() == 0x2E, (0x30...0x39).contains(peek(1)) {
      position += 1
      digits()
    }
    if peek() == 0x65 || peek() == 0x45 {
      let sign = peek(1) == 0x2B || peek(1) == 0x2D ? 2 : 1
      guard (0x30...0x39).contains(peek(sign)) else { throw RegoError(.parse, "illegal number format", location) }
      position += sign
      digits()
    }
    if Self.startsWord(peek()) || position - start > Number.maximumLength {
      throw RegoError(.parse, "illegal number format", location)
    }
    return .number
  }

  private mutating func digits() { while (0x30...0x39).contains(peek()) { position += 1 } }

  private mutating func string() throws(RegoError) -> Token.Kind {
    let location = here
    position += 1
    while position < bytes.count, bytes[position] != 0x0A {
      if bytes[position] == 0x22 {
        position += 1
        return .string
      }
      position += bytes[position] == 0x5C ? 2 : 1
    }
    throw RegoError(.parse, "non-terminated string", location)
  }

  private mutating func rawString() throws(RegoError) -> Token.Kind {
    let location = here
    position += 1
    while position < bytes.count {
      if bytes[position] == 0x60 {
        position += 1
        return .rawString
      }
      if bytes[position] == 0x0A { newLine() } else { position += 1 }
    }
    throw RegoError(.parse, "non-terminated string", location)
  }

  /// The text of a template up to `{` or the closing quote, which is consumed; escapes stay as they are.
  mutating func templateText(raw: Bool) throws(RegoError) -> (text: ArraySlice<UInt8>, ended: Bool) {
    let (start, location) = (position, here)
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0x7B || byte == (raw ? 0x60 : 0x22) {
        position += 1
        return (bytes[start..<(position - 1)], byte != 0x7B)
      }
      if byte == 0x0A {
        if !raw { break }
        newLine()
      } else {
        position += byte == 0x5C && (!raw || peek(1) == 0x7B) ? 2 : 1
      }
    }
    throw RegoError(.parse, "non-terminated string", location)
  }

  private mutating func punctuation(_ byte: UInt8) throws(RegoError) -> Token.Kind {
    let location = here
    position += 1
    switch byte {
    case 0x7B: return .leftBrace
    case 0x7D: return .rightBrace
    case 0x5B: return .leftBracket
    case 0x5D: return .rightBracket
    case 0x28: return .leftParen
    case 0x29: return .rightParen
    case 0x2C: return .comma
    case 0x3B: return .semicolon
    case 0x2E: return .dot
    case 0x2B: return .plus
    case 0x2D: return .minus
    case 0x2A: return .times
    case 0x2F: return .divide
    case 0x25: return .remainder
    case 0x26: return .and
    case 0x7C: return .or
    case 0x3A: return followedByEquals(.assign, .colon)
    case 0x3D: return followedByEquals(.equal, .unify)
    case 0x3C: return followedByEquals(.lessOrEqual, .less)
    case 0x3E: return followedByEquals(.greaterOrEqual, .greater)
    case 0x21 where peek() == 0x3D: return followedByEquals(.notEqual, .notEqual)
    default: throw RegoError(.parse, "illegal token", location)
    }
  }

  private mutating func followedByEquals(_ long: Token.Kind, _ short: Token.Kind) -> Token.Kind {
    guard peek() == 0x3D else { return short }
    position += 1
    return long
  }
}
