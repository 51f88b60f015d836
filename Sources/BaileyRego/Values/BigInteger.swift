/// A signed integer of any size: what OPA calculates with where both operands are whole.
struct BigInteger {
  var negative: Bool
  var magnitude: BigUnsigned

  init(negative: Bool, magnitude: BigUnsigned) {
    self.negative = negative && !magnitude.isZero
    self.magnitude = magnitude
  }

  init(_ value: Int) { self.init(negative: value < 0, magnitude: BigUnsigned(UInt64(value.magnitude))) }

  /// The whole number that a value is; nil when it has a fraction or an absurd exponent.
  init?(_ value: Value) {
    if value.tag == .integer {
      self.init(value.integer)
      return
    }
    let parts = DecimalParts(value.text)
    guard parts.exponent < 6000, parts.exponent > -6000 else { return nil }
    var digits = parts.digits
    if parts.exponent >= 0 {
      digits.multiplyByPowerOfTen(parts.exponent)
    } else {
      for _ in 0..<(-parts.exponent) where digits.divide(10) != 0 { return nil }
    }
    self.init(negative: parts.negative, magnitude: digits)
  }

  static func + (left: BigInteger, right: BigInteger) -> BigInteger {
    if left.negative == right.negative {
      return BigInteger(negative: left.negative, magnitude: left.magnitude + right.magnitude)
    }
    let order = BigUnsigned.compare(left.magnitude, right.magnitude)
    if order >= 0 { return BigInteger(negative: left.negative, magnitude: left.magnitude - right.magnitude) }
    return BigInteger(negative: right.negative, magnitude: right.magnitude - left.magnitude)
  }

  static prefix func - (value: BigInteger) -> BigInteger {
    BigInteger(negative: !value.negative, magnitude: value.magnitude)
  }

  static func * (left: BigInteger, right: BigInteger) -> BigInteger {
    BigInteger(negative: left.negative != right.negative, magnitude: left.magnitude * right.magnitude)
  }

  /// The sign is the dividend's; the divisor is not zero.
  static func % (left: BigInteger, right: BigInteger) -> BigInteger {
    var rest = left.magnitude
    for shift in stride(from: max(0, rest.bitWidth - right.magnitude.bitWidth), through: 0, by: -1) {
      let part = right.magnitude.shifted(left: shift)
      if BigUnsigned.compare(rest, part) >= 0 { rest = rest - part }
    }
    return BigInteger(negative: left.negative, magnitude: rest)
  }

  var text: [UInt8] {
    let digits = magnitude.decimalDigits.map { $0 + 0x30 }
    return digits.isEmpty ? [0x30] : (negative ? [0x2D] : []) + digits
  }
}

extension BigUnsigned {
  static func * (left: BigUnsigned, right: BigUnsigned) -> BigUnsigned {
    var sum = BigUnsigned(0)
    for (index, word) in right.words.enumerated() where word != 0 {
      var part = left
      part.multiply(word)
      sum = sum + part.shifted(left: index * 32)
    }
    return sum
  }
}
