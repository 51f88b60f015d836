extension Registry {
  static let units: [Builtin] = [
    Builtin("units.parse", 1) { (a, c) throws(BuiltinFailure) in
      let (amount, unit) = try Units.split(try a.string(0), "amount")
      guard let factor = Units.factor(unit, bytes: false) else {
        throw BuiltinFailure("unit \(String(decoding: unit, as: UTF8.self)) not recognized")
      }
      var parts = try Units.amount(amount, "amount")
      if unit == [0x6D] { parts.exponent -= 3 }
      parts.digits = parts.digits * factor
      return Number.make(Units.text(parts), c.heap)
    },
    Builtin("units.parse_bytes", 1) { (a, c) throws(BuiltinFailure) in
      let (amount, unit) = try Units.split(try a.string(0), "byte amount")
      guard let factor = Units.factor(unit, bytes: true) else {
        throw BuiltinFailure("byte unit \(String(decoding: unit, as: UTF8.self)) not recognized")
      }
      var parts = try Units.amount(amount, "byte amount")
      parts.digits = parts.digits * factor
      return Number.make(Units.whole(parts).text, c.heap)
    },
  ]

  static let versions: [Builtin] = [
    Builtin("semver.is_valid", 1) { (a, _) in Value(a[0].tag == .string && SemanticVersion(a[0].text) != nil) },
    Builtin("semver.compare", 2) { (a, _) throws(BuiltinFailure) in
      var versions: [SemanticVersion] = []
      for index in 0..<2 {
        let text = try a.string(index)
        guard let version = SemanticVersion(text) else {
          throw BuiltinFailure("operand \(index + 1): string \(quoted(text)) is not a valid SemVer")
        }
        versions.append(version)
      }
      return Value(integer: SemanticVersion.compare(versions[0], versions[1]))
    },
  ]
}

enum Units {
  /// Quotes are dropped; the number ends where a unit begins.
  static func split(_ text: Text, _ what: String) throws(BuiltinFailure) -> (amount: [UInt8], unit: [UInt8]) {
    let bytes = text.filter { $0 != 0x22 }
    if bytes.contains(where: { $0 == 0x20 }) { throw BuiltinFailure("spaces not allowed in resource strings") }
    var end = 0
    while end < bytes.count {
      let byte = bytes[end]
      let isExponent = (byte == 0x65 || byte == 0x45) && end > 0 && exponentFollows(bytes[(end + 1)...])
      let isSign = (byte == 0x2D || byte == 0x2B) && (end == 0 || bytes[end - 1] | 0x20 == 0x65)
      guard (0x30...0x39).contains(byte) || byte == 0x2E || isExponent || isSign else { break }
      end += 1
    }
    guard end > 0 else { throw BuiltinFailure("no \(what) provided") }
    return (Array(bytes[..<end]), Array(bytes[end...]))
  }

  private static func exponentFollows(_ rest: ArraySlice<UInt8>) -> Bool {
    var rest = rest
    if rest.first == 0x2D || rest.first == 0x2B { rest.removeFirst() }
    return rest.first.map { (0x30...0x39).contains($0) } ?? false
  }

  static func amount(_ text: [UInt8], _ what: String) throws(BuiltinFailure) -> DecimalParts {
    let digits = text.filter { (0x30...0x39).contains($0) }
    let isNumber = !digits.isEmpty && text.count <= Number.maximumLength && text.filter { $0 == 0x2E }.count <= 1
    let parts = isNumber ? DecimalParts(text) : DecimalParts(0)
    guard isNumber, abs(parts.exponent) < 2000 else { throw BuiltinFailure("could not parse \(what) to a number") }
    return parts
  }

  /// `m` alone is a thousandth, which its caller knows; all else in either case.
  static func factor(_ unit: [UInt8], bytes: Bool) -> BigUnsigned? {
    if unit.isEmpty || (!bytes && unit == [0x6D]) { return BigUnsigned(1) }
    let lower = String(decoding: unit, as: UTF8.self).lowercased()
    guard let first = lower.first, let exponent = ["k", "m", "g", "t", "p", "e"].firstIndex(of: first) else {
      return nil
    }
    switch lower.dropFirst() {
    case "", bytes ? "b" : "": return power(1000, exponent + 1)
    case "i", bytes ? "ib" : "i": return power(1024, exponent + 1)
    default: return nil
    }
  }

  private static func power(_ base: UInt32, _ exponent: Int) -> BigUnsigned {
    var value = BigUnsigned(1)
    for _ in 0..<exponent { value.multiply(base) }
    return value
  }

  /// Without its fraction.
  static func whole(_ parts: DecimalParts) -> BigInteger {
    var digits = parts.digits
    if parts.exponent > 0 { digits.multiplyByPowerOfTen(parts.exponent) }
    for _ in 0..<max(0, -parts.exponent) { _ = digits.divide(10) }
    return BigInteger(negative: parts.negative, magnitude: digits)
  }

  /// A whole number as such, all else with ten decimals, as Go's `big.Rat` prints them.
  static func text(_ parts: DecimalParts) -> [UInt8] {
    var (digits, exponent) = (parts.digits, parts.exponent)
    while exponent < 0 {
      var shorter = digits
      guard shorter.divide(10) == 0 else { break }
      (digits, exponent) = (shorter, exponent + 1)
    }
    let sign: [UInt8] = parts.negative && !digits.isZero ? [0x2D] : []
    if exponent >= 0 {
      digits.multiplyByPowerOfTen(exponent)
      return BigInteger(negative: parts.negative, magnitude: digits).text
    }
    var last: UInt32 = 0
    while exponent < -10 {
      last = digits.divide(10)
      exponent += 1
    }
    if last >= 5 { digits = digits + BigUnsigned(1) }
    digits.multiplyByPowerOfTen(exponent + 10)
    var shown = digits.decimalDigits.map { $0 + 0x30 }
    shown = [UInt8](repeating: 0x30, count: max(0, 11 - shown.count)) + shown
    shown.insert(0x2E, at: shown.count - 10)
    return sign + shown
  }
}

/// A version after semver.org; a leading `v` is passed over, and so are leading zeros, as in OPA.
struct SemanticVersion {
  private var numbers: [Int] = []
  private var labels: [[UInt8]] = []

  init?(_ text: Text) {
    var rest = Array(text)[...]
    if rest.first == 0x76 { rest.removeFirst() }
    if let plus = rest.firstIndex(of: 0x2B) {
      guard Self.identifiers(rest[(plus + 1)...]) != nil else { return nil }
      rest = rest[..<plus]
    }
    if let dash = rest.firstIndex(of: 0x2D) {
      guard let labels = Self.identifiers(rest[(dash + 1)...]) else { return nil }
      self.labels = labels
      rest = rest[..<dash]
    }
    let parts = rest.split(separator: 0x2E, omittingEmptySubsequences: false)
    for part in parts {
      guard !part.isEmpty, part.allSatisfy({ (0x30...0x39).contains($0) }),
        let number = Int(String(decoding: part, as: UTF8.self))
      else { return nil }
      numbers.append(number)
    }
    guard numbers.count == 3 else { return nil }
  }

  private static func identifiers(_ text: ArraySlice<UInt8>) -> [[UInt8]]? {
    let parts = text.split(separator: 0x2E, omittingEmptySubsequences: false).map(Array.init)
    for part in parts {
      let isWord = part.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
      }
      if part.isEmpty || !isWord { return nil }
    }
    return parts
  }

  private static func isNumber(_ part: [UInt8]) -> Bool { part.allSatisfy { (0x30...0x39).contains($0) } }

  static func compare(_ left: SemanticVersion, _ right: SemanticVersion) -> Int {
    for (first, second) in zip(left.numbers, right.numbers) where first != second { return first < second ? -1 : 1 }
    if left.labels.isEmpty || right.labels.isEmpty {
      return left.labels.isEmpty == right.labels.isEmpty ? 0 : (left.labels.isEmpty ? 1 : -1)
    }
    for (first, second) in zip(left.labels, right.labels) where first != second { return compare(first, second) }
    return left.labels.count == right.labels.count ? 0 : (left.labels.count < right.labels.count ? -1 : 1)
  }

  private static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int {
    switch (isNumber(left), isNumber(right)) {
    case (true, true):
      if left.count != right.count { return left.count < right.count ? -1 : 1 }
      return left.lexicographicallyPrecedes(right) ? -1 : 1
    case (true, false): return -1
    case (false, true): return 1
    default: return left.lexicographicallyPrecedes(right) ? -1 : 1
    }
  }
}
