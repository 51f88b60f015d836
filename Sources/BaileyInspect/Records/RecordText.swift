/// Text as records are compared: letters and digits in lower case, nothing else. Bytes beyond ASCII count as letters and stay as they are.
enum RecordText {
  /// Words and letters that a cell may have.
  static let mostWords = 6
  static let longest = 128
  /// Bytes between two words of one cell.
  static let widestGap = 4

  /// The letter that a byte stands for; zero for what is none.
  static let letters: [UInt8] = (0...255).map { byte in
    let byte = UInt8(byte)
    return Bytes.isWord(byte) || byte >= 0x80 ? Bytes.lowered(byte) : 0
  }

  /// Nil for a cell that has no letters, or more than the limits allow.
  static func normalised(_ cell: [UInt8]) -> (letters: [UInt8], words: Int)? {
    var (made, words, isInWord) = ([UInt8](), 0, false)
    for byte in cell {
      let letter = letters[Int(byte)]
      if letter != 0, !isInWord { words += 1 }
      isInWord = letter != 0
      if isInWord { made.append(letter) }
      if made.count > longest || words > mostWords { return nil }
    }
    return made.isEmpty ? nil : (made, words)
  }

  private static let common: Set<String> = [
    "yes", "no", "true", "false", "null", "none", "nil", "na", "nan", "unknown", "undefined", "male", "female", "other",
    "mr", "mrs", "ms", "dr",
    "active", "inactive", "enabled", "disabled", "test", "admin", "user", "default", "pending", "open", "closed", "new",
    "old", "high", "low", "medium",
    "usd", "eur", "gbp", "street", "road", "avenue", "info", "example", "empty", "deleted",
  ]

  static func isCommon(_ letters: [UInt8]) -> Bool { common.contains(String(decoding: letters, as: UTF8.self)) }
}

/// A polynomial over the letters, modulo 2^61 - 1, at a point that only the key tells: what a row of words is worth follows from its words.
struct RecordHash: Sendable {
  private let key: SipHash
  private let point: UInt64
  private let powers: [UInt64]
  private static let prime: UInt64 = 1 << 61 - 1

  init(_ key: SipHash) {
    self.key = key
    let point = key.hash(Array("bailey records".utf8)) % (Self.prime - 512) + 256
    self.point = point
    powers = (0..<RecordText.longest).reduce(into: [1]) { all, _ in all.append(Self.multiply(all[all.count - 1], point))
    }
  }

  private static func multiply(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let (high, low) = left.multipliedFullWidth(by: right)
    return reduce((low & prime) + (high << 3 | low >> 61))
  }

  private static func reduce(_ value: UInt64) -> UInt64 { value >= prime ? value - prime : value }

  /// With one letter more.
  func adding(_ letter: UInt8, to sum: UInt64) -> UInt64 { Self.reduce(Self.multiply(sum, point) + UInt64(letter)) }

  /// Of the last `count` letters, from the sum of all and the sum of those before.
  func hash(_ sum: UInt64, after before: UInt64, count: Int) -> UInt64 {
    let rest = Self.reduce(sum + Self.prime - Self.multiply(before, powers[count]))
    return key.hash(rest | UInt64(count & 7) << 61)
  }

  func hash(_ letters: [UInt8]) -> UInt64 {
    hash(letters.reduce(0) { adding($1, to: $0) }, after: 0, count: letters.count)
  }
}
