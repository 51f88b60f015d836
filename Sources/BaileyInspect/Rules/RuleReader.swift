/// Reads files of rules: `rules:` and a list of maps.
///
/// What is unknown, missing or wrong is refused with its place. A rule without an example is refused too, and `RuleTrial` tries all
/// examples.
struct RuleReader {
  let file: String
  /// Its patterns were tried by tests, and are compiled when they are needed.
  var trusted = false

  static let keys = [
    "id", "title", "kind", "tier", "prefixes", "ignore-case", "keywords", "shape", "digits", "pattern", "reach",
    "around",
    "validator", "context", "needs-context", "companion", "needs-companion", "entropy", "examples", "counterexamples",
  ]

  func read(_ source: [UInt8]) throws(RuleIssue) -> [Rule] {
    guard let text = try RuleTextParser.read(source, file: file) else { return [] }
    guard case .map(let members, _) = text, members.count == 1, members[0].key == "rules" else {
      throw issue("rule-syntax", "a file of rules is a map with the one key `rules`", text.mark)
    }
    guard case .list(let items, _) = members[0].value else {
      throw issue("rule-syntax", "`rules` is a list", members[0].mark)
    }
    var rules: [Rule] = []
    for item in items { rules.append(try rule(item)) }
    return rules
  }

  private func rule(_ text: RuleText) throws(RuleIssue) -> Rule {
    let fields = try RuleFields(text, file: file)
    var rule = Rule(
      id: try fields.required("id"), title: try fields.required("title"),
      kind: try fields.choice("kind", Rule.Kind.init(rawValue:), of: Rule.Kind.allCases.map(\.rawValue)) ?? .secret,
      tier: try fields.choice("tier", Tier.init(name:), of: Tier.allCases.map(\.name)) ?? .likely,
      pattern: try fields.required("pattern"))
    try readTriggers(fields, into: &rule)
    try readJudgement(fields, into: &rule)
    try check(rule, fields)
    return rule
  }

  private func readTriggers(_ fields: RuleFields, into rule: inout Rule) throws(RuleIssue) {
    rule.prefixes = try fields.list("prefixes")
    rule.keywords = try fields.list("keywords")
    rule.ignoresCase = try fields.flag("ignore-case")
    rule.shape = try fields.choice("shape", Rule.Shape.init(rawValue:), of: Rule.Shape.allCases.map(\.rawValue))
    rule.digits = try fields.range("digits")
    rule.reach = try fields.number("reach", upTo: Rule.longestReach) ?? Rule.usualReach
    rule.around = try fields.number("around", upTo: 256) ?? 0
  }

  private func readJudgement(_ fields: RuleFields, into rule: inout Rule) throws(RuleIssue) {
    rule.validator = try fields.choice("validator", Validator.init(rawValue:), of: Validator.allCases.map(\.rawValue))
    rule.context = try fields.list("context").map { $0.lowercased() }
    rule.needsContext = try fields.flag("needs-context")
    rule.companion = try fields.text("companion")
    rule.needsCompanion = try fields.flag("needs-companion")
    rule.entropy = try fields.decimal("entropy")
    rule.examples = try fields.list("examples")
    rule.counterexamples = try fields.list("counterexamples")
  }

  private func check(_ rule: Rule, _ fields: RuleFields) throws(RuleIssue) {
    let ways = [!rule.prefixes.isEmpty, !rule.keywords.isEmpty, rule.shape != nil].count { $0 }
    guard ways == 1 else {
      throw issue(
        "rule-trigger", "a rule has either `prefixes`, `keywords` or a `shape`", fields.mark,
        "name texts that each match begins with, or words that stand before it")
    }
    for literal in rule.prefixes + rule.keywords where !(2...64).contains(literal.utf8.count) {
      throw issue("rule-trigger", "prefixes and keywords have 2 to 64 bytes", fields.mark(of: "prefixes", "keywords"))
    }
    guard rule.companion != rule.id, rule.companion != nil || !rule.needsCompanion else {
      throw issue(
        "rule-companion", "the companion of `\(rule.id)` is another rule",
        fields.mark(of: "companion", "needs-companion"))
    }
    guard !rule.examples.isEmpty else {
      throw issue(
        "rule-example-missing", "`\(rule.id)` has no example", fields.mark, "add one text with a match under `examples`"
      )
    }
    if trusted { return }
    do throws(PatternIssue) { _ = try Matcher(rule.expression) } catch {
      throw issue(
        "rule-pattern", "`\(rule.id)`: \(error.why)", fields.mark(of: "pattern"), "patterns have RE2's syntax")
    }
  }

  private func issue(_ code: String, _ why: String, _ mark: RuleMark, _ hint: String? = nil) -> RuleIssue {
    RuleIssue(code: code, place: "\(file):\(mark.line):\(mark.column)", why: why, hint: hint)
  }
}
