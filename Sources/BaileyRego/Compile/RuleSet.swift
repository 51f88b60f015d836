/// Modules brought together: names resolved, bodies ordered, rules in one tree.
struct RuleSet {
  let registry: Registry
  let heap: Heap
  private(set) var tree = RuleTree()
  private(set) var errors: [RegoError] = []
  private var rulesOf: [[Value.Key]: Set<Value.Key>] = [:]
  private var arities: [[Value.Key]: Int] = [:]
  private static let maximumErrors = 10
  /// Whether what is not used is refused.
  private let isStrict: Bool
  private let metadata: Metadata
  private var usedImports: Set<Value.Key> = []

  init(_ modules: [Module], registry: Registry, heap: Heap, isStrict: Bool = false) throws(RegoError) {
    self.registry = registry
    self.heap = heap
    self.isStrict = isStrict
    metadata = Metadata(annotations: modules.flatMap(\.annotations))
    for module in modules { declare(module) }
    for module in modules {
      _ = tree.insert(module.package)
      let names = try self.names(of: module)
      usedImports = []
      for rule in module.rules { add(rule, names) }
      if isStrict { errors += Unused.imports(module, used: usedImports) }
    }
    do throws(RegoError) { try tree.finish() } catch { errors.append(error) }
  }

  private mutating func declare(_ module: Module) {
    for rule in module.rules {
      guard case .name(let name) = rule.path[0].node else { continue }
      rulesOf[module.package.map(\.key), default: []].insert(name.key)
      if let arguments = rule.arguments {
        arities[(module.package + Self.constantPath(rule)).map(\.key)] = arguments.count
      }
    }
  }

  func names(of module: Module) throws(RegoError) -> Resolver.Names {
    if module.isVersion1 { try refuseDoubleImports(module) }
    var imports: [Value.Key: [Value]] = [:]
    for declaration in module.imports {
      let root = String(declaration.path[0])
      guard root == "data" || root == "input", let name = declaration.alias ?? declaration.path.last else { continue }
      imports[name.key] = declaration.path
    }
    return Resolver.Names(
      package: module.package, rules: rulesOf[module.package.map(\.key)] ?? [], arities: arities, imports: imports,
      isVersion1: module.isVersion1)
  }

  private func refuseDoubleImports(_ module: Module) throws(RegoError) {
    var known: [Value.Key: [Value]] = [:]
    for declaration in module.imports {
      guard let name = declaration.alias ?? declaration.path.last else { continue }
      if let other = known[name.key] {
        let shadowed = other.map { String($0) }.joined(separator: ".")
        throw RegoError(.compile, "import must not shadow import \(shadowed)", declaration.location)
      }
      known[name.key] = declaration.path
    }
  }

  /// The head's name and the constant strings behind it.
  static func constantPath(_ rule: Rule) -> [Value] {
    var path: [Value] = []
    for (index, term) in rule.path.enumerated() {
      switch term.node {
      case .name(let name) where index == 0: path.append(name)
      case .scalar(let key) where key.tag == .string: path.append(key)
      default: return path
      }
    }
    return path
  }

  private mutating func add(_ rule: Rule, _ names: Resolver.Names) {
    guard errors.count < Self.maximumErrors else { return }
    do throws(RegoError) {
      try refuseRootNames(rule)
      let prefix = Self.constantPath(rule)
      let resolved = try resolve(rule, keys: Array(rule.path.dropFirst(prefix.count)), names)
      if rule.arguments != nil, !resolved.keys.isEmpty {
        throw RegoError(.type, "function name must be constant", rule.location)
      }
      try tree.add(resolved, at: names.package + prefix, arity: rule.arguments?.count)
    } catch {
      errors += error.all
    }
  }

  private func refuseRootNames(_ rule: Rule) throws(RegoError) {
    func isRoot(_ term: Term) -> String? {
      guard case .name(let name) = term.node else { return nil }
      return ["input", "data"].first { name.text.elementsEqual($0.utf8) }
    }
    if let name = isRoot(rule.path[0]) {
      throw RegoError(.compile, "rules must not shadow \(name) (use a different rule name)", rule.location)
    }
    for argument in rule.arguments ?? [] {
      guard case .ref(let head, _) = argument.node, let name = isRoot(head) else { continue }
      throw RegoError(.unsafeVariable, "var \(name) is unsafe", rule.location)
    }
    if let name = (rule.arguments ?? []).compactMap(isRoot).first {
      throw RegoError(.compile, "args must not shadow \(name) (use a different variable name)", rule.location)
    }
  }

  private mutating func resolve(
    _ rule: Rule, keys: [Term], _ names: Resolver.Names
  ) throws(RegoError) -> ResolvedRule {
    var resolver = Resolver(names: names, registry: registry, heap: heap)
    (resolver.rule, resolver.metadata) = (rule, metadata)
    let (arguments, matches) = try resolver.arguments(rule.arguments ?? [])
    let argumentSlots = SlotSet(0..<resolver.slots.count)
    var result = ResolvedRule(
      kind: rule.kind, isDefault: rule.isDefault, slots: [], arguments: arguments, keys: [], branches: [],
      location: rule.location)
    let (body, heads, _) = try resolver.body(matches + rule.body, with: keys + [rule.value])
    var branches = [ResolvedRule.Branch(value: heads[heads.count - 1], body: body, location: rule.location)]
    for alternative in rule.alternatives {
      let (body, heads, _) = try resolver.body(matches + alternative.body, with: [alternative.value])
      branches.append(.init(value: heads[0], body: body, location: alternative.location))
    }
    usedImports.formUnion(resolver.usedImports)
    let unused = resolver.unused.errors(strict: isStrict)
    if !unused.isEmpty { throw CompileErrors.wrap(unused) }
    var safety = Safety(slots: resolver.slots, registry: registry)
    for (index, branch) in branches.enumerated() {
      let (ordered, safe) = safety.order(branch.body, argumentSlots)
      var ends: [Term] = []
      for term in (index == 0 ? Array(heads.dropLast()) : []) + [branch.value] { ends.append(safety.check(term, safe)) }
      if index == 0 { result.keys = Array(ends.dropLast()) }
      result.branches.append(.init(value: ends[ends.count - 1], body: ordered, location: branch.location))
    }
    errors += safety.errors
    result.slots = resolver.slots
    return result
  }

  /// Resolves a query; its named variables are the bindings.
  func resolve(
    query: [Statement]
  ) throws(RegoError) -> (body: [Statement], slots: [Value], errors: [RegoError]) {
    let names = Resolver.Names(package: [], rules: [], arities: arities, imports: [:])
    var resolver = Resolver(names: names, registry: registry, heap: heap)
    let (body, _, _) = try resolver.body(query)
    var safety = Safety(slots: resolver.slots, registry: registry)
    let (ordered, _) = safety.order(body, SlotSet())
    return (ordered, resolver.slots, safety.errors)
  }
}

extension Resolver {
  /// Binds the names of a function's parameters; what is no plain pattern becomes a match in the body.
  mutating func arguments(_ terms: [Term]) throws(RegoError) -> (patterns: [Term], matches: [Statement]) {
    scopes.append(Scope())
    var (patterns, matches) = ([Term](), [Statement]())
    for term in terms {
      if holdsCall(term) { throw RegoError(.compile, "rule arguments cannot contain calls", term.location) }
      if isPattern(term) {
        patterns.append(parameter(term))
      } else {
        let name = heap.string("$argument\(slots.count)")
        patterns.append(Term(.local(bind(name)), term.location))
        matches.append(Statement(kind: .unify(Term(.name(name), term.location), term), location: term.location))
      }
    }
    return (patterns, matches)
  }

  private func holdsCall(_ term: Term) -> Bool {
    var found = false
    TermVisitor(entersClosures: false) { term in
      guard case .call(let callee, let arguments) = term.node else { return }
      if case .path(let names) = callee, arguments.isEmpty, names.map({ String($0) }) == ["set"] { return }
      found = true
    }.term(term)
    return found
  }

  private func isPattern(_ term: Term) -> Bool {
    switch term.node {
    case .scalar, .name: true
    case .array(let items): items.allSatisfy(isPattern)
    case .object(let pairs): pairs.allSatisfy { isPattern($0.key) && isPattern($0.value) }
    default: false
    }
  }

  private mutating func parameter(_ term: Term) -> Term {
    switch term.node {
    case .name(let name):
      if let slot = scopes[0].bound[name.key] { return Term(.local(slot), term.location) }
      scopes[0].arguments.insert(name.key)
      let slot = bind(name)
      if !isWildcard(name) { unused.introduce(.argument, slot, name, term.location) }
      return Term(.local(slot), term.location)
    case .array(let items):
      var made: [Term] = []
      for item in items { made.append(parameter(item)) }
      return Term(.array(made), term.location)
    case .object(let pairs):
      var made: [(key: Term, value: Term)] = []
      for pair in pairs { made.append((parameter(pair.key), parameter(pair.value))) }
      return Term(.object(made), term.location)
    default: return term
    }
  }
}
