/// A value of YAML with the place where it stands: texts, lists and maps. Types come from who reads it.
indirect enum RuleText: Sendable {
  case scalar(String, RuleMark)
  case list([RuleText], RuleMark)
  case map([(key: String, mark: RuleMark, value: RuleText)], RuleMark)

  var mark: RuleMark {
    switch self {
    case .scalar(_, let mark), .list(_, let mark), .map(_, let mark): mark
    }
  }
}

/// A line and a column, both from 1.
struct RuleMark: Sendable, Equatable {
  var line: Int
  var column: Int
}
