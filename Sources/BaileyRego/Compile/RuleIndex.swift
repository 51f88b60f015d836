/// Rules in a row that begin with `input.path == constant` or `input.path in {constants}`, all for the same path.
///
/// At most the rules for the value at hand can hold, so one look-up goes straight to them.
struct RuleRun {
  var path: [Value] = []
  /// Rule and the constants that it asks for.
  var rules: [(rule: ResolvedRule, values: [Value])] = []
  private static let maximumEntries = 10_000

  /// Splits rules into runs, in their order; rules without such a beginning make runs without a path.
  static func split(_ rules: [ResolvedRule], _ registry: Registry) -> [RuleRun] {
    var runs: [RuleRun] = []
    for rule in rules {
      let (path, values) = condition(rule, registry) ?? ([], [])
      if let last = runs.last, last.path.map(\.bits) == path.map(\.bits) {
        runs[runs.count - 1].rules.append((rule, values))
      } else {
        runs.append(RuleRun(path: path, rules: [(rule, values)]))
      }
    }
    return runs
  }

  var isIndexed: Bool {
    !path.isEmpty && rules.count > 1 && rules.reduce(0) { $0 + $1.values.count } * rules.count <= Self.maximumEntries
  }

  /// With one constant a rule, the next for its value is known.
  var isSimple: Bool { rules.allSatisfy { $0.values.count == 1 } }

  /// For each value the next rule that asks for it, behind a rule or from the first on.
  func table(behind rule: Int, _ starts: [Target]) -> [Value.Key: Target] {
    var table: [Value.Key: Target] = [:]
    for index in rules.indices.dropFirst(rule + 1).reversed() {
      for value in rules[index].values { table[value.key] = starts[index] }
    }
    return table
  }

  private static func condition(_ rule: ResolvedRule, _ registry: Registry) -> ([Value], [Value])? {
    guard rule.branches.count == 1, let first = rule.branches[0].body.first, !first.negated, first.modifiers.isEmpty
    else {
      return nil
    }
    switch first.kind {
    case .unify(let left, let right): return condition(left, right) ?? condition(right, left)
    case .term(let term):
      guard case .call(.builtin(let index), let sides) = term.node, sides.count == 2,
        let name = Optional(registry.builtins[index].name), name == "equal" || name == "internal.member_2"
      else { return nil }
      if name == "internal.member_2" { return membership(sides[0], sides[1]) }
      return condition(sides[0], sides[1]) ?? condition(sides[1], sides[0])
    default: return nil
    }
  }

  private static func membership(_ reference: Term, _ collection: Term) -> ([Value], [Value])? {
    var constants: [Term] = []
    switch collection.node {
    case .array(let items), .set(let items): constants = items
    default: return nil
    }
    let values = constants.compactMap(indexable)
    guard values.count == constants.count, let path = inputPath(reference) else { return nil }
    return (path, values)
  }

  private static func condition(_ reference: Term, _ constant: Term) -> ([Value], [Value])? {
    guard let value = indexable(constant), let path = inputPath(reference) else { return nil }
    return (path, [value])
  }

  /// Only values whose equality is that of their handles.
  private static func indexable(_ term: Term) -> Value? {
    guard case .scalar(let value) = term.node else { return nil }
    return value.tag == .string || value.tag == .boolean || value.tag == .null ? value : nil
  }

  private static func inputPath(_ reference: Term) -> [Value]? {
    guard case .ref(let head, let path) = reference.node, case .input = head.node else { return nil }
    var keys: [Value] = []
    for part in path {
      guard case .scalar(let key) = part.node else { return nil }
      keys.append(key)
    }
    return keys
  }
}

extension Lowering {
  /// Code for rules in their order, by way of the index where there is one.
  mutating func each(
    _ rules: [ResolvedRule], _ emitRule: (inout Lowering, ResolvedRule) throws(RegoError) -> Void
  ) throws(RegoError) {
    for run in RuleRun.split(rules, self.rules.registry) {
      guard run.isIndexed, reports != .explanation else {
        for entry in run.rules { try emitRule(&self, entry.rule) }
        continue
      }
      try indexed(run, emitRule)
    }
  }

  private mutating func indexed(
    _ run: RuleRun, _ emitRule: (inout Lowering, ResolvedRule) throws(RegoError) -> Void
  ) throws(RegoError) {
    let (starts, end, path) = (run.rules.map { _ in label() }, label(), pool.path(run.path))
    func select(_ lowering: inout Lowering, behind rule: Int) {
      lowering.pool.switches.append(run.table(behind: rule, starts))
      lowering.switches.append(lowering.pool.switches.count - 1)
      lowering.emit(.select(path: path, table: Int32(lowering.pool.switches.count - 1), otherwise: end))
    }
    select(&self, behind: -1)
    for (index, entry) in run.rules.enumerated() {
      place(starts[index])
      try emitRule(&self, entry.rule)
      if run.isSimple, let value = entry.values.first {
        let next = run.rules.indices.dropFirst(index + 1).first { run.rules[$0].values[0].bits == value.bits }
        emit(.jump(next.map { starts[$0] } ?? end))
      } else {
        select(&self, behind: index)
      }
    }
    place(end)
  }
}
