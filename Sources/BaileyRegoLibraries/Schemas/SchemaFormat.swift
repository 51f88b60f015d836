internal import BaileyRego

/// Formats that are checked; an unknown one always matches, as does a value that is no string.
enum SchemaFormat {
  private static let patterns: [String: String] = [
    "date": #"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"#,
    "time": #"^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$"#,
    "date-time":
      #"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?$"#,
    "hostname":
      #"^([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])(\.([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]{0,61}[a-zA-Z0-9]))*$"#,
    "email": #"^[^@\s<>]+@[^@\s<>]+$"#,
    "uri": #"^[a-zA-Z][a-zA-Z0-9+.\-]*:[^\s\\]*$"#,
    "uri-reference": #"^[^\s\\]*$"#,
    "uuid": #"^(?i)[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$"#,
    "json-pointer": #"^(/([^~/]|~0|~1)*)*$"#,
    "relative-json-pointer": #"^(0|[1-9]\d*)(#|(/([^~/]|~0|~1)*)*)$"#,
  ]

  static func matches(_ format: String, _ value: Value) -> Bool {
    guard value.tag == .string else { return true }
    switch format {
    case "ipv4": return value.text.contains(0x2E) && NetworkAddress.address(value.text)?.count == 4
    case "ipv6": return value.text.contains(0x3A) && NetworkAddress.address(value.text) != nil
    case "regex": return (try? PatternCache.shared.pattern(value.text)) != nil
    default:
      guard let source = patterns[format] else { return true }
      return (try? PatternCache.shared.pattern(Array(source.utf8)))?.isMatch(value.text) ?? false
    }
  }
}
