/// Decimal digits as text, in the forms of Go's `strconv`.
enum DecimalText {
  /// `%g` with the fewest digits: an exponent where it is below -4 or 6 and more.
  static func general(_ digits: [UInt8], _ point: Int) -> [UInt8] {
    let exponent = point - 1
    if exponent < -4 || exponent >= 6 { return scientific(digits, exponent) }
    return fixed(digits, point)
  }

  static func scientific(_ digits: [UInt8], _ exponent: Int) -> [UInt8] {
    var out = [(digits.first ?? 0) + 0x30]
    if digits.count > 1 { out += [0x2E] + digits.dropFirst().map { $0 + 0x30 } }
    out += [0x65, exponent < 0 ? 0x2D : 0x2B]
    let magnitude = String(exponent.magnitude)
    return out + (magnitude.count < 2 ? [0x30] : []) + magnitude.utf8
  }

  static func fixed(_ digits: [UInt8], _ point: Int) -> [UInt8] {
    var out: [UInt8] = []
    if point <= 0 {
      out = [0x30, 0x2E] + [UInt8](repeating: 0x30, count: -point)
      return out + digits.map { $0 + 0x30 }
    }
    out += digits.prefix(point).map { $0 + 0x30 }
    out += [UInt8](repeating: 0x30, count: max(0, point - digits.count))
    if digits.count > point { out += [0x2E] + digits.dropFirst(point).map { $0 + 0x30 } }
    return out
  }
}
