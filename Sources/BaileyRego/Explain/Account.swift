/// Puts what a witness saw into words and values that outlast the evaluation.
struct Account {
  private let policy: ExplainedPolicy
  private let attempts: [Attempt]
  /// How many more rules may be told of: rules that need one another make many ways.
  private final class Budget { var left = 2000 }
  private let budget = Budget()
  private static let maximumDepth = 6
  private static let maximumValue = 200

  init(policy: ExplainedPolicy, attempts: [Attempt]) {
    self.policy = policy
    self.attempts = attempts
  }

  private var explained: Explained { policy.program.explained }

  func document(_ goal: Goal, speaks: Bool) -> Explanation.Document {
    var document = Explanation.Document(name: goal.name, effect: goal.effect.rawValue, speaks: speaks)
    for group in goal.groups { document.rules += rules(of: group, depth: 0, outer: []) }
    if goal.effect == .answer {
      for (number, head) in explained.heads.enumerated() where head.group == nil {
        let rule = rule(number, depth: 0, outer: [])
        if goal.groups.isEmpty || rule.outcome == .fails && !isAsking(rule) { document.rules.insert(rule, at: 0) }
      }
    }
    return document
  }

  /// A query that fails only because the rules that it asks for do.
  private func isAsking(_ rule: Explanation.Rule) -> Bool {
    rule.expressions.allSatisfy { !$0.needs.isEmpty }
  }

  func rules(of group: Int, depth: Int, outer: Set<Int>) -> [Explanation.Rule] {
    guard depth < Self.maximumDepth, budget.left > 0, !outer.contains(group) else { return [] }
    return explained.heads.indices.filter { explained.heads[$0].group == group && !explained.heads[$0].isDefault }
      .filter {
        !EditFinder(policy.program, policy.machine.heap, input: .undefined, attempts: []).saysFalse(explained.heads[$0])
      }
      .map { rule($0, depth: depth, outer: outer.union([group])) }
  }

  private func rule(_ number: Int, depth: Int, outer: Set<Int>) -> Explanation.Rule {
    budget.left -= 1
    let (head, attempt) = (explained.heads[number], attempts[number])
    var rule = Explanation.Rule(
      document: head.group.map { ExplainedPolicy.name(policy.program.tree.nodes[policy.program.tree.groups[$0].node]) }
        ?? "query",
      location: policy.place(head.location), branch: head.branch, outcome: .untried)
    if let steps = attempt.success {
      rule.outcome = .holds
      rule.expressions = steps.filter { !isPrint($0) }.map { expression($0, depth: depth, outer) }
    } else if let step = attempt.furthest.last {
      rule.outcome = .fails
      rule.expressions = [expression(step, depth: depth, outer)]
      rule.failures = attempt.failures
    } else if attempt.entries > 0 {
      rule.outcome = .unmatched
    }
    return rule
  }

  private func expression(_ step: Step, depth: Int, _ outer: Set<Int>) -> Explanation.Expression {
    let entry = explained.expressions[step.expression]
    let statement = entry.statement
    var result = Explanation.Expression(
      location: policy.place(statement.location), text: policy.text(statement.location), isNegated: statement.negated)
    for (term, value) in zip(entry.operands, step.operands) where !isWhole(term, statement) {
      let operand = Explanation.Operand(text: policy.text(of: term), value: shown(value))
      if !result.operands.contains(where: { $0.text == operand.text }) { result.operands.append(operand) }
    }
    if step.operands.count < entry.operands.count, !step.holds {
      let missing = entry.operands[step.operands.count]
      result.undefined = isWhole(missing, statement) && isCall(missing) ? nil : policy.text(of: missing)
    }
    if case .every = statement.kind, !step.holds {
      result.inside = step.inner.map { expression($0, depth: depth, outer) }
    }
    result.needs = needs(statement, holds: step.holds, depth: depth, outer)
    return result
  }

  private func isPrint(_ step: Step) -> Bool {
    explained.expressions[step.expression].statement.calls("internal.print", policy.program.registry)
  }

  private func needs(_ statement: Statement, holds: Bool, depth: Int, _ outer: Set<Int>) -> [Explanation.Rule] {
    var groups: [Int] = []
    TermVisitor(entersClosures: true) { groups += policy.program.tree.groups(askedBy: $0) }.statement(statement)
    let unique = groups.reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } }
    // Where an expression fails although its rules hold, it is their values that matter.
    let wanted: Explanation.Rule.Outcome = holds != statement.negated ? .holds : .fails
    return unique.flatMap { rules(of: $0, depth: depth + 1, outer: outer) }
      .filter { $0.outcome == wanted || ($0.outcome == .unmatched && wanted == .fails) }
  }

  /// The operand is the expression itself.
  private func isWhole(_ term: Term, _ statement: Statement) -> Bool {
    term.location.start == statement.location.start && term.location.end == statement.location.end && isCall(term)
  }

  private func isCall(_ term: Term) -> Bool { if case .call = term.node { true } else { false } }

  // MARK: Words

  private func shown(_ value: Value) -> String {
    let bytes =
      value.tag == .set
      ? RegoWriter.write(value, limit: Self.maximumValue)
      : JSONWriter.write(value, escapesHTML: false, limit: Self.maximumValue)
    return ShortText.cut(bytes, Self.maximumValue)
  }
}
