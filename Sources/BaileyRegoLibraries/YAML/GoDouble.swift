/// The shortest decimal text of a float, in the forms that Go gives it.
struct GoDouble {
  private let negative: Bool
  /// Without zeros at the ends; the number is 0.digits times ten to the point.
  private let digits: String
  private let point: Int

  init(_ number: Double) {
    negative = number.sign == .minus
    let parts = "\(abs(number))".split(separator: "e")
    let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let fraction = halves.count > 1 ? halves[1] : ""
    let all = halves[0] + fraction
    let significant = all.drop { $0 == "0" }
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    point = significant.isEmpty ? 1 : halves[0].count + exponent - (all.count - significant.count)
    var kept = significant
    while kept.last == "0" { kept.removeLast() }
    digits = kept.isEmpty ? "0" : String(kept)
  }

  /// `encoding/json`: in full between 1e-6 and 1e21.
  var json: String { sign + (point - 1 < -6 || point - 1 >= 21 ? scientific(minimum: 1) : plain) }

  /// `strconv`'s `%g`: in full between 1e-4 and 1e6.
  var general: String { sign + (point - 1 < -4 || point - 1 >= 6 ? scientific(minimum: 2) : plain) }

  private var sign: String { negative ? "-" : "" }

  private var plain: String {
    if point <= 0 { return "0." + String(repeating: "0", count: -point) + digits }
    if digits.count <= point { return digits + String(repeating: "0", count: point - digits.count) }
    return digits.prefix(point) + "." + digits.dropFirst(point)
  }

  private func scientific(minimum: Int) -> String {
    let exponent = String(abs(point - 1))
    let padded = String(repeating: "0", count: max(0, minimum - exponent.count)) + exponent
    let fraction = digits.dropFirst()
    return digits.prefix(1) + (fraction.isEmpty ? "" : "." + fraction) + (point - 1 < 0 ? "e-" : "e+") + padded
  }
}
