/// Why bytes are not one text of JSON, or more than is read.
enum JSONIssue: Error, Equatable {
  case unexpected(offset: Int)
  case unfinished
  case tooDeep(offset: Int)
  /// More leaves than are read.
  case tooMany(offset: Int)
}

/// What a tokenizer saw. Ranges are in the stream.
enum JSONToken: Equatable {
  case beginObject, endObject, beginArray, endArray
  /// Between the quotes.
  case string(Range<Int>, isKey: Bool)
  case number(Range<Int>)
  case literal
}

/// Reads JSON (RFC 8259) byte by byte, and takes nothing that the RFC does not: no comments, no trailing commas, no byte order mark, no
/// UTF-8 that is none. It holds no bytes, only where it is; keys that are equal are not told.
struct JSONTokenizer {
  private enum State: Equatable {
    case value, valueOrEnd, keyOrEnd, key, colon, after, done
    case string, escape
    case digits(Int)
    case number(Number)
    case literal([UInt8], Int)
  }

  private enum Number: Equatable { case minus, zero, whole, point, fraction, exponent, sign, power }

  static let maximumDepth = 128

  private(set) var offset = 0
  private var state = State.value
  /// For each level whether it is an object.
  private var levels: [Bool] = []
  private var begin = 0
  private var isKey = false
  private var utf8 = UTF8State()

  /// Whether the next byte belongs to a string, or ends it: `true` for a key.
  var openString: Bool? {
    switch state {
    case .string, .escape, .digits: isKey
    default: nil
    }
  }

  /// Whether the last byte belongs to a number.
  var isInNumber: Bool { if case .number = state { true } else { false } }

  mutating func read(_ byte: UInt8, into tokens: inout [JSONToken]) throws(JSONIssue) {
    switch state {
    case .string: try string(byte, &tokens)
    case .escape: try escape(byte)
    case .digits(let left):
      guard Bytes.hex(byte) != nil else { throw .unexpected(offset: offset) }
      state = left == 1 ? .string : .digits(left - 1)
    case .number(let number): try self.number(number, byte, &tokens)
    case .literal(let text, let at):
      guard text[at] == byte else { throw .unexpected(offset: offset) }
      state = at + 1 < text.count ? .literal(text, at + 1) : ended()
      if at + 1 == text.count { tokens.append(.literal) }
    default: try structure(byte, &tokens)
    }
    offset += 1
  }

  mutating func finish(into tokens: inout [JSONToken]) throws(JSONIssue) {
    if case .number(let number) = state, levels.isEmpty, Self.mayEnd(number) {
      tokens.append(.number(begin..<offset))
      state = .done
    }
    guard state == .done else { throw .unfinished }
  }

  private func ended() -> State { levels.isEmpty ? .done : .after }

  private mutating func structure(_ byte: UInt8, _ tokens: inout [JSONToken]) throws(JSONIssue) {
    if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { return }
    switch (state, byte) {
    case (.value, _): try value(byte, &tokens)
    case (.valueOrEnd, 0x5D), (.keyOrEnd, 0x7D), (.after, 0x5D), (.after, 0x7D): try close(byte, &tokens)
    case (.valueOrEnd, _): try value(byte, &tokens)
    case (.keyOrEnd, 0x22), (.key, 0x22): open(isKey: true)
    case (.colon, 0x3A): state = .value
    case (.after, 0x2C): state = levels.last == true ? .key : .value
    default: throw .unexpected(offset: offset)
    }
  }

  private mutating func value(_ byte: UInt8, _ tokens: inout [JSONToken]) throws(JSONIssue) {
    switch byte {
    case 0x22: open(isKey: false)
    case 0x7B, 0x5B:
      guard levels.count < Self.maximumDepth else { throw .tooDeep(offset: offset) }
      levels.append(byte == 0x7B)
      tokens.append(byte == 0x7B ? .beginObject : .beginArray)
      state = byte == 0x7B ? .keyOrEnd : .valueOrEnd
    case 0x74: state = .literal(Array("true".utf8), 1)
    case 0x66: state = .literal(Array("false".utf8), 1)
    case 0x6E: state = .literal(Array("null".utf8), 1)
    case 0x2D, 0x30...0x39:
      begin = offset
      state = .number(byte == 0x2D ? .minus : (byte == 0x30 ? .zero : .whole))
    default: throw .unexpected(offset: offset)
    }
  }

  private mutating func close(_ byte: UInt8, _ tokens: inout [JSONToken]) throws(JSONIssue) {
    guard levels.popLast() == (byte == 0x7D) else { throw .unexpected(offset: offset) }
    tokens.append(byte == 0x7D ? .endObject : .endArray)
    state = ended()
  }

  private mutating func open(isKey: Bool) {
    (self.isKey, begin, state, utf8) = (isKey, offset + 1, .string, UTF8State())
  }

  private mutating func string(_ byte: UInt8, _ tokens: inout [JSONToken]) throws(JSONIssue) {
    guard utf8.read(byte), byte >= 0x20 else { throw .unexpected(offset: offset) }
    if byte == 0x5C { state = .escape }
    guard byte == 0x22 else { return }
    tokens.append(.string(begin..<offset, isKey: isKey))
    state = isKey ? .colon : ended()
  }

  private mutating func escape(_ byte: UInt8) throws(JSONIssue) {
    guard byte == 0x75 || JSONString.short(byte) != nil else { throw .unexpected(offset: offset) }
    state = byte == 0x75 ? .digits(4) : .string
  }

  private static func mayEnd(_ number: Number) -> Bool {
    switch number {
    case .zero, .whole, .fraction, .power: true
    case .minus, .point, .exponent, .sign: false
    }
  }

  private mutating func number(_ number: Number, _ byte: UInt8, _ tokens: inout [JSONToken]) throws(JSONIssue) {
    if let next = Self.next(number, byte) { return state = .number(next) }
    guard Self.mayEnd(number) else { throw .unexpected(offset: offset) }
    tokens.append(.number(begin..<offset))
    state = ended()
    try structure(byte, &tokens)
  }

  private static func next(_ number: Number, _ byte: UInt8) -> Number? {
    let isDigit = Bytes.isDigit(byte)
    switch number {
    case .minus: return isDigit ? (byte == 0x30 ? .zero : .whole) : nil
    case .zero, .whole:
      if isDigit { return number == .whole ? .whole : nil }
      return byte == 0x2E ? .point : (byte | 0x20 == 0x65 ? .exponent : nil)
    case .point: return isDigit ? .fraction : nil
    case .fraction: return isDigit ? .fraction : (byte | 0x20 == 0x65 ? .exponent : nil)
    case .exponent: return isDigit ? .power : (byte == 0x2B || byte == 0x2D ? .sign : nil)
    case .sign, .power: return isDigit ? .power : nil
    }
  }
}

/// Whether bytes are UTF-8 (RFC 3629), as far as they are known.
struct UTF8State {
  private var left = 0
  private var low: UInt8 = 0x80
  private var high: UInt8 = 0xBF

  mutating func read(_ byte: UInt8) -> Bool {
    if left > 0 {
      guard low...high ~= byte else { return false }
      (left, low, high) = (left - 1, 0x80, 0xBF)
      return true
    }
    switch byte {
    case 0..<0x80: return true
    case 0xC2...0xDF: left = 1
    case 0xE0...0xEF: (left, low, high) = (2, byte == 0xE0 ? 0xA0 : 0x80, byte == 0xED ? 0x9F : 0xBF)
    case 0xF0...0xF4: (left, low, high) = (3, byte == 0xF0 ? 0x90 : 0x80, byte == 0xF4 ? 0x8F : 0xBF)
    default: return false
    }
    return true
  }
}
