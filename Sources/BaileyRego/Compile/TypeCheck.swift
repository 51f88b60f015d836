/// Finds operands and matches that can never fit, from what the text alone says.
///
/// Coarse: it knows the type of each literal, comprehension, call and variable bound to one, not what collections hold.
struct TypeCheck {
  private let registry: Registry
  private var kinds: [Int: Kinds] = [:]
  private(set) var errors: [RegoError] = []

  init(registry: Registry) { self.registry = registry }

  mutating func body(_ statements: [Statement]) {
    for statement in statements {
      // What `with` replaces may have other types.
      guard statement.modifiers.isEmpty else { continue }
      self.statement(statement)
    }
  }

  private mutating func statement(_ statement: Statement) {
    let before = kinds
    defer { if statement.negated { kinds = before } }
    switch statement.kind {
    case .declare: return
    case .term(let term):
      check(term)
      equality(term)
    case .assign(let left, let right), .unify(let left, let right): match(left, right, statement.location)
    case .someIn(let key, let value, let collection):
      check(collection)
      [key, value].compactMap(\.self).forEach { check($0) }
      if kinds(collection).isDisjoint(with: [.array, .object, .set]) {
        report("cannot iterate over \(kinds(collection).text)", statement.location)
      }
    case .every(_, _, let domain, let body, _):
      check(domain)
      let before = kinds
      self.body(body)
      kinds = before
    }
  }

  /// A comparison that stands as a condition can fail for good; as a value it is just false.
  private mutating func equality(_ term: Term) {
    guard case .call(.builtin(let index), let sides) = term.node, sides.count == 2,
      registry.builtins[index].name == "equal"
    else { return }
    let (first, second) = (kinds(sides[0]), kinds(sides[1]))
    if first.isDisjoint(with: second) {
      report("match error: \(first.text) can never be \(second.text)", term.location)
    }
  }

  private mutating func match(_ left: Term, _ right: Term, _ location: Location) {
    check(left)
    check(right)
    let (first, second) = (kinds(left), kinds(right))
    if first.isDisjoint(with: second) {
      report("match error: \(first.text) can never be \(second.text)", location)
      return
    }
    for (term, other) in [(left, second), (right, first)] {
      if case .local(let slot) = term.node { kinds[slot] = kinds[slot].map { $0.intersection(other) } ?? other }
    }
  }

  private mutating func report(_ message: String, _ location: Location) {
    errors.append(RegoError(.type, message, location))
  }

  private func kinds(_ term: Term) -> Kinds {
    switch term.node {
    case .scalar(let value): return Kinds(value)
    case .local(let slot): return kinds[slot] ?? .any
    case .array: return .array
    case .set: return .set
    case .object: return .object
    case .template: return .string
    case .comprehension(let inner):
      switch inner.kind {
      case .array: return .array
      case .set: return .set
      case .object: return .object
      }
    case .call(.builtin(let index), _): return Signature.known[registry.builtins[index].name]?.result ?? .any
    case .data: return .object
    case .name, .input, .ref, .call: return .any
    }
  }

  /// Calls anywhere in a term; closures see the types found so far.
  mutating func check(_ term: Term) {
    switch term.node {
    case .scalar, .name, .local, .input, .data: return
    case .ref(let head, let path):
      check(head)
      path.forEach { check($0) }
    case .array(let items), .set(let items): items.forEach { check($0) }
    case .object(let pairs):
      for pair in pairs {
        check(pair.key)
        check(pair.value)
      }
    case .comprehension(let inner):
      let before = kinds
      body(inner.body)
      inner.key.map { check($0) }
      check(inner.value)
      kinds = before
    case .template(let parts): for case .expression(let statement) in parts { body([statement]) }
    case .call(let callee, let arguments):
      arguments.forEach { check($0) }
      if case .builtin(let index) = callee { operands(registry.builtins[index].name, arguments, term.location) }
    }
  }

  private mutating func operands(_ name: String, _ arguments: [Term], _ location: Location) {
    guard let signature = Signature.known[name], signature.parameters.count == arguments.count else { return }
    for (index, (term, wanted)) in zip(arguments, signature.parameters).enumerated() {
      let have = kinds(term)
      guard have.isDisjoint(with: wanted) else { continue }
      report("\(name): invalid argument(s): operand \(index + 1) must be \(wanted.text) but is \(have.text)", location)
    }
  }
}
