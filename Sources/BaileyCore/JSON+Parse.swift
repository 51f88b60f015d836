/// Why a text is not JSON as Bailey reads it.
package enum JSONError: Error, Sendable, Equatable {
  case unexpected(offset: Int)
  case invalidUTF8(offset: Int)
  case duplicateKey(String)
  case fraction(offset: Int)
  case integerOutOfRange(offset: Int)
  case tooDeep
  case tooLarge
}

extension JSON {
  /// Reads one JSON text (RFC 8259) of at most `maximumBytes` and 64 levels.
  ///
  /// Stricter than the RFC where parsers differ: a duplicate key, a fraction, an exponent or an integer beyond 64 bits is an
  /// error, not a choice.
  ///
  /// - Parameter numbers: of others' documents, whose numbers nobody asks for, those that are no integers may be read as null.
  package static func parse(
    _ bytes: some Sequence<UInt8>, maximumBytes: Int = 16 << 20, numbers: JSONNumbers = .integers
  ) throws(JSONError) -> JSON {
    let input = ContiguousArray(bytes)
    if input.count > maximumBytes { throw .tooLarge }
    var reader = JSONReader(input: input, numbers: numbers)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    if reader.offset != input.count { throw .unexpected(offset: reader.offset) }
    return value
  }

  package static func parse(_ text: String) throws(JSONError) -> JSON { try parse(text.utf8) }
}

/// What of numbers is read.
package enum JSONNumbers: Sendable {
  /// Integers of 64 bits; others are an error.
  case integers
  /// Others are null.
  case othersAsNull
}

private struct JSONReader {
  let input: ContiguousArray<UInt8>
  let numbers: JSONNumbers
  var offset = 0

  var next: UInt8? { offset < input.count ? input[offset] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }

  mutating func take(_ byte: UInt8) throws(JSONError) {
    guard next == byte else { throw .unexpected(offset: offset) }
    offset += 1
  }

  mutating func literal(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    for byte in text.description.utf8 { try take(byte) }
    return value
  }

  mutating func value(depth: Int) throws(JSONError) -> JSON {
    if depth > 64 { throw .tooDeep }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: return try integer()
    }
  }

  mutating func object(depth: Int) throws(JSONError) -> JSON {
    try take(UInt8(ascii: "{"))
    var members: [String: JSON] = [:]
    skipSpace()
    if next == UInt8(ascii: "}") {
      offset += 1
      return .object(members)
    }
    while true {
      skipSpace()
      let key = try string()
      skipSpace()
      try take(UInt8(ascii: ":"))
      let element = try value(depth: depth + 1)
      if members.updateValue(element, forKey: key) != nil { throw .duplicateKey(key) }
      skipSpace()
      if next == UInt8(ascii: ",") {
        offset += 1
        continue
      }
      try take(UInt8(ascii: "}"))
      return .object(members)
    }
  }

  mutating func array(depth: Int) throws(JSONError) -> JSON {
    try take(UInt8(ascii: "["))
    var elements: [JSON] = []
    skipSpace()
    if next == UInt8(ascii: "]") {
      offset += 1
      return .array(elements)
    }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if next == UInt8(ascii: ",") {
        offset += 1
        continue
      }
      try take(UInt8(ascii: "]"))
      return .array(elements)
    }
  }

  mutating func integer() throws(JSONError) -> JSON {
    let start = offset
    if next == UInt8(ascii: "-") { offset += 1 }
    let digits = offset
    while let byte = next, (0x30...0x39).contains(byte) { offset += 1 }
    guard offset > digits else { throw .unexpected(offset: start) }
    if input[digits] == 0x30, offset - digits > 1 { throw .unexpected(offset: digits) }
    if let byte = next, byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") {
      guard numbers == .othersAsNull else { throw .fraction(offset: start) }
      try skipFraction()
      return .null
    }
    guard let value = Int64(String(decoding: input[start..<offset], as: UTF8.self)) else {
      guard numbers == .othersAsNull else { throw .integerOutOfRange(offset: start) }
      return .null
    }
    return .int(value)
  }

  private mutating func skipFraction() throws(JSONError) {
    if next == UInt8(ascii: ".") {
      offset += 1
      try skipDigits()
    }
    guard let byte = next, byte | 0x20 == UInt8(ascii: "e") else { return }
    offset += 1
    if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { offset += 1 }
    try skipDigits()
  }

  private mutating func skipDigits() throws(JSONError) {
    let start = offset
    while let byte = next, (0x30...0x39).contains(byte) { offset += 1 }
    guard offset > start else { throw .unexpected(offset: offset) }
  }

  mutating func string() throws(JSONError) -> String {
    try take(UInt8(ascii: "\""))
    let start = offset
    var bytes: [UInt8] = []
    while let byte = next {
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .invalidUTF8(offset: start) }
        return text
      case UInt8(ascii: "\\"): try escape(into: &bytes)
      case 0..<0x20: throw .unexpected(offset: offset - 1)
      default: bytes.append(byte)
      }
    }
    throw .unexpected(offset: offset)
  }

  mutating func escape(into bytes: inout [UInt8]) throws(JSONError) {
    let start = offset
    guard let byte = next else { throw .unexpected(offset: offset) }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "u"):
      guard let scalar = try unicodeEscape() else { throw .unexpected(offset: start) }
      bytes += String(Character(scalar)).utf8
    default: throw .unexpected(offset: start)
    }
  }

  /// A lone surrogate is refused: it has no UTF-8 form, so nothing that hashes it would agree.
  mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar? {
    let first = try fourHex()
    guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) }
    try take(UInt8(ascii: "\\"))
    try take(UInt8(ascii: "u"))
    let second = try fourHex()
    guard (0xDC00..<0xE000).contains(second) else { return nil }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
  }

  mutating func fourHex() throws(JSONError) -> UInt32 {
    guard offset + 4 <= input.count else { throw .unexpected(offset: offset) }
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(input[offset])).hexDigitValue, input[offset] < 0x80 else {
        throw .unexpected(offset: offset)
      }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }
}
