import BaileyCore

extension ManifestReader {
  mutating func readLimits(_ node: YAMLNode) {
    let keys = ["processes", "memory", "files", "file_size", "cpu", "wall", "upload", "tokens", "cost"]
    for member in members(node, of: "limits", keys: keys) {
      let unit: LimitSpelling.Unit =
        switch member.key {
        case "processes", "files": .count
        case "cpu", "wall": .seconds
        case "tokens": .tokens
        case "cost": .dollars
        default: .bytes
        }
      guard let value = limit(member.value, member.key, unit) else { continue }
      switch member.key {
      case "processes": document.manifest.limits.processes = Int(value)
      case "memory": document.manifest.limits.memory = value
      case "files": document.manifest.limits.files = Int(value)
      case "file_size": document.manifest.limits.fileSize = value
      case "cpu": document.manifest.limits.cpuSeconds = Int(value)
      case "wall": document.manifest.limits.wallSeconds = Int(value)
      case "tokens": document.manifest.limits.tokens = value
      case "cost": document.manifest.limits.cost = value
      default: document.manifest.limits.uploadBytes = value
      }
    }
  }

  mutating func limit(_ node: YAMLNode, _ key: String, _ unit: LimitSpelling.Unit) -> Int64? {
    guard case .scalar(let text, _, let mark) = node, !node.isNull else {
      fail("manifest-type", "\(key) must be a number or a text, not \(node.typeName)", node.mark)
      return nil
    }
    // A budget of nothing is a meaning; every other limit of nothing is a mistake.
    let isBudget = ["upload", "tokens", "cost"].contains(key)
    if let value = LimitSpelling.value(text, unit), value > 0 || isBudget { return value }
    fail("manifest-limit", "`\(printable(text))` is not \(unit.phrase)", mark, hint: unit.hint)
    return nil
  }
}

/// Sizes and times as manifests write them: `4GiB`, `500MB`, `30m`, or a bare number of bytes or seconds.
enum LimitSpelling {
  enum Unit {
    case count, bytes, seconds, tokens
    /// In millionths.
    case dollars

    var phrase: String {
      switch self {
      case .count: "a number above zero"
      case .bytes: "a size"
      case .seconds: "a time"
      case .tokens: "a number of tokens"
      case .dollars: "a sum of US dollars"
      }
    }

    var hint: String? {
      switch self {
      case .count: nil
      case .bytes: "write bytes, or a unit: KiB, MiB, GiB, TiB (powers of 1024), kB, MB, GB, TB (powers of 1000)"
      case .seconds: "write seconds, or a unit: s, m, h, d"
      case .tokens: "write a number, or thousands and millions: 500k, 2M"
      case .dollars: "write dollars with at most six decimals: 5, 2.50"
      }
    }

    fileprivate var factors: [String: Int64] {
      switch self {
      case .count: ["": 1]
      case .bytes:
        [
          "": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40, "kB": 1000, "KB": 1000,
          "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
        ]
      case .tokens: ["": 1, "k": 1000, "M": 1_000_000]
      case .dollars: ["": 1_000_000]
      case .seconds: ["": 1, "s": 1, "m": 60, "h": 3600, "d": 86400]
      }
    }
  }

  /// `nil` for anything malformed, and for what does not fit 53 bits.
  static func value(_ text: String, _ unit: Unit) -> Int64? {
    if unit == .dollars { return Money.millionths(text).flatMap { $0 < 1 << 53 ? $0 : nil } }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard (1...16).contains(digits.utf8.count), let number = Int64(digits) else { return nil }
    let suffix = text.dropFirst(digits.count).drop { $0 == " " }
    guard let factor = unit.factors[String(suffix)] else { return nil }
    let (value, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow || value >= 1 << 53 ? nil : value
  }
}
