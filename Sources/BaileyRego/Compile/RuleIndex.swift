/// Rules in a row that begin with `input.path == constant`, all for the same path.
///
/// At most the rules for the value at hand can hold, so one look-up goes straight to them.
struct RuleRun {
  var path: [Value] = []
  /// Rule and the constant that it asks for.
  var rules: [(rule: ResolvedRule, value: Value?)] = []

  /// Splits rules into runs, in their order; rules without such a beginning make runs without a path.
  static func split(_ rules: [ResolvedRule], _ registry: Registry) -> [RuleRun] {
    var runs: [RuleRun] = []
    for rule in rules {
      let (path, value) = condition(rule, registry) ?? ([], nil)
      if let last = runs.last, last.path.map(\.bits) == path.map(\.bits) {
        runs[runs.count - 1].rules.append((rule, value))
      } else {
        runs.append(RuleRun(path: path, rules: [(rule, value)]))
      }
    }
    return runs
  }

  var isIndexed: Bool { !path.isEmpty && rules.count > 1 }

  private static func condition(_ rule: ResolvedRule, _ registry: Registry) -> ([Value], Value)? {
    guard rule.branches.count == 1, let first = rule.branches[0].body.first, !first.negated, first.modifiers.isEmpty
    else {
      return nil
    }
    switch first.kind {
    case .unify(let left, let right): return condition(left, right) ?? condition(right, left)
    case .term(let term):
      guard case .call(.builtin(let index), let sides) = term.node, sides.count == 2,
        registry.builtins[index].name == "equal"
      else { return nil }
      return condition(sides[0], sides[1]) ?? condition(sides[1], sides[0])
    default: return nil
    }
  }

  /// Only values whose equality is that of their handles.
  private static func condition(_ reference: Term, _ constant: Term) -> ([Value], Value)? {
    guard case .scalar(let value) = constant.node, value.tag == .string || value.tag == .boolean || value.tag == .null,
      case .ref(let head, let path) = reference.node, case .input = head.node
    else { return nil }
    var keys: [Value] = []
    for part in path {
      guard case .scalar(let key) = part.node else { return nil }
      keys.append(key)
    }
    return (keys, value)
  }
}

extension Lowering {
  /// Code for rules in their order, by way of the index where there is one.
  mutating func each(
    _ rules: [ResolvedRule], _ emitRule: (inout Lowering, ResolvedRule) throws(RegoError) -> Void
  ) throws(RegoError) {
    for run in RuleRun.split(rules, self.rules.registry) {
      guard run.isIndexed else {
        for entry in run.rules { try emitRule(&self, entry.rule) }
        continue
      }
      let (starts, end) = (run.rules.map { _ in label() }, label())
      var first: [Value.Key: Target] = [:]
      var following = starts.map { _ in end }
      for (index, entry) in run.rules.enumerated().reversed() {
        guard let key = entry.value?.key else { continue }
        following[index] = first[key] ?? end
        first[key] = starts[index]
      }
      pool.switches.append(first)
      switches.append(pool.switches.count - 1)
      emit(.select(path: pool.path(run.path), table: Int32(pool.switches.count - 1), otherwise: end))
      for (index, entry) in run.rules.enumerated() {
        place(starts[index])
        try emitRule(&self, entry.rule)
        emit(.jump(following[index]))
      }
      place(end)
    }
  }
}
