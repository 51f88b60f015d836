import BaileyCore

/// What policy has heard of the findings in one request.
struct ToldFindings {
  private var rules: Set<String> = []
  private var weight = 0

  /// Whether there is a rule that policy has not heard of, or more than twice as much as the last time.
  func lacks(_ findings: PassageFindings) -> Bool {
    !findings.weightyRules.isSubset(of: rules) || findings.facts.weight > 2 * weight
  }

  mutating func tell(_ findings: PassageFindings) {
    rules.formUnion(findings.weightyRules)
    weight = max(weight, findings.facts.weight)
  }
}

extension Ruling {
  /// The same request, as an action of its own.
  var again: Action { Action(action.verb, action.subject, resource: action.resource, context: action.context) }

  /// With what was found since.
  func again(with findings: PassageFindings) -> Action { again.with(findings) }

  /// Of a question in the midst of the request that this allowed.
  var continued: Outcome {
    Outcome(succeeded: true, detail: ["continues": record.map { .int(Int64(clamping: $0)) } ?? .null])
  }
}
