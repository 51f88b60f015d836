/// Looks for what makes a body never hold: an expression that is always false, or two that exclude each other.
struct BodyAnalysis {
  let registry: Registry
  let heap: Heap
  let shape: InputShape?
  let sources: [Source]
  private var constraints: [String: Constraint] = [:]
  /// Variables that stand for a reference.
  private var aliases: [Int: Term] = [:]

  /// Why a body cannot hold.
  struct Contradiction {
    var message: String
    var location: Location
    var hint: String
  }

  init(registry: Registry, heap: Heap, shape: InputShape?, sources: [Source]) {
    self.registry = registry
    self.heap = heap
    self.shape = shape
    self.sources = sources
  }

  mutating func contradiction(in body: [Statement]) -> Contradiction? {
    (constraints, aliases) = ([:], [:])
    for statement in body where statement.modifiers.isEmpty {
      if let found = look(at: statement) { return found }
    }
    return nil
  }

  private mutating func look(at statement: Statement) -> Contradiction? {
    switch statement.kind {
    case .term(let term): return condition(term, statement)
    case .assign(let left, let right), .unify(let left, let right): return equality(left, right, statement)
    case .someIn(_, _, let collection):
      guard let value = Lowering.constant(collection, heap), value.isCollection, value.count == 0 else { return nil }
      return never(statement, "`\(text(collection.location))` has no members")
    case .every, .declare: return nil
    }
  }

  private mutating func condition(_ term: Term, _ statement: Statement) -> Contradiction? {
    if let value = Lowering.constant(term, heap) {
      let holds = value.bits != Value.false.bits
      return holds != statement.negated ? nil : never(statement, "it is always false")
    }
    guard case .call(.builtin(let index), let operands) = term.node else {
      guard let key = key(term) else { return nil }
      return demand(statement.negated ? .oneOf([.false]) : .not(.false), of: key, term, statement)
    }
    let name = registry.builtins[index].name
    if let comparison = Comparison(named: name), operands.count == 2 {
      return compare(operands[0], operands[1], statement.negated ? comparison.opposite : comparison, statement)
    }
    return test(name, operands, statement)
  }

  private mutating func equality(_ left: Term, _ right: Term, _ statement: Statement) -> Contradiction? {
    if !statement.negated, case .assign = statement.kind, case .local(let slot) = left.node, key(right) != nil {
      aliases[slot] = right
      return nil
    }
    return compare(left, right, statement.negated ? .notEqual : .equal, statement)
  }

  // MARK: Expressions

  private mutating func compare(
    _ left: Term, _ right: Term, _ how: Comparison, _ statement: Statement
  ) -> Contradiction? {
    switch (Lowering.constant(left, heap), Lowering.constant(right, heap)) {
    case (let first?, let second?):
      return how.holds(first, second) ? nil : never(statement, "it compares two constants")
    case (nil, let value?):
      guard let key = key(left), let kind = Self.kind(how, value) else { return nil }
      return demand(kind, of: key, left, statement)
    case (let value?, nil):
      guard let key = key(right), let kind = Self.kind(how.mirrored, value) else { return nil }
      return demand(kind, of: key, right, statement)
    case (nil, nil):
      guard how == .notEqual || how == .less || how == .greater, !statement.negated, let one = key(left),
        one == key(right)
      else { return nil }
      return never(statement, "it compares a value with itself")
    }
  }

  private static func kind(_ how: Comparison, _ value: Value) -> Constraint.Kind? {
    switch how {
    case .equal: .oneOf([value])
    case .notEqual: .not(value)
    case .less: .less(value, orEqual: false)
    case .lessOrEqual: .less(value, orEqual: true)
    case .greater: .greater(value, orEqual: false)
    case .greaterOrEqual: .greater(value, orEqual: true)
    }
  }

  private mutating func test(_ name: String, _ operands: [Term], _ statement: Statement) -> Contradiction? {
    if name == "internal.member_2", operands.count == 2, let item = Lowering.constant(operands[0], heap),
      let all = Lowering.constant(operands[1], heap), all.tag == .array || all.tag == .set
    {
      let holds = all.items.contains { Value.equal($0, item) }
      return holds != statement.negated ? nil : never(statement, "it compares constants")
    }
    guard !statement.negated, operands.count == 2, let key = key(operands[0]),
      let value = Lowering.constant(operands[1], heap)
    else { return nil }
    switch name {
    case "internal.member_2" where value.tag == .array || value.tag == .set:
      return demand(.oneOf(value.items), of: key, operands[0], statement)
    case "startswith" where value.tag == .string:
      return demand(.prefix(Array(value.text)), of: key, operands[0], statement)
    case "endswith" where value.tag == .string:
      return demand(.suffix(Array(value.text)), of: key, operands[0], statement)
    case "contains" where value.tag == .string:
      return demand(.contains(Array(value.text)), of: key, operands[0], statement)
    default: return nil
    }
  }

  // MARK: Demands

  /// A name for what has one value in one turn of the body.
  private func key(_ term: Term) -> String? {
    switch term.node {
    case .local(let slot): return aliases[slot].flatMap { key($0) } ?? "local \(slot)"
    case .ref(let head, let path):
      switch head.node {
      case .input, .data: break
      default: return nil
      }
      return path.allSatisfy { if case .scalar = $0.node { true } else { false } } ? TermText.reference(term) : nil
    default: return nil
    }
  }

  private mutating func demand(
    _ kind: Constraint.Kind, of key: String, _ term: Term, _ statement: Statement
  ) -> Contradiction? {
    var term = term
    if case .local(let slot) = term.node, let alias = aliases[slot] { term = alias }
    if constraints[key] == nil { constraints[key] = start(term) }
    let demand = Constraint.Demand(kind: kind, location: statement.location, isOptional: isOptional(statement))
    guard let other = constraints[key, default: Constraint()].add(demand) else { return nil }
    let name = key.hasPrefix("local ") ? text(term.location) : key
    if other.location.line == 0 { return schemaContradiction(name, kind, term, statement) }
    if other.location == statement.location { return never(statement, "no value of `\(name)` meets it") }
    return Contradiction(
      message: "`\(text(statement.location))` excludes `\(text(other.location))` of line \(other.location.line)",
      location: statement.location,
      hint: "a rule holds only if all its expressions do: make them two rules, or use `in`")
  }

  /// Whether an undefined operand lets it hold: of what is negated, only equalities and references alone.
  private func isOptional(_ statement: Statement) -> Bool {
    guard statement.negated else { return false }
    guard case .term(let term) = statement.kind, case .call(.builtin(let index), _) = term.node else { return true }
    return registry.builtins[index].name == "equal"
  }

  // MARK: The schema

  /// What the schema demands of a reference to the input.
  private func start(_ term: Term) -> Constraint {
    guard case .known(let types, let values) = place(term) else { return Constraint() }
    var demands: [Constraint.Demand] = []
    if !values.isEmpty { demands.append(.init(kind: .oneOf(values), location: Location(), isOptional: true)) }
    if !types.isEmpty { demands.append(.init(kind: .types(types), location: Location(), isOptional: true)) }
    return Constraint(demands: demands)
  }

  private func place(_ term: Term) -> InputShape.Place {
    guard let shape, case .ref(let head, let path) = term.node, case .input = head.node else { return .open }
    return shape.place(path.compactMap { if case .scalar(let value) = $0.node { value } else { nil } })
  }

  private func schemaContradiction(
    _ name: String, _ kind: Constraint.Kind, _ term: Term, _ statement: Statement
  ) -> Contradiction {
    var hint = "the schema of the input says so"
    var what = "another value"
    if case .known(let types, let values) = place(term) {
      if !types.isEmpty { what = types.joined(separator: " or ") }
      let more = values.count > Self.shownValues ? ", …" : ""
      if !values.isEmpty {
        what = "one of \(values.prefix(Self.shownValues).map(Self.shown).joined(separator: ", "))\(more)"
      }
      let names = values.filter { $0.tag == .string }.map { String($0) }
      if case .oneOf(let wanted) = kind, let first = wanted.first, first.tag == .string {
        let near = names.map { ($0, Spelling.distance($0, String(first))) }.min { $0.1 < $1.1 }.flatMap {
          $0.1 <= 3 ? $0.0 : nil
        }
        if let near = near ?? names.first(where: { $0.hasSuffix("." + String(first)) }) {
          hint = "did you mean `\"\(near)\"`?"
        }
      }
    }
    return Contradiction(
      message: "`\(text(statement.location))` never holds: `\(name)` is \(what)", location: statement.location,
      hint: hint)
  }

  private static let shownValues = 6

  private static func shown(_ value: Value) -> String {
    String(decoding: RegoWriter.write(value, limit: 100), as: UTF8.self)
  }

  // MARK: Words

  private func never(_ statement: Statement, _ why: String) -> Contradiction {
    Contradiction(
      message: "`\(text(statement.location))` never holds: \(why)", location: statement.location,
      hint: "remove the rule, or mend the expression")
  }

  private func text(_ location: Location) -> String {
    let file = Int(location.file)
    guard sources.indices.contains(file), location.start >= 0, location.start <= location.end,
      Int(location.end) <= sources[file].text.count
    else { return "" }
    let text = String(decoding: sources[file].text[Int(location.start)..<Int(location.end)], as: UTF8.self)
    return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
