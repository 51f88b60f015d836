internal import BaileyCore

/// The name of an object of git, 20 or 32 bytes, without memory of its own: histories have millions.
struct ObjectName: Hashable, Sendable {
  private var words: SIMD4<UInt64>
  private var isLong: Bool

  /// From 40 or 64 hexadecimal digits; nil for anything else.
  init?(_ digits: some Collection<UInt8>) {
    guard digits.count == 40 || digits.count == 64 else { return nil }
    (words, isLong) = (.zero, digits.count == 64)
    for (index, digit) in digits.enumerated() {
      guard let value = Self.value(digit) else { return nil }
      words[index / 16] = words[index / 16] << 4 | UInt64(value)
    }
  }

  /// What stands for no object.
  var isNull: Bool { words == .zero }

  var text: String {
    let digits = (0..<4).map { number in
      let text = String(words[number], radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }.joined()
    // The third word of a short name has eight digits.
    return isLong ? digits : String(digits.prefix(32) + digits.dropFirst(40).prefix(8))
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x57
    default: nil
    }
  }
}
