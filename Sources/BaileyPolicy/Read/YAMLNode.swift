/// A place in a manifest: line and column, both from 1, the column counted in Unicode scalars.
struct Mark: Sendable, Equatable {
  var line: Int
  var column: Int
}

/// A YAML value as the manifest reader sees it: texts, lists and maps with their places.
///
/// Scalars stay texts; the schema gives them their type, so that `no`, `1e3` and `0x10` mean nothing by themselves.
indirect enum YAMLNode: Sendable, Equatable {
  case scalar(String, isPlain: Bool, Mark)
  case sequence([YAMLNode], Mark)
  case mapping([YAMLMember], Mark)

  var mark: Mark {
    switch self {
    case .scalar(_, _, let mark), .sequence(_, let mark), .mapping(_, let mark): mark
    }
  }

  /// What a person would call it.
  var typeName: String {
    switch self {
    case .scalar(_, isPlain: true, _) where isNull: "nothing"
    case .scalar(let text, isPlain: true, _) where YAMLNode.isInteger(text): "a number"
    case .scalar("true", isPlain: true, _), .scalar("false", isPlain: true, _): "a truth value"
    case .scalar: "a text"
    case .sequence: "a list"
    case .mapping: "a map"
    }
  }

  /// Plain `null`, `~` or nothing at all (YAML 1.2, core schema).
  var isNull: Bool {
    guard case .scalar(let text, isPlain: true, _) = self else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  static func isInteger(_ text: String) -> Bool {
    let digits = text.hasPrefix("-") ? text.utf8.dropFirst() : text.utf8[...]
    return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
  }
}

struct YAMLMember: Sendable, Equatable {
  var key: String
  var mark: Mark
  var value: YAMLNode
}
