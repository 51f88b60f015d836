/// Strings of JSON and what they stand for.
enum JSONString {
  /// What a backslash and a letter stand for.
  static func short(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x22, 0x5C, 0x2F: byte
    case 0x62: 0x08
    case 0x66: 0x0C
    case 0x6E: 0x0A
    case 0x72: 0x0D
    case 0x74: 0x09
    default: nil
    }
  }

  /// The string between the quotes, which a tokenizer has passed, without escapes. Half of a pair is the mark for what cannot be shown.
  static func view(_ bytes: Span<UInt8>, _ range: Range<Int>) -> TextView {
    var (view, done, at) = (TextView(), range.lowerBound, range.lowerBound)
    while at < range.upperBound {
      guard bytes[at] == 0x5C, at + 1 < range.upperBound else {
        at += 1
        continue
      }
      view.copy(done..<at, of: bytes)
      let (length, text) = escape(bytes, at, range.upperBound)
      view.replace(at..<at + length, with: text)
      at += length
      done = at
    }
    view.copy(done..<range.upperBound, of: bytes)
    return view
  }

  private static func escape(_ bytes: Span<UInt8>, _ at: Int, _ end: Int) -> (length: Int, text: [UInt8]) {
    if let short = short(bytes[at + 1]) { return (2, [short]) }
    let first = unit(bytes, at, end)
    if 0xD800..<0xDC00 ~= first, let low = Optional(unit(bytes, at + 6, end)), 0xDC00..<0xE000 ~= low {
      return (12, utf8(0x10000 + (first - 0xD800) << 10 + (low - 0xDC00)))
    }
    return (min(6, end - at), utf8(first))
  }

  private static func unit(_ bytes: Span<UInt8>, _ at: Int, _ end: Int) -> UInt32 {
    guard at + 6 <= end, bytes[at] == 0x5C, bytes[at + 1] == 0x75 else { return 0xFFFD }
    return (at + 2..<at + 6).reduce(0) { $0 << 4 | UInt32(Bytes.hex(bytes[$1]) ?? 0) }
  }

  private static func utf8(_ number: UInt32) -> [UInt8] {
    Array(String(Character(Unicode.Scalar(number) ?? "\u{FFFD}")).utf8)
  }

  /// Written so that it may stand between the quotes. What is no UTF-8 becomes the mark for it.
  static func escape(_ text: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    let clean =
      String(validating: text, as: UTF8.self) == nil ? Array(String(decoding: text, as: UTF8.self).utf8) : text
    return clean.flatMap { byte -> [UInt8] in
      switch byte {
      case 0x22, 0x5C: [0x5C, byte]
      case 0x0A: [0x5C, 0x6E]
      case 0x0D: [0x5C, 0x72]
      case 0x09: [0x5C, 0x74]
      case 0..<0x20: Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: [byte]
      }
    }
  }
}
