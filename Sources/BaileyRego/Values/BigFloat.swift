/// A binary floating-point number with a mantissa of 64 bits: what OPA calculates with (Go's `big.Float` at its default precision).
///
/// Value: mantissa × 2^exponent; the top bit of the mantissa is set unless the number is zero.
struct BigFloat {
  var negative: Bool
  var mantissa: UInt64
  var exponent: Int

  static let zero = BigFloat(negative: false, mantissa: 0, exponent: 0)
  /// Beyond this decimal exponent a number counts as zero or as one common huge number: texts come from outside.
  private static let maximumDecimalExponent = 6000

  init(negative: Bool, mantissa: UInt64, exponent: Int) {
    let shift = mantissa.leadingZeroBitCount
    self.negative = negative && mantissa != 0
    self.mantissa = mantissa == 0 ? 0 : mantissa << UInt64(shift)
    self.exponent = mantissa == 0 ? 0 : exponent - shift
  }

  init(_ value: Int) { self.init(negative: value < 0, mantissa: UInt64(value.magnitude), exponent: 0) }

  /// Rounds to nearest, ties to even.
  init(negative: Bool, rounding value: BigUnsigned, exponent: Int, sticky: Bool = false) {
    let excess = value.bitWidth - 64
    guard excess > 0 else {
      self.init(negative: negative, mantissa: value.low64, exponent: exponent)
      return
    }
    let kept = value.shifted(right: excess)
    let half = value.shifted(right: excess - 1).low64 & 1 == 1
    let rest = sticky || value.hasBits(below: excess - 1)
    var mantissa = kept.low64
    var exponent = exponent + excess
    if half && (rest || mantissa & 1 == 1) {
      let (sum, overflow) = mantissa.addingReportingOverflow(1)
      mantissa = overflow ? 1 << 63 : sum
      if overflow { exponent += 1 }
    }
    self.init(negative: negative, mantissa: mantissa, exponent: exponent)
  }

  /// From decimal digits and a power of ten.
  init(negative: Bool, digits: BigUnsigned, decimalExponent: Int) {
    if digits.isZero || decimalExponent < -Self.maximumDecimalExponent {
      self.init(negative: false, mantissa: 0, exponent: 0)
    } else if decimalExponent > Self.maximumDecimalExponent {
      self.init(negative: negative, mantissa: 1, exponent: 1 << 16)
    } else if decimalExponent >= 0 {
      var value = digits
      value.multiplyByPowerOfTen(decimalExponent)
      self.init(negative: negative, rounding: value, exponent: 0)
    } else {
      var divisor = BigUnsigned(1)
      divisor.multiplyByPowerOfTen(-decimalExponent)
      self.init(negative: negative, dividing: digits, by: divisor)
    }
  }

  private init(negative: Bool, dividing value: BigUnsigned, by divisor: BigUnsigned) {
    let shift = max(0, 67 + divisor.bitWidth - value.bitWidth)
    let scaled = value.shifted(left: shift)
    let (quotient, inexact) = scaled.dividedShort(by: divisor, bits: scaled.bitWidth - divisor.bitWidth + 1)
    self.init(negative: negative, rounding: quotient, exponent: -shift, sticky: inexact)
  }

  var isZero: Bool { mantissa == 0 }
  private var isHuge: Bool { exponent > 1 << 15 }

  var isInteger: Bool { isZero || exponent >= 0 || (exponent > -64 && mantissa.trailingZeroBitCount >= -exponent) }

  static func compare(_ left: BigFloat, _ right: BigFloat) -> Int {
    if left.isZero || right.isZero || left.negative != right.negative {
      let (leftSign, rightSign) = (left.sign, right.sign)
      return leftSign == rightSign ? 0 : (leftSign < rightSign ? -1 : 1)
    }
    var order = left.exponent == right.exponent ? 0 : (left.exponent < right.exponent ? -1 : 1)
    if order == 0, left.mantissa != right.mantissa { order = left.mantissa < right.mantissa ? -1 : 1 }
    return left.negative ? -order : order
  }

  var sign: Int { isZero ? 0 : (negative ? -1 : 1) }

  static prefix func - (value: BigFloat) -> BigFloat {
    BigFloat(negative: !value.negative, mantissa: value.mantissa, exponent: value.exponent)
  }

  static func + (left: BigFloat, right: BigFloat) -> BigFloat {
    if left.isZero { return right }
    if right.isZero { return left }
    let (high, low) = left.exponent >= right.exponent ? (left, right) : (right, left)
    // Further apart than this the lower one is only a rest that rounding sees.
    let gap = high.exponent - low.exponent
    if gap > 200 { return high }
    let scaled = BigUnsigned(high.mantissa).shifted(left: gap)
    let other = BigUnsigned(low.mantissa)
    if high.negative == low.negative {
      return BigFloat(negative: high.negative, rounding: scaled + other, exponent: low.exponent)
    }
    let order = BigUnsigned.compare(scaled, other)
    if order == 0 { return .zero }
    let difference = order > 0 ? scaled - other : other - scaled
    return BigFloat(
      negative: order > 0 ? high.negative : low.negative, rounding: difference, exponent: low.exponent)
  }

  static func * (left: BigFloat, right: BigFloat) -> BigFloat {
    if left.isZero || right.isZero { return .zero }
    let (high, low) = left.mantissa.multipliedFullWidth(by: right.mantissa)
    let product = BigUnsigned(high).shifted(left: 64) + BigUnsigned(low)
    return BigFloat(
      negative: left.negative != right.negative, rounding: product, exponent: left.exponent + right.exponent)
  }

  /// The divisor is not zero.
  static func / (left: BigFloat, right: BigFloat) -> BigFloat {
    if left.isZero { return .zero }
    var result = BigFloat(
      negative: left.negative != right.negative, dividing: BigUnsigned(left.mantissa), by: BigUnsigned(right.mantissa))
    result.exponent += left.exponent - right.exponent
    return result
  }

  /// The nearest Double.
  var double: Double {
    if isZero { return 0 }
    let magnitude = Double(sign: .plus, exponent: max(-2000, min(exponent, 3000)), significand: Double(mantissa))
    return negative ? -magnitude : magnitude
  }

  init(_ value: Double) {
    guard value.isFinite, value != 0 else {
      self = .zero
      return
    }
    let bits = value.significandBitPattern | (value.isNormal ? 1 << 52 : 0)
    let exponent = (value.isNormal ? Int(value.exponentBitPattern) : 1) - 1075
    self.init(negative: value < 0, mantissa: bits, exponent: exponent)
  }

  /// The integer part as Int, when it fits and nothing is lost.
  var exactInteger: Int? {
    guard isInteger, !isHuge else { return nil }
    if isZero { return 0 }
    guard exponent <= 0 else { return nil }
    let magnitude = mantissa >> UInt64(-exponent)
    if negative { return magnitude <= 1 << 63 ? Int(truncatingIfNeeded: 0 &- magnitude) : nil }
    return Int(exactly: magnitude)
  }
}
