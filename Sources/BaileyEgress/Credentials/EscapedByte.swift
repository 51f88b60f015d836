/// What stands at a place of a text, as URLs (`%2F`), JSON (`\/`, `\u002f`), programs (`\x2f`) or HTML (`&#47;`, `&sol;`) escape it.
enum EscapedByte {
  /// A byte of a URL, or a character; and how many bytes it takes.
  case scalar(UInt32, length: Int)
  /// An escape begins, and the text ends in it.
  case cut
  case plain

  static func read(_ text: Span<UInt8>, _ at: Int) -> EscapedByte {
    switch text[at] {
    case 0x25: hex(text, at, sign: 1, digits: 2)
    case 0x5C: escape(text, at)
    case 0x26: entity(text, at)
    default: .plain
    }
  }

  /// UTF-8; of what a URL writes byte by byte the byte.
  static func bytes(_ scalar: UInt32) -> [UInt8] {
    if scalar > Self.byteMark { return [UInt8(truncatingIfNeeded: scalar)] }
    return Unicode.Scalar(scalar).map { Array(String(Character($0)).utf8) } ?? []
  }

  /// How many bytes of a form it stands for at this place; `nil` where others stand there.
  static func stands(_ scalar: UInt32, _ form: [UInt8], _ index: Int) -> Int? {
    if scalar < 0x80 { return form[index] == UInt8(scalar) ? 1 : nil }
    let bytes = bytes(scalar)
    return !bytes.isEmpty && form[index...].starts(with: bytes) ? bytes.count : nil
  }

  /// Beyond all characters: a byte of 0x80 or above that is no character by itself.
  private static let byteMark: UInt32 = 0x20_0000

  private static let letters: [UInt8: UInt32] = [
    0x22: 0x22, 0x27: 0x27, 0x5C: 0x5C, 0x2F: 0x2F, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09, 0x62: 0x08, 0x66: 0x0C,
  ]

  private static func escape(_ text: Span<UInt8>, _ at: Int) -> EscapedByte {
    guard at + 1 < text.count else { return .cut }
    switch text[at + 1] {
    case 0x75: return hex(text, at, sign: 2, digits: 4)
    case 0x78: return hex(text, at, sign: 2, digits: 2)
    default: return letters[text[at + 1]].map { .scalar($0, length: 2) } ?? .plain
    }
  }

  private static func hex(_ text: Span<UInt8>, _ at: Int, sign: Int, digits: Int) -> EscapedByte {
    var value: UInt32 = 0
    for place in (at + sign)..<(at + sign + digits) {
      guard place < text.count else { return .cut }
      guard let digit = digit(text[place], 16) else { return .plain }
      value = value << 4 | digit
    }
    return .scalar(value >= 0x80 && digits == 2 ? value | byteMark : value, length: sign + digits)
  }

  // MARK: HTML

  /// Zeros before a number, or a name, go no further.
  private static let longestEntity = 12

  private static let names: [String: UInt32] = [
    "quot": 0x22, "QUOT": 0x22, "amp": 0x26, "AMP": 0x26, "lt": 0x3C, "LT": 0x3C, "gt": 0x3E, "GT": 0x3E,
    "apos": 0x27, "sol": 0x2F, "plus": 0x2B, "equals": 0x3D, "colon": 0x3A, "semi": 0x3B, "commat": 0x40, "num": 0x23,
    "dollar": 0x24, "percnt": 0x25, "ast": 0x2A, "midast": 0x2A, "lpar": 0x28, "rpar": 0x29, "lsqb": 0x5B,
    "lbrack": 0x5B, "rsqb": 0x5D, "rbrack": 0x5D, "lcub": 0x7B, "lbrace": 0x7B, "rcub": 0x7D, "rbrace": 0x7D,
    "verbar": 0x7C, "vert": 0x7C, "lowbar": 0x5F, "period": 0x2E, "comma": 0x2C, "excl": 0x21, "quest": 0x3F,
    "grave": 0x60, "Hat": 0x5E, "bsol": 0x5C, "Tab": 0x09, "NewLine": 0x0A,
  ]

  /// A number may end without its semicolon, as browsers read it; a name may not.
  private static func entity(_ text: Span<UInt8>, _ at: Int) -> EscapedByte {
    let most = min(text.count, at + longestEntity)
    var end = at + 1
    while end < most, isEntity(text[end]) { end += 1 }
    if end == text.count, end < at + longestEntity { return .cut }
    let closed = end < text.count && text[end] == 0x3B ? 1 : 0
    guard end > at + 1, text[at + 1] == 0x23 else {
      let name = String(decoding: (at + 1..<end).map { text[$0] }, as: UTF8.self)
      return closed == 1 ? names[name].map { .scalar($0, length: end - at + 1) } ?? .plain : .plain
    }
    let isHex = end > at + 2 && text[at + 2] | 0x20 == 0x78
    return number(text, at, from: at + (isHex ? 3 : 2), radix: isHex ? 16 : 10, end: end)
  }

  private static func isEntity(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x23
  }

  private static func number(_ text: Span<UInt8>, _ at: Int, from start: Int, radix: UInt32, end: Int) -> EscapedByte {
    var (value, place): (UInt32, Int) = (0, start)
    while place < end, let digit = digit(text[place], radix), value < 0x11_0000 {
      value = value * radix + digit
      place += 1
    }
    guard place > start, value < 0x11_0000 else { return .plain }
    let closed = place < text.count && text[place] == 0x3B ? 1 : 0
    return .scalar(value, length: place - at + closed)
  }

  private static func digit(_ byte: UInt8, _ radix: UInt32) -> UInt32? {
    let value: UInt32? =
      switch byte {
      case 0x30...0x39: UInt32(byte) - 0x30
      case 0x41...0x46, 0x61...0x66: UInt32(byte | 0x20) - 0x57
      default: nil
      }
    return value.flatMap { $0 < radix ? $0 : nil }
  }
}
