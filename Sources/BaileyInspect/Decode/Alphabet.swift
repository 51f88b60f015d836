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

/// An encoding of bytes in the letters of a run.
enum RunEncoding: String, CaseIterable {
  case hex, base32, base32hex, base64

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
