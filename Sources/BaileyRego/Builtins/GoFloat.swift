/// Text of float64 values as Go's `strconv.FormatFloat` makes it.
enum GoFloat {
  /// A magnitude with verb `e`, `f` or `g`; without precision the fewest digits that read back the same.
  static func text(_ value: Double, _ verb: UInt8, _ precision: Int?, threshold: Int? = nil) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return "+Inf" }
    let (digits, point) = precision == nil ? shortest(value) : exact(value, verb, precision ?? 0)
    let text: [UInt8] =
      switch verb {
      case 0x65: scientific(digits, point, precision)
      case 0x66: fixed(digits, point, precision)
      default: general(digits, point, precision, threshold)
      }
    return String(decoding: text, as: UTF8.self)
  }

  /// `%x`: one digit before the point, as many behind as are not zero.
  static func hexadecimal(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return "0x0p+00" }
    var digits = String(value.significandBitPattern, radix: 16)
    digits = String(repeating: "0", count: 13 - digits.count) + digits
    while digits.last == "0" { digits.removeLast() }
    let exponent = String(abs(value.exponent))
    let power = (value.exponent < 0 ? "-" : "+") + (exponent.count < 2 ? "0" : "") + exponent
    return "0x1" + (digits.isEmpty ? "" : "." + digits) + "p" + power
  }

  /// The digits of Swift's description, which are the fewest.
  static func shortest(_ value: Double) -> (digits: [UInt8], point: Int) {
    if value == 0 { return ([0], 1) }
    let parts = DecimalParts(value.description.utf8)
    var digits = parts.digits.decimalDigits
    let point = digits.count + parts.exponent
    while digits.count > 1, digits.last == 0 { digits.removeLast() }
    return (digits, point)
  }

  /// Digits rounded, half to even, to what the verb and precision show.
  private static func exact(_ value: Double, _ verb: UInt8, _ precision: Int) -> (digits: [UInt8], point: Int) {
    if value == 0 { return ([0], 1) }
    let (digits, point) = allDigits(value)
    let kept =
      switch verb {
      case 0x65: precision + 1
      case 0x66: point + precision
      default: max(1, precision)
      }
    return round(digits, point, keeping: kept)
  }

  private static func allDigits(_ value: Double) -> (digits: [UInt8], point: Int) {
    let exponent = (value.isNormal ? Int(value.exponentBitPattern) : 1) - 1075
    let mantissa = value.significandBitPattern | (value.isNormal ? 1 << 52 : 0)
    var number = BigUnsigned(mantissa).shifted(left: max(0, exponent))
    for _ in 0..<max(0, -exponent) { number.multiply(5) }
    let digits = number.decimalDigits
    return (digits, digits.count + min(0, exponent))
  }

  private static func round(_ digits: [UInt8], _ point: Int, keeping count: Int) -> (digits: [UInt8], point: Int) {
    guard count >= 0 else { return ([0], 1) }
    guard count < digits.count else { return (digits, point) }
    var kept = Array(digits[..<count])
    let rest = digits[count...]
    let isHalf = rest.first == 5 && rest.dropFirst().allSatisfy { $0 == 0 }
    let up = isHalf ? (kept.last ?? 0) & 1 == 1 : (rest.first ?? 0) >= 5
    guard up else { return kept.isEmpty ? ([0], 1) : (kept, point) }
    while let last = kept.last, last == 9 { kept.removeLast() }
    if kept.isEmpty { return ([1], point + 1) }
    kept[kept.count - 1] += 1
    return (kept, point)
  }

  private static func scientific(_ digits: [UInt8], _ point: Int, _ precision: Int?) -> [UInt8] {
    let wanted = precision.map { $0 + 1 } ?? digits.count
    let padded = digits + [UInt8](repeating: 0, count: max(0, wanted - digits.count))
    return DecimalText.scientific(padded, digits == [0] ? 0 : point - 1)
  }

  private static func fixed(_ digits: [UInt8], _ point: Int, _ precision: Int?) -> [UInt8] {
    let isZero = digits == [0]
    var text = DecimalText.fixed(isZero ? [] : digits, isZero ? 0 : point)
    if isZero { text = [0x30] }
    guard let precision else { return text }
    let dot = text.firstIndex(of: 0x2E)
    let have = dot.map { text.count - $0 - 1 } ?? 0
    if precision > 0, dot == nil { text.append(0x2E) }
    return text + [UInt8](repeating: 0x30, count: max(0, precision - have))
  }

  private static func general(_ digits: [UInt8], _ point: Int, _ precision: Int?, _ threshold: Int?) -> [UInt8] {
    var digits = digits
    while digits.count > 1, digits.last == 0 { digits.removeLast() }
    if digits == [0] { return [0x30] }
    var limit = precision ?? 6
    if limit > digits.count, digits.count >= point { limit = digits.count }
    if precision == nil { limit = 6 }
    if let threshold { limit = threshold }
    let exponent = point - 1
    if exponent < -4 || exponent >= max(limit, 1) { return DecimalText.scientific(digits, exponent) }
    return DecimalText.fixed(digits, point)
  }
}
