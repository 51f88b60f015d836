/// National numbers of persons and firms, by their check digits.
enum NationalNumber {
  static func isValid(_ kind: Validator, _ digits: [Int]) -> Bool {
    guard digits.contains(where: { $0 != digits[0] }) else { return false }
    switch kind {
    case .nhs: return digits.count == 10 && isElevens(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2])
    case .bsn: return digits.count == 9 && CheckDigits.weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0
    case .pesel:
      return digits.count == 11 && CheckDigits.weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0
        && isDate(month: (digits[2] * 10 + digits[3]) % 20, day: digits[4] * 10 + digits[5])
    case .steuerid: return digits.count == 11 && digits[0] > 0 && hasDouble(digits) && CheckDigits.modulo11and10(digits)
    case .nir: return isNIR(digits)
    case .fodselsnummer: return isNorwegian(digits)
    case .belgianNumber: return isBelgian(digits)
    case .nif: return digits.count == 9 && isElevens(digits, [9, 8, 7, 6, 5, 4, 3, 2], zeroForTen: true)
    case .cpf: return digits.count == 11 && isBrazilian(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2])
    case .cnpj: return digits.count == 14 && isBrazilian(digits, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])
    default: return isOther(kind, digits)
    }
  }

  private static func isOther(_ kind: Validator, _ digits: [Int]) -> Bool {
    switch kind {
    case .tfn: return digits.count == 9 && CheckDigits.weighted(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 == 0
    case .aadhaar: return digits.count == 12 && digits[0] > 1 && CheckDigits.verhoeff(digits)
    case .tckn: return isTurkish(digits)
    case .cuit: return digits.count == 11 && isElevens(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
    case .cnp: return isRomanian(digits)
    case .koreanNumber:
      let sum = CheckDigits.weighted(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5])
      return digits.count == 13 && (11 - sum % 11) % 10 == digits[12]
        && isDate(month: digits[2] * 10 + digits[3], day: digits[4] * 10 + digits[5])
    case .ssn: return isSSN(digits)
    case .aba: return digits.count == 9 && CheckDigits.weighted(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0
    default: return false
    }
  }

  /// The last digit is what the weighted others lack to a multiple of eleven.
  private static func isElevens(_ digits: [Int], _ weights: [Int], zeroForTen: Bool = false) -> Bool {
    let check = (11 - CheckDigits.weighted(digits, weights) % 11) % 11
    return (zeroForTen && check == 10 ? 0 : check) == digits.last
  }

  private static func isDate(month: Int, day: Int) -> Bool { (1...12).contains(month) && (1...31).contains(day) }

  /// One digit of the first ten stands twice or three times.
  private static func hasDouble(_ digits: [Int]) -> Bool {
    let counts = Dictionary(grouping: digits.dropLast(), by: { $0 }).values.map(\.count)
    return counts.filter { $0 > 1 }.count == 1 && counts.allSatisfy { $0 < 4 }
  }

  /// France, without the letters of Corsica.
  private static func isNIR(_ digits: [Int]) -> Bool {
    guard digits.count == 15, (1...4).contains(digits[0]) else { return false }
    return 97 - CheckDigits.modulo97(digits.prefix(13)) == digits[13] * 10 + digits[14]
  }

  private static func isNorwegian(_ digits: [Int]) -> Bool {
    guard digits.count == 11, isDate(month: (digits[2] * 10 + digits[3]) % 40, day: (digits[0] * 10 + digits[1]) % 40)
    else { return false }
    let first = CheckDigits.weighted(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11
    return first == 0 && CheckDigits.weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
  }

  private static func isBelgian(_ digits: [Int]) -> Bool {
    guard digits.count == 11, isDate(month: digits[2] * 10 + digits[3], day: digits[4] * 10 + digits[5]) else {
      return false
    }
    let check = digits[9] * 10 + digits[10]
    let before = CheckDigits.modulo97(digits.prefix(9)), since = CheckDigits.modulo97([2] + digits.prefix(9))
    return 97 - before == check || 97 - since == check
  }

  private static func isBrazilian(_ digits: [Int], _ weights: [Int]) -> Bool {
    func check(_ weights: [Int]) -> Int {
      let rest = CheckDigits.weighted(digits, weights) % 11
      return rest < 2 ? 0 : 11 - rest
    }
    let longer = weights.count == 9 ? [11] + weights : [6] + weights
    return check(weights) == digits[weights.count] && check(longer) == digits[weights.count + 1]
  }

  private static func isTurkish(_ digits: [Int]) -> Bool {
    guard digits.count == 11, digits[0] > 0 else { return false }
    let odd = digits[0] + digits[2] + digits[4] + digits[6] + digits[8]
    let even = digits[1] + digits[3] + digits[5] + digits[7]
    return (odd * 7 - even + 100) % 10 == digits[9] && digits.prefix(10).reduce(0, +) % 10 == digits[10]
  }

  private static func isRomanian(_ digits: [Int]) -> Bool {
    guard digits.count == 13, digits[0] > 0, isDate(month: digits[3] * 10 + digits[4], day: digits[5] * 10 + digits[6])
    else { return false }
    let rest = CheckDigits.weighted(digits, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
    return (rest == 10 ? 1 : rest) == digits[12]
  }

  /// `111-22-3333`: each group one digit.
  private static func isRow(_ digits: [Int]) -> Bool {
    Set(digits[..<3]).count == 1 && digits[3] == digits[4] && Set(digits[5...]).count == 1
  }

  /// United States: areas, groups and serials that are issued.
  private static func isSSN(_ digits: [Int]) -> Bool {
    guard digits.count == 9 else { return false }
    let area = digits[0] * 100 + digits[1] * 10 + digits[2]
    return area > 0 && area != 666 && area < 900 && digits[3] + digits[4] > 0 && digits[5...].contains { $0 > 0 }
      && !isRow(digits) && digits != [0, 7, 8, 0, 5, 1, 1, 2, 0] && digits != [1, 2, 3, 4, 5, 6, 7, 8, 9]
  }
}
