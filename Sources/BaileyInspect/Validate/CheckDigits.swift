/// Sums that several kinds of numbers share.
enum CheckDigits {
  /// ISO/IEC 7812-1, annex B.
  static func luhn(_ digits: [Int]) -> Bool {
    guard digits.count > 1, digits.contains(where: { $0 != digits[0] }) else { return false }
    let sum = digits.reversed().enumerated().reduce(0) { sum, next in
      guard next.offset % 2 == 1 else { return sum + next.element }
      return sum + (next.element > 4 ? next.element * 2 - 9 : next.element * 2)
    }
    return sum % 10 == 0
  }

  static func weighted(_ digits: some Collection<Int>, _ weights: [Int]) -> Int {
    zip(digits, weights).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The rest by 97 of a number of any length.
  static func modulo97(_ digits: some Collection<Int>) -> Int { digits.reduce(0) { ($0 * 10 + $1) % 97 } }

  /// Verhoeff's scheme, over the dihedral group of ten.
  static func verhoeff(_ digits: [Int]) -> Bool {
    var check = 0
    for (place, digit) in digits.reversed().enumerated() {
      check = dihedral(check, permuted(digit, place % 8))
    }
    return check == 0
  }

  private static func dihedral(_ a: Int, _ b: Int) -> Int {
    switch (a < 5, b < 5) {
    case (true, true): (a + b) % 5
    case (true, false): (a + b - 5) % 5 + 5
    case (false, true): (a - 5 - b + 5) % 5 + 5
    case (false, false): (a - b + 5) % 5
    }
  }

  private static func permuted(_ digit: Int, _ times: Int) -> Int {
    let step = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    return (0..<times).reduce(digit) { value, _ in step[value] }
  }

  static func modulo11and10(_ digits: [Int]) -> Bool {
    let product = digits.dropLast().reduce(10) { product, digit in
      let sum = (digit + product) % 10
      return (sum == 0 ? 10 : sum) * 2 % 11
    }
    return (11 - product) % 10 == digits.last
  }
}

/// Payment cards.
enum CardNumber {
  /// Luhn's sum, and a prefix that some network issues with that length.
  static func isValid(_ digits: [Int]) -> Bool {
    guard (12...19).contains(digits.count), CheckDigits.luhn(digits) else { return false }
    let head = digits.prefix(6).reduce(0) { $0 * 10 + $1 }
    return networks.contains { $0.heads.contains(head) && $0.lengths.contains(digits.count) }
  }

  private static let networks: [(heads: ClosedRange<Int>, lengths: Set<Int>)] = [
    (400_000...499_999, [13, 16, 19]), (510_000...559_999, [16]), (222_100...272_099, [16]), (340_000...349_999, [15]),
    (370_000...379_999, [15]), (601_100...601_199, [16, 19]), (644_000...659_999, [16, 19]),
    (622_126...622_925, [16, 17, 18, 19]), (300_000...305_999, [14, 16]), (309_500...309_599, [14, 16]),
    (360_000...369_999, [14, 16]), (380_000...399_999, [14, 16]), (352_800...358_999, [16, 17, 18, 19]),
    (620_000...629_999, [16, 17, 18, 19]), (508_500...508_999, [16]), (606_985...607_984, [16]),
    (500_000...509_999, [12, 13, 14, 15, 16, 18, 19]), (560_000...589_999, [12, 13, 14, 15, 16, 18, 19]),
    (630_000...639_999, [12, 13, 14, 15, 16, 18, 19]), (670_000...679_999, [12, 13, 14, 15, 16, 18, 19]),
    (220_000...220_499, [16]),
    (300_000...399_999, [16]), (180_000...180_099, [15]), (213_100...213_199, [15]),
  ]
}

/// International bank account numbers (ISO 13616).
enum AccountNumber {
  static func isIBAN(_ value: [UInt8]) -> Bool {
    let signs = value.filter { Bytes.isWord($0) }.map { Bytes.isLower($0) ? $0 & 0xDF : $0 }
    guard signs.count > 4, let length = lengths[String(decoding: signs.prefix(2), as: UTF8.self)],
      signs.count == length
    else { return false }
    let digits = (signs.dropFirst(4) + signs.prefix(4)).flatMap { sign -> [Int] in
      Bytes.isDigit(sign) ? [Int(sign) - 0x30] : [(Int(sign) - 55) / 10, (Int(sign) - 55) % 10]
    }
    return CheckDigits.modulo97(digits) == 1
  }

  /// Country and length, from the registry of SWIFT.
  static let lengths: [String: Int] = {
    let text = """
      AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18
      FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24
      ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23
      ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
      """
    let entries = text.split(whereSeparator: \.isWhitespace)
    return Dictionary(uniqueKeysWithValues: entries.map { (String($0.prefix(2)), Int($0.dropFirst(2)) ?? 0) })
  }()
}
