/// Tries rules with their own examples and counter-examples.
struct RuleTrial {
  let file: String

  /// The first rule that does not find what it says, or finds what it says it does not.
  func check(_ rules: [Rule]) throws(RuleIssue) {
    for rule in rules {
      let alone = try RuleSet(only: [rule] + companion(of: rule, rules))
      for (number, example) in rule.examples.enumerated() where !Self.finds(rule, in: example, alone) {
        throw issue("rule-example", rule, "example \(number + 1) is not found", "change the pattern or the example")
      }
      for (number, text) in rule.counterexamples.enumerated() where Self.finds(rule, in: text, alone, above: .hint) {
        throw issue("rule-counterexample", rule, "counter-example \(number + 1) is found", "make the pattern narrower")
      }
    }
  }

  /// Of the same file, or of those that come with Bailey.
  private func companion(of rule: Rule, _ rules: [Rule]) throws(RuleIssue) -> [Rule] {
    guard let name = rule.companion else { return [] }
    let known = rules.contains { $0.id == name } ? rules : try BuiltinRules.read()
    return known.filter { $0.id == name }.map { found in
      var found = found
      found.companion = nil
      found.needsCompanion = false
      return found
    }
  }

  private func issue(_ code: String, _ rule: Rule, _ why: String, _ hint: String) -> RuleIssue {
    RuleIssue(code: code, place: "\(file): \(rule.id)", why: why, hint: hint)
  }

  private static func finds(_ rule: Rule, in text: String, _ rules: RuleSet, above least: Tier? = nil) -> Bool {
    Inspection.findings(in: Array(text.utf8), rules: rules).contains { finding in
      finding.rule == rule.id && least.map { finding.tier > $0 } ?? true
    }
  }
}

/// The rules that come with Bailey. Tests try them; here they are only read.
enum BuiltinRules {
  static func read() throws(RuleIssue) -> [Rule] {
    var rules: [Rule] = []
    for (name, text) in RuleTexts.all { rules += try RuleReader(file: name, trusted: true).read(Array(text.utf8)) }
    return rules
  }
}
