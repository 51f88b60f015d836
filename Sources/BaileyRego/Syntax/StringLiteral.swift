/// Escapes in strings of JSON and Rego.
enum StringLiteral {
  /// The bytes that an escaped text stands for; nil when an escape is wrong.
  ///
  /// A lone surrogate becomes U+FFFD, as in Go.
  static func unescape(_ text: ArraySlice<UInt8>, template: Bool = false) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    var rest = text
    while let byte = rest.popFirst() {
      if byte == 0x5C {
        guard let bytes = escape(&rest, template) else { return nil }
        out += bytes
      } else {
        out.append(byte)
      }
    }
    return out
  }

  private static func escape(_ rest: inout ArraySlice<UInt8>, _ template: Bool) -> [UInt8]? {
    guard let letter = rest.popFirst() else { return nil }
    switch letter {
    case 0x22, 0x5C, 0x2F: return [letter]
    case 0x62: return [8]
    case 0x66: return [12]
    case 0x6E: return [10]
    case 0x72: return [13]
    case 0x74: return [9]
    case 0x7B where template: return [letter]
    case 0x75: return unicode(&rest).map { Array(String(Character($0)).utf8) }
    default: return nil
    }
  }

  private static func unicode(_ rest: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard let first = hex4(&rest) else { return nil }
    guard (0xD800..<0xDC00).contains(first), rest.starts(with: [0x5C, 0x75]) else {
      return Unicode.Scalar(first) ?? "\u{FFFD}"
    }
    var ahead = rest.dropFirst(2)
    guard let second = hex4(&ahead), (0xDC00..<0xE000).contains(second) else { return "\u{FFFD}" }
    rest = ahead
    return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
  }

  private static func hex4(_ rest: inout ArraySlice<UInt8>) -> UInt32? {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = rest.popFirst(), let digit = hexDigit(byte) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x61...0x66: byte - 0x57
    case 0x41...0x46: byte - 0x37
    default: nil
    }
  }
}
