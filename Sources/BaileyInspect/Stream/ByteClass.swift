/// What a byte may be part of.
enum ByteClass {
  static let word: UInt8 = 1
  static let digit: UInt8 = 2
  /// Letters of base 64 that are no word: `+ / _ -`.
  static let joint: UInt8 = 4
  static let hex: UInt8 = 8
  static let base32: UInt8 = 16
  /// May begin an escape, or something invisible.
  static let special: UInt8 = 32
  /// Ends a run of visible bytes: spaces and quotes.
  static let blank: UInt8 = 64

  static let table: [UInt8] = (0...255).map { of(UInt8($0)) }

  private static func of(_ byte: UInt8) -> UInt8 {
    var kind: UInt8 = 0
    if Bytes.isWord(byte) { kind |= word }
    if Bytes.isDigit(byte) { kind |= digit }
    if "+/_-".utf8.contains(byte) { kind |= joint }
    if Alphabet.base16[Int(byte)] < 16 { kind |= hex }
    if Alphabet.base32[Int(byte)] < 32 { kind |= base32 }
    if "%\\&=@\"'`\n".utf8.contains(byte) || byte >= 0x80 { kind |= special }
    if Bytes.isSpace(byte) || byte == 0x22 || byte == 0x27 || byte == 0 { kind |= blank }
    return kind
  }
}
