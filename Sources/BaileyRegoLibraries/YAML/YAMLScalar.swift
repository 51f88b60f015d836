/// What a plain scalar stands for in YAML 1.1, as Go's `yaml.v2` reads it.
enum YAMLScalar: Equatable {
  case null
  case boolean(Bool)
  /// Decimal digits with a sign.
  case integer(String)
  case float(Double)
  case merge
  case timestamp
  case text

  private static let words: [String: YAMLScalar] = {
    var words: [String: YAMLScalar] = ["": .null, "~": .null, "<<": .merge]
    func add(_ names: [String], _ value: YAMLScalar) {
      for name in names { for form in [name, name.capitalised, name.uppercased()] { words[form] = value } }
    }
    add(["null"], .null)
    add(["y", "yes", "true", "on"], .boolean(true))
    add(["n", "no", "false", "off"], .boolean(false))
    for (name, value) in [(".nan", Double.nan), (".inf", .infinity), ("+.inf", .infinity), ("-.inf", -.infinity)] {
      for form in [name, name.capitalised, name.uppercased(), name == ".nan" ? ".NaN" : name] {
        words[form] = .float(value)
      }
    }
    return words
  }()

  init(_ text: String) {
    guard let first = text.utf8.first else {
      self = .null
      return
    }
    if let word = Self.words[text] {
      self = word
    } else if (0x30...0x39).contains(first) || first == 0x2B || first == 0x2D {
      self = Self.number(text)
    } else if first == 0x2E {
      self = Self.float(text)
    } else {
      self = .text
    }
  }

  private static func number(_ source: String) -> YAMLScalar {
    if isTimestamp(source) { return .timestamp }
    let text = source.filter { $0 != "_" }
    let sign = text.hasPrefix("-") ? "-" : ""
    let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    if let magnitude = magnitude(digits.lowercased()), sign.isEmpty || magnitude <= 1 << 63 {
      return .integer(magnitude == 0 ? "0" : sign + String(magnitude))
    }
    return float(text)
  }

  /// Too large for a float is text.
  private static func float(_ text: String) -> YAMLScalar {
    guard isFloat(text), let number = Double(text), number.isFinite else { return .text }
    return .float(number)
  }

  /// With Go's prefixes for other bases.
  private static func magnitude(_ digits: String) -> UInt64? {
    guard digits.utf8.first.map({ (0x30...0x39).contains($0) }) == true, digits.utf8.count <= 100 else { return nil }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
      let rest = digits.dropFirst(2)
      return rest.hasPrefix("+") || rest.hasPrefix("-") ? nil : UInt64(rest, radix: radix)
    }
    return UInt64(digits, radix: digits.hasPrefix("0") && digits.count > 1 ? 8 : 10)
  }

  /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
  private static func isFloat(_ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    func digits() -> Int {
      let count = rest.prefix { (0x30...0x39).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    if rest.first == 0x2B || rest.first == 0x2D { rest.removeFirst() }
    let whole = digits()
    var fraction = 0
    if rest.first == 0x2E {
      rest.removeFirst()
      fraction = digits()
    }
    guard whole + fraction > 0 else { return false }
    if rest.first == 0x65 || rest.first == 0x45 {
      rest.removeFirst()
      if rest.first == 0x2B || rest.first == 0x2D { rest.removeFirst() }
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  /// A date, or a date and a time.
  private static func isTimestamp(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    let year = bytes.prefix { (0x30...0x39).contains($0) }.count
    guard year == 4, bytes.count > 5, bytes[4] == 0x2D else { return false }
    let parts = bytes[5...].split(separator: 0x2D, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let month = Int(String(decoding: parts[0], as: UTF8.self)), (1...12).contains(month) else {
      return false
    }
    let day = parts[1].prefix { (0x30...0x39).contains($0) }
    guard let number = Int(String(decoding: day, as: UTF8.self)), (1...31).contains(number) else { return false }
    let rest = parts[1].dropFirst(day.count)
    if rest.isEmpty { return true }
    guard let mark = rest.first, [0x54, 0x74, 0x20].contains(mark) else { return false }
    return isClock(rest.dropFirst())
  }

  private static func isClock(_ bytes: ArraySlice<UInt8>) -> Bool {
    let groups = bytes.prefix { (0x30...0x3A).contains($0) }.split(separator: 0x3A)
    return groups.count == 3 && groups.allSatisfy { $0.count <= 2 }
  }

  var type: String {
    switch self {
    case .null: "null"
    case .boolean: "bool"
    case .integer: "int"
    case .float: "float"
    case .merge: "merge"
    case .timestamp: "timestamp"
    case .text: "str"
    }
  }

  /// Numbers in base 60 are text here, but other readers see them otherwise: they are quoted.
  static func isSexagesimal(_ text: String) -> Bool {
    guard let first = text.utf8.first, first == 0x2B || first == 0x2D || (0x30...0x39).contains(first) else {
      return false
    }
    let parts = text.drop { $0 == "+" || $0 == "-" }.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count > 1
      && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E } }
  }
}

extension String {
  fileprivate var capitalised: String {
    guard let at = firstIndex(where: { $0.isLetter }) else { return self }
    return self[..<at] + self[at].uppercased() + self[index(after: at)...]
  }
}
