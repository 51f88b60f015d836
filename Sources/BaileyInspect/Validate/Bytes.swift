/// Questions about single bytes of ASCII.
enum Bytes {
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  static func isLower(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
  static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
  static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
  static func isWord(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }
  /// Of a run: base 64 in both alphabets.
  static func isRun(_ byte: UInt8) -> Bool {
    isWord(byte) || byte == 0x2B || byte == 0x2F || byte == 0x2D || byte == 0x5F
  }
  static func isVisible(_ byte: UInt8) -> Bool { byte &- 0x21 < 0x5E }
  static func isText(_ byte: UInt8) -> Bool { byte &- 0x20 < 0x5F || byte == 0x0A || byte == 0x0D || byte == 0x09 }
  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 0x09 < 5 }

  static func hex(_ byte: UInt8) -> UInt8? {
    if isDigit(byte) { return byte - 0x30 }
    let letter = (byte | 0x20) &- 0x61
    return letter < 6 ? letter + 10 : nil
  }

  static func contains(_ text: [UInt8], _ part: some Collection<UInt8>) -> Bool {
    guard let first = part.first, text.count >= part.count else { return false }
    for place in 0...(text.count - part.count) where text[place] == first && text[place...].starts(with: part) {
      return true
    }
    return false
  }

  static func lowered(_ byte: UInt8) -> UInt8 { isUpper(byte) ? byte | 0x20 : byte }
}
