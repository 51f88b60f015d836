/// What each byte is worth in an encoding; 255 for those that do not belong to it.
enum Alphabet {
  /// Both alphabets of RFC 4648, sections 4 and 5.
  static let base64: [UInt8] = ranks(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", also: [0x2D: 62, 0x5F: 63])
  /// RFC 4648, section 6, in either case.
  static let base32: [UInt8] = bothCases("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
  /// RFC 4648, section 7, in either case.
  static let base32hex: [UInt8] = bothCases("0123456789ABCDEFGHIJKLMNOPQRSTUV")
  static let base16: [UInt8] = bothCases("0123456789ABCDEF")
  /// RFC 1924, as Git and Python's b85 have it.
  static let base85: [UInt8] = ranks(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~")
  /// Adobe's and btoa's.
  static let ascii85: [UInt8] = ranks(String(decoding: (0x21...0x75).map { UInt8($0) }, as: UTF8.self))
  /// ZeroMQ's.
  static let z85: [UInt8] = ranks(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#")

  private static func ranks(_ digits: String, also more: [UInt8: UInt8] = [:]) -> [UInt8] {
    var table = [UInt8](repeating: 255, count: 256)
    for (rank, digit) in digits.utf8.enumerated() { table[Int(digit)] = UInt8(rank) }
    for (digit, rank) in more { table[Int(digit)] = rank }
    return table
  }

  private static func bothCases(_ digits: String) -> [UInt8] {
    var table = ranks(digits)
    for (rank, digit) in digits.utf8.enumerated() { table[Int(Bytes.lowered(digit))] = UInt8(rank) }
    return table
  }
}

/// What a letter of a run may be, as bits.
enum Letter {
  /// The first, second and third of four letters of base 64 that make three bytes of text.
  static let first: UInt8 = 1
  static let second: UInt8 = 2
  static let third: UInt8 = 4
  static let hex: UInt8 = 8
  static let base32: UInt8 = 16
  static let base32hex: UInt8 = 32
  /// The first of base 64 of something compressed (`Speculation.hasMark`).
  static let ofMark: UInt8 = 64
  static let zero: UInt8 = 128

  static let table: [UInt8] = (0...255).map { of(UInt8($0)) }

  private static func of(_ byte: UInt8) -> UInt8 {
    let value = Alphabet.base64[Int(byte)]
    guard value < 64 else { return 0 }
    var kind: UInt8 = 0
    if value < 32, value >= 8 || value == 2 || value == 3 { kind |= first }
    if value & 8 == 0 { kind |= second }
    if value & 2 == 0 { kind |= third }
    if Alphabet.base16[Int(byte)] < 16 { kind |= hex }
    if Alphabet.base32[Int(byte)] < 32 { kind |= base32 }
    if Alphabet.base32hex[Int(byte)] < 32 { kind |= base32hex }
    if "HKQUOSWae".utf8.contains(byte) {
      kind |= ofMark
    }
    if value == 0 { kind |= zero }
    return kind
  }
}

/// An encoding of bytes in the letters of a run.
enum RunEncoding: String, CaseIterable {
  case hex, base32, base32hex, base64

  /// The bit that all its letters have.
  var letter: UInt8 {
    switch self {
    case .hex: Letter.hex
    case .base32: Letter.base32
    case .base32hex: Letter.base32hex
    case .base64: 0
    }
  }

  var table: [UInt8] {
    switch self {
    case .hex: Alphabet.base16
    case .base32: Alphabet.base32
    case .base32hex: Alphabet.base32hex
    case .base64: Alphabet.base64
    }
  }

  var bits: UInt32 {
    switch self {
    case .hex: 4
    case .base32, .base32hex: 5
    case .base64: 6
    }
  }

  /// Letters after which whole bytes end.
  var quantum: Int { self == .hex ? 2 : (self == .base64 ? 4 : 8) }
  var shortest: Int { self == .hex ? 24 : (self == .base64 ? 16 : 24) }
}
