/// Numbers whose check is a letter.
extension NationalNumber {
  private static func number(_ signs: some Collection<UInt8>) -> Int? {
    signs.allSatisfy { Bytes.isDigit($0) } ? signs.reduce(0) { $0 * 10 + Int($1) - 0x30 } : nil
  }

  private static func upper(_ value: [UInt8]) -> [UInt8] {
    value.filter { Bytes.isWord($0) }.map { Bytes.isLower($0) ? $0 & 0xDF : $0 }
  }

  /// Spain: citizens and, with X, Y or Z in front, foreigners.
  static func isDNI(_ value: [UInt8]) -> Bool {
    var signs = upper(value)
    guard signs.count == 9, let check = signs.popLast() else { return false }
    if let place = Array("XYZ".utf8).firstIndex(of: signs[0]) { signs[0] = UInt8(0x30 + place) }
    guard let number = number(signs) else { return false }
    return Array("TRWAGMYFPDXBNJZSQVHLCKE".utf8)[number % 23] == check
  }

  /// Finland.
  static func isHETU(_ value: [UInt8]) -> Bool {
    guard value.count == 11, let day = number(value[..<6]), let serial = number(value[7..<10]) else { return false }
    guard (1...31).contains(day / 10_000), (1...12).contains(day / 100 % 100) else { return false }
    return Array("0123456789ABCDEFHJKLMNPRSTUVWXY".utf8)[(day * 1000 + serial) % 31] == value[10]
  }

  /// Chile.
  static func isRUT(_ value: [UInt8]) -> Bool {
    let signs = upper(value)
    guard (8...9).contains(signs.count), number(signs.dropLast()) != nil else { return false }
    let digits = signs.dropLast().reversed().map { Int($0) - 0x30 }
    let check = 11 - CheckDigits.weighted(digits, [2, 3, 4, 5, 6, 7, 2, 3]) % 11
    return signs.last == (check == 11 ? 0x30 : (check == 10 ? 0x4B : UInt8(0x30 + check)))
  }

  /// China (GB 11643).
  static func isChinese(_ value: [UInt8]) -> Bool {
    let signs = upper(value)
    guard signs.count == 18, number(signs.dropLast()) != nil else { return false }
    let digits = signs.dropLast().map { Int($0) - 0x30 }
    let sum = CheckDigits.weighted(digits, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
    return Array("10X98765432".utf8)[sum % 11] == signs[17]
  }

  /// Italy.
  static func isCodiceFiscale(_ value: [UInt8]) -> Bool {
    let signs = upper(value)
    guard signs.count == 16 else { return false }
    let odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
    let sum = signs.dropLast().enumerated().reduce(0) { sum, sign in
      let rank = Bytes.isDigit(sign.element) ? Int(sign.element) - 0x30 : Int(sign.element) - 0x41
      return sum + (sign.offset % 2 == 0 ? odd[rank] : rank)
    }
    return signs[15] == UInt8(0x41 + sum % 26)
  }
}
