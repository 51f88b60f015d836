/// Finds what can never hold, as OPA does: references to what no document has, operands of a wrong type, matches that never fit.
///
/// Rules are looked at in an order in which each knows the types of those that it uses.
struct TypeCheck {
  let registry: Registry
  private(set) var documents = TypeEnvironment()
  private(set) var errors: [RegoError] = []
  /// The types of the rule's variables, by slot.
  var locals: [Int: Type] = [:]
  var names: [Value] = []
  /// Types of the comprehensions that were looked at, by place.
  private var closures: [Place: Type] = [:]
  /// In the body of `every` OPA looks at references only.
  private(set) var isLax = false
  private static let maximumErrors = 10

  private struct Place: Hashable {
    var line: Int32
    var column: Int32
    var own: Range<Int>
  }

  init(registry: Registry) { self.registry = registry }

  mutating func report(_ message: String, _ location: Location) {
    let isKnown = errors.contains { $0.message == message && $0.location?.line == location.line }
    if !isKnown, errors.count < Self.maximumErrors { errors.append(RegoError(.type, message, location)) }
  }

  // MARK: Rules

  mutating func rule(_ rule: ResolvedRule, at path: [Value]) {
    for (index, branch) in rule.branches.enumerated() {
      begin(rule.slots)
      let before = errors.count
      body(branch.body)
      let heads = (index == 0 ? rule.keys : []) + [branch.value]
      heads.forEach { check($0) }
      guard errors.count == before else {
        documents.insert(path, .anything)
        continue
      }
      documents.insert(path, type(of: rule, branch))
    }
  }

  mutating func query(_ statements: [Statement], _ slots: [Value]) {
    begin(slots)
    body(statements)
  }

  private mutating func begin(_ slots: [Value]) {
    names = slots
    locals = [:]
    closures = [:]
  }

  private mutating func type(of rule: ResolvedRule, _ branch: ResolvedRule.Branch) -> Type? {
    let value = type(of: branch.value)
    if !rule.arguments.isEmpty {
      let slots = TermVisitor.slots(Term(.array(rule.arguments), rule.location))
      for slot in slots.members where locals[slot] == nil { locals[slot] = .anything }
      return .function(rule.arguments.map { type(of: $0) }, result: value)
    }
    return rule.keys.reversed().reduce(rule.kind == .set ? .set(value) : value) { inner, key in
      guard let inner, let key = type(of: key) else { return nil }
      return .object([], rest: Type.Rest(key: key, value: inner))
    }
  }

  // MARK: Bodies

  mutating func body(_ statements: [Statement]) { statements.forEach { self.statement($0) } }

  private mutating func statement(_ statement: Statement) {
    statement.modifiers.forEach { check($0) }
    switch statement.kind {
    case .declare: return
    case .term(let term):
      if let sides = equalSides(term) { return match(sides[0], sides[1], statement.location) }
      check(term)
    case .assign(let left, let right), .unify(let left, let right): match(left, right, statement.location)
    case .someIn(let key, let value, let collection): some(key, value, collection, statement.location)
    case .every(let key, let value, let domain, let body, _):
      check(domain)
      for case .local(let slot) in [key, value].compactMap(\.self).map(\.node) { locals[slot] = .anything }
      let outer = (isLax, locals)
      isLax = true
      self.body(body)
      (isLax, locals) = outer
    }
  }

  /// What stands in a function's place must take as many operands, of types that fit.
  private mutating func check(_ modifier: Modifier) {
    guard modifier.value.isFunctionName else { return check(modifier.value) }
    guard case .call(let target, _) = modifier.target.node, case .call(let callee, _) = modifier.value.node,
      let wanted = signature(target)?.parameters, let have = signature(callee)?.parameters, have.count > 0
    else { return }
    guard have.count != wanted.count || !zip(have, wanted).allSatisfy({ Type.unify($0, $1) }) else { return }
    report(
      "\(name(target)): arity mismatch: have \(Type.text(have)), want \(Type.text(wanted))", modifier.location)
  }

  /// A comparison that stands as a condition can fail for good; as a value it is just false.
  private func equalSides(_ term: Term) -> [Term]? {
    guard case .call(.builtin(let index), let sides) = term.node, sides.count == 2,
      registry.builtins[index].name == "equal"
    else { return nil }
    return sides
  }

  private mutating func match(_ left: Term, _ right: Term, _ location: Location) {
    let before = errors.count
    check(left)
    check(right)
    guard !isLax else { return }
    let (first, second) = (type(of: left), type(of: right))
    guard !match(left, first, right, second), errors.count == before else { return }
    report("match error: left: \(Type.text(first)), right: \(Type.text(second))", location)
  }

  private mutating func some(_ key: Term?, _ value: Term, _ collection: Term, _ location: Location) {
    let before = errors.count
    check(collection)
    [key, value].compactMap(\.self).forEach { check($0) }
    guard !isLax, errors.count == before else { return }
    if self.type(of: collection) == nil { _ = fit(collection, .anything) }
    let type = self.type(of: collection) ?? .anything
    guard let keys = type.keys, let values = type.values else {
      return report("undefined ref: cannot iterate over \(Type.text(type))", location)
    }
    if let key, !fit(key, keys) {
      report("match error: left: \(Type.text(keys)), right: \(Type.text(self.type(of: key)))", location)
    }
    if !fit(value, values) {
      report("match error: left: \(Type.text(values)), right: \(Type.text(self.type(of: value)))", location)
    }
  }

  // MARK: Closures

  mutating func check(_ comprehension: Comprehension, _ location: Location) {
    let outer = locals
    let before = errors.count
    let wasLax = isLax
    isLax = false
    body(comprehension.body)
    [comprehension.key, comprehension.value].compactMap(\.self).forEach { check($0) }
    let value = type(of: comprehension.value)
    let type: Type =
      switch comprehension.kind {
      case .array: .array([], rest: value ?? .anything)
      case .set: .set(value)
      case .object: .object([], rest: Type.Rest(key: comprehension.key.flatMap { self.type(of: $0) }, value: value))
      }
    closures[place(comprehension, location)] = errors.count == before ? type : nil
    (locals, isLax) = (outer, wasLax)
  }

  mutating func check(template parts: [TemplatePart]) {
    let outer = (isLax, locals)
    isLax = false
    for case .expression(let statement) in parts { body([statement]) }
    (isLax, locals) = outer
  }

  func type(of comprehension: Comprehension, _ location: Location) -> Type? {
    closures[place(comprehension, location)]
  }

  private func place(_ comprehension: Comprehension, _ location: Location) -> Place {
    Place(line: location.line, column: location.column, own: comprehension.own)
  }
}

extension Term {
  /// A function in the place of a value: what `with` puts in another's place.
  fileprivate var isFunctionName: Bool {
    if case .call(_, let arguments) = node { arguments.isEmpty } else { false }
  }
}
