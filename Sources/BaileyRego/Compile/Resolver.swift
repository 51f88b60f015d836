/// Gives every name its meaning: a slot of the rule, a path below `data` or `input`, a builtin or a function.
///
/// Works on one rule or query at a time.
struct Resolver {
  /// The names that one module sees.
  struct Names {
    var package: [Value]
    /// Rule names of the package.
    var rules: Set<Value.Key>
    /// How many arguments each function of the policy takes, by its path below `data`.
    var arities: [[Value.Key]: Int]
    /// Aliases of imports, with the whole path.
    var imports: [Value.Key: [Value]]
    /// Deprecated builtins are for version 0 only.
    var isVersion1 = true
  }

  struct Scope {
    var bound: [Value.Key: Int] = [:]
    /// Names that `:=`, `some` or `every` declare somewhere in this body.
    var declared: Set<Value.Key> = []
    /// Names of this body that were used so far.
    var seen: Set<Value.Key> = []
    /// Those among the bound that `:=` made.
    var assigned: Set<Value.Key> = []
    var arguments: Set<Value.Key> = []
    /// A template's expression may not bring in variables.
    var isTemplate = false
  }

  /// `:=`, or `some` and `every`.
  enum Introduction { case assigned, declared }

  let names: Names
  let registry: Registry
  let heap: Heap
  var scopes: [Scope] = []
  /// The name of each slot, for messages.
  var slots: [Value] = []
  var unused = Unused()
  private var hoistings = 0
  /// The names of imports that were used.
  var usedImports: Set<Value.Key> = []
  /// The rule at hand, if it is one, and what is known of it.
  var rule: Rule?
  var metadata = Metadata(annotations: [])

  init(names: Names, registry: Registry, heap: Heap) {
    self.names = names
    self.registry = registry
    self.heap = heap
  }

  // MARK: Bodies

  /// Resolves a body in a scope of its own together with the terms that its variables reach.
  mutating func body(
    _ statements: [Statement], with terms: [Term] = [], arguments: [Term] = []
  ) throws(RegoError) -> (body: [Statement], terms: [Term], own: Range<Int>) {
    let first = slots.count
    scopes.append(Scope())
    defer { scopes.removeLast() }
    let statements = statements.flatMap { hoisted($0) }
    collect(statements, terms)
    var body: [Statement] = []
    for statement in statements { body.append(try self.statement(statement)) }
    var resolved: [Term] = []
    for term in terms { resolved.append(try self.term(term)) }
    return (body, resolved, first..<slots.count)
  }

  private func isPrint(_ statement: Statement) -> Bool {
    guard case .term(let term) = statement.kind, case .call(.path(let path), _) = term.node else { return false }
    return path.count == 1 && path[0].text.elementsEqual("print".utf8)
  }

  private mutating func hoisted(_ statement: Statement) -> [Statement] {
    guard statement.negated, !isPrint(statement) else { return [statement] }
    var hoisting = Hoisting(heap: heap, count: hoistings)
    defer { hoistings = hoisting.count }
    return hoisting.statements(for: statement)
  }

  /// Finds the names that the body declares, and gives the free ones of its own level their slots.
  mutating func collect(_ statements: [Statement], _ terms: [Term]) {
    for statement in statements { collectDeclarations(statement) }
    var free: [Value] = []
    let visitor = TermVisitor(entersClosures: false) { if case .name(let name) = $0.node { free.append(name) } }
    for statement in statements { visitor.statement(withoutFunctionNames(statement)) }
    terms.forEach(visitor.term)
    for name in free where !isKnown(name) { bind(name) }
  }

  private func withoutFunctionNames(_ statement: Statement) -> Statement {
    var result = statement
    result.modifiers.removeAll { functionNamed(by: $0.value) != nil }
    return result
  }

  private mutating func collectDeclarations(_ statement: Statement) {
    var found: [Value] = []
    let visitor = TermVisitor(entersClosures: false) { if case .name(let name) = $0.node { found.append(name) } }
    switch statement.kind {
    case .assign(let target, _): patternNames(target, &found)
    case .declare(let terms): terms.forEach(visitor.term)
    case .someIn(let key, let value, _):
      key.map { patternNames($0, &found) }
      patternNames(value, &found)
    default: return
    }
    let last = scopes.count - 1
    for name in found where !isWildcard(name) { scopes[last].declared.insert(name.key) }
  }

  /// Names that a pattern binds: not those in calls and references.
  private func patternNames(_ term: Term, _ found: inout [Value]) {
    switch term.node {
    case .name(let name): found.append(name)
    case .array(let items), .set(let items): for item in items { patternNames(item, &found) }
    case .object(let pairs): for pair in pairs { patternNames(pair.value, &found) }
    default: return
    }
  }

  func isWildcard(_ name: Value) -> Bool { name.text.first == 0x24 }

  private func isKnown(_ name: Value) -> Bool {
    for scope in scopes where scope.bound[name.key] != nil { return true }
    return scopes.last?.declared.contains(name.key) == true || isRoot(name) || isGlobal(name)
  }

  func isGlobal(_ name: Value) -> Bool { names.rules.contains(name.key) || names.imports[name.key] != nil }

  func isRoot(_ name: Value) -> Bool { name.text.elementsEqual("input".utf8) || name.text.elementsEqual("data".utf8) }

  @discardableResult
  mutating func bind(_ name: Value) -> Int {
    slots.append(name)
    scopes[scopes.count - 1].bound[name.key] = slots.count - 1
    return slots.count - 1
  }

  /// A new variable of the body; it must not have been used there before.
  mutating func declare(_ term: Term, _ how: Introduction) throws(RegoError) -> Term {
    guard case .name(let name) = term.node else { return term }
    let last = scopes.count - 1
    if isWildcard(name) { return Term(.local(scopes[last].bound[name.key] ?? bind(name)), term.location) }
    if isRoot(name) {
      throw RegoError(
        .compile, "variables must not shadow \(String(name)) (use a different variable name)", term.location)
    }
    if last > 0, scopes[last - 1].arguments.contains(name.key) {
      throw RegoError(.compile, "arg \(String(name)) redeclared", term.location)
    }
    if scopes[last].seen.contains(name.key) {
      throw RegoError(.compile, "var \(String(name)) referenced above", term.location)
    }
    if scopes[last].bound[name.key] != nil {
      let before = scopes[last].assigned.contains(name.key) ? "assigned" : "declared"
      throw RegoError(.compile, "var \(String(name)) \(before) above", term.location)
    }
    if how == .assigned { scopes[last].assigned.insert(name.key) }
    let slot = bind(name)
    if how == .assigned { unused.introduce(.assigned, slot, name, term.location) }
    return Term(.local(slot), term.location)
  }

  /// A declaration further down in the same body will say that the name is used too early.
  private mutating func markSeen(_ name: Value) {
    guard let last = scopes.indices.last, scopes[last].declared.contains(name.key) else { return }
    scopes[last].seen.insert(name.key)
  }

  /// What a name means where it is used.
  mutating func variable(_ name: Value, _ location: Location) throws(RegoError) -> Term {
    markSeen(name)
    for index in scopes.indices.reversed() {
      guard let slot = scopes[index].bound[name.key] else { continue }
      unused.use(slot)
      return Term(.local(slot), location)
    }
    if name.text.elementsEqual("input".utf8) { return Term(.input, location) }
    if name.text.elementsEqual("data".utf8) { return Term(.data, location) }
    if let path = names.imports[name.key] {
      usedImports.insert(name.key)
      return absolute(path, location)
    }
    if names.rules.contains(name.key) { return dataReference(names.package + [name], location) }
    if scopes.count > 1, scopes.last?.isTemplate == true {
      if isWildcard(name) { throw RegoError(.compile, "var _ is undeclared", location) }
      // Nothing binds it in the body outside: the safety check will say so.
      slots.append(name)
      scopes[scopes.count - 2].bound[name.key] = slots.count - 1
      return Term(.local(slots.count - 1), location)
    }
    return Term(.local(bind(name)), location)
  }

  private func absolute(_ path: [Value], _ location: Location) -> Term {
    let root: Node = path[0].text.elementsEqual("input".utf8) ? .input : .data
    if path.count == 1 { return Term(root, location) }
    return Term(.ref(Term(root, location), path.dropFirst().map { Term(.scalar($0), location) }), location)
  }

  func dataReference(_ path: [Value], _ location: Location) -> Term {
    Term(.ref(Term(.data, location), path.map { Term(.scalar($0), location) }), location)
  }
}
