/// Checks UTF-8 as it comes (Unicode 15, table 3-7): no surrogates, no overlong forms, nothing above U+10FFFF.
struct UTF8Check: Sendable {
  private var missing = 0
  /// What the next byte may be, where one is missing.
  private var next: ClosedRange<UInt8> = 0x80...0xBF

  /// No character is cut here.
  var isWhole: Bool { missing == 0 }

  /// - Returns: how many bytes are UTF-8, or may become so. Where it is not all of them, nothing more can be checked.
  mutating func accept(_ bytes: Span<UInt8>) -> Int {
    for index in bytes.indices {
      let byte = bytes[index]
      if missing == 0, byte < 0x80 { continue }
      guard missing > 0 ? goOn(byte) : begin(byte) else { return index }
    }
    return bytes.count
  }

  private mutating func goOn(_ byte: UInt8) -> Bool {
    missing -= 1
    defer { next = 0x80...0xBF }
    return next.contains(byte)
  }

  private mutating func begin(_ byte: UInt8) -> Bool {
    switch byte {
    case 0xC2...0xDF: (missing, next) = (1, 0x80...0xBF)
    case 0xE0: (missing, next) = (2, 0xA0...0xBF)
    case 0xED: (missing, next) = (2, 0x80...0x9F)
    case 0xE1...0xEF: (missing, next) = (2, 0x80...0xBF)
    case 0xF0: (missing, next) = (3, 0x90...0xBF)
    case 0xF4: (missing, next) = (3, 0x80...0x8F)
    case 0xF1...0xF3: (missing, next) = (3, 0x80...0xBF)
    default: return false
    }
    return true
  }
}
