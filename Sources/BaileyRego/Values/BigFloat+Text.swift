extension BigFloat {
  /// OPA's text of a calculated number: an integer in full, all else as Go's `%g`, with the fewest digits that tell it apart.
  var text: [UInt8] {
    if isZero || exponent < -1 << 15 { return [0x30] }
    // A number that stands for all that are too large reads back as one.
    if exponent > 1 << 15 { return Array((negative ? "-1e9999" : "1e9999").utf8) }
    let (digits, point) = shortestDigits()
    var out: [UInt8] = negative ? [0x2D] : []
    if isInteger {
      out += digits.prefix(point).map { $0 + 0x30 }
      out += [UInt8](repeating: 0x30, count: max(0, point - digits.count))
      return out
    }
    out += DecimalText.general(digits, point)
    return out
  }

  /// Digits d1 d2 … and where the point stands: 0.d1d2… × 10^point.
  private func shortestDigits() -> (digits: [UInt8], point: Int) {
    // Exact value and the middles to both neighbours, over a common power of two.
    let shift = exponent - 2
    var value = BigUnsigned(mantissa).shifted(left: 2)
    let lowerGap: UInt64 = mantissa == 1 << 63 ? 1 : 2
    var lower = value - BigUnsigned(lowerGap)
    var upper = value + BigUnsigned(2)
    var decimal = 0
    if shift >= 0 {
      (value, lower, upper) = (value.shifted(left: shift), lower.shifted(left: shift), upper.shifted(left: shift))
    } else {
      // x / 2^n = x × 5^n / 10^n.
      for _ in 0..<(-shift) {
        value.multiply(5)
        lower.multiply(5)
        upper.multiply(5)
      }
      decimal = shift
    }
    let digits = value.decimalDigits
    let point = digits.count + decimal
    var rounded = Self.round(digits, lower.decimalDigits, upper.decimalDigits, inclusive: mantissa & 1 == 0)
    if rounded == [10] { return ([1], point + 1) }
    while rounded.last == 0 { rounded.removeLast() }
    return (rounded, point)
  }

  /// Go's `roundShortest`.
  private static func round(_ digits: [UInt8], _ lower: [UInt8], _ upper: [UInt8], inclusive: Bool) -> [UInt8] {
    let lowerPad = digits.count - lower.count
    // A longer upper bound has one digit more in front.
    let upperPad = digits.count - upper.count
    for index in digits.indices {
      let low = index < lowerPad ? 0 : digit(lower, index - lowerPad)
      let middle = digits[index]
      let high = upperPad < 0 ? 10 : digit(upper, index - upperPad)
      let down = low != middle || (inclusive && index + 1 - lowerPad >= lower.count)
      let up = middle != high && (inclusive || middle + 1 < high || index + 1 - upperPad < upper.count)
      switch (down, up) {
      case (true, true): return nearest(digits, keeping: index + 1)
      case (true, false): return Array(digits[...index])
      case (false, true): return incremented(digits, keeping: index + 1)
      default: continue
      }
    }
    return digits
  }

  private static func digit(_ digits: [UInt8], _ index: Int) -> UInt8 { index < digits.count ? digits[index] : 0 }

  private static func nearest(_ digits: [UInt8], keeping count: Int) -> [UInt8] {
    guard count < digits.count else { return digits }
    let exactHalf = digits[count] == 5 && count + 1 == digits.count
    let up = exactHalf ? digits[count - 1] & 1 == 1 : digits[count] >= 5
    return up ? incremented(digits, keeping: count) : Array(digits[..<count])
  }

  /// One more in the last kept place; a carry out of the front shows as a leading 10.
  private static func incremented(_ digits: [UInt8], keeping count: Int) -> [UInt8] {
    var kept = Array(digits[..<count])
    while let last = kept.last, last == 9 { kept.removeLast() }
    if kept.isEmpty { return [10] }
    kept[kept.count - 1] += 1
    return kept
  }
}
