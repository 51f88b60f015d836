extension Resolver {
  mutating func term(_ term: Term) throws(RegoError) -> Term {
    let location = term.location
    switch term.node {
    case .scalar, .local, .input, .data: return term
    case .name(let name): return try variable(name, location)
    case .ref(let head, let path): return try reference(head, path, location)
    case .array(let items): return Term(.array(try terms(items)), location)
    case .set(let items): return Term(.set(try terms(items)), location)
    case .object(let pairs):
      var resolved: [(key: Term, value: Term)] = []
      for pair in pairs { resolved.append((try self.term(pair.key), try self.term(pair.value))) }
      return Term(.object(resolved), location)
    case .comprehension(let comprehension):
      return Term(.comprehension(try self.comprehension(comprehension)), location)
    case .call(let callee, let arguments): return try call(callee, arguments, location)
    case .template(let parts): return Term(.template(try template(parts)), location)
    }
  }

  mutating func terms(_ terms: [Term]) throws(RegoError) -> [Term] {
    var resolved: [Term] = []
    for term in terms { resolved.append(try self.term(term)) }
    return resolved
  }

  private mutating func reference(_ head: Term, _ path: [Term], _ location: Location) throws(RegoError) -> Term {
    let base = try term(head)
    let rest = try terms(path)
    if case .ref(let inner, let start) = base.node { return Term(.ref(inner, start + rest), location) }
    return Term(.ref(base, rest), location)
  }

  private mutating func comprehension(_ source: Comprehension) throws(RegoError) -> Comprehension {
    var result = source
    let heads = (source.key.map { [$0] } ?? []) + [source.value]
    let (body, terms, own) = try body(source.body, with: heads)
    result.body = body
    result.value = terms[terms.count - 1]
    if source.key != nil { result.key = terms[0] }
    result.own = own
    return result
  }

  private mutating func template(_ parts: [TemplatePart]) throws(RegoError) -> [TemplatePart] {
    var resolved: [TemplatePart] = []
    for part in parts {
      guard case .expression(let statement) = part else {
        resolved.append(part)
        continue
      }
      scopes.append(Scope(isTemplate: true))
      defer { scopes.removeLast() }
      resolved.append(.expression(try self.statement(statement)))
    }
    return resolved
  }

  // MARK: Calls

  private mutating func call(
    _ callee: Callee, _ arguments: [Term], _ location: Location
  ) throws(RegoError) -> Term {
    guard case .path(let path) = callee else { return Term(.call(callee, arguments), location) }
    if let constant = try metadata(path, arguments) { return Term(.scalar(constant), location) }
    let target = try self.callee(path, location)
    return Term(.call(target, try terms(arguments)), location)
  }

  private mutating func callee(_ path: [Value], _ location: Location) throws(RegoError) -> Callee {
    let isLocal = scopes.contains { $0.bound[path[0].key] != nil }
    if !isLocal, let absolute = functionPath(path) {
      if names.imports[path[0].key] != nil { usedImports.insert(path[0].key) }
      return .function(absolute)
    }
    let name = path.map { String($0) }.joined(separator: ".")
    if !isLocal, let shadowing = shadowing(path) {
      throw RegoError(.type, "undefined function \(shadowing)", location)
    }
    if name == "print" { throw RegoError(.type, "print(…) used as value", location) }
    guard let index = registry.index(name) else {
      throw RegoError(.type, "undefined function \(name)" + (Capabilities.refusal(name) ?? hint(name)), location)
    }
    if names.isVersion1, Registry.deprecated.contains(name) {
      throw RegoError(.type, "deprecated built-in function calls in expression: \(name)", location)
    }
    return .builtin(index)
  }

  /// What an import or a rule of the package makes of a name that is no function there.
  private func shadowing(_ path: [Value]) -> String? {
    if let imported = names.imports[path[0].key] {
      return (imported + path.dropFirst()).map { String($0) }.joined(separator: ".")
    }
    guard names.rules.contains(path[0].key) else { return nil }
    return (names.package + path).reduce("data") { $0 + "." + String($1) }
  }

  private func metadata(_ path: [Value], _ arguments: [Term]) throws(RegoError) -> Value? {
    guard let rule, arguments.isEmpty, path.count == 3, path[0].text.elementsEqual("rego".utf8),
      path[1].text.elementsEqual("metadata".utf8)
    else { return nil }
    switch String(path[2]) {
    case "chain": return try metadata.chain(rule, names.package, heap)
    case "rule": return try metadata.rule(rule, heap)
    default: return nil
    }
  }

  /// Where a function of the policy is, if the name means one.
  func functionPath(_ path: [Value]) -> [Value]? {
    var absolute = names.package + path
    if path[0].text.elementsEqual("data".utf8) {
      absolute = Array(path.dropFirst())
    } else if let imported = names.imports[path[0].key] {
      absolute = Array(imported.dropFirst()) + path.dropFirst()
    }
    return names.arities[absolute.map(\.key)] == nil ? nil : absolute
  }

  private func arity(of callee: Callee) -> Int {
    switch callee {
    case .builtin(let index): registry.builtins[index].arity
    case .function(let path): names.arities[path.map(\.key)] ?? 0
    case .path: 0
    }
  }

  private func hint(_ name: String) -> String {
    let near = registry.names.map { ($0, Spelling.distance($0, name)) }.min { $0.1 < $1.1 }
    guard let near, near.1 <= 2 else { return "" }
    return " (did you mean \(near.0)?)"
  }

  // MARK: Statements

  mutating func statement(_ source: Statement) throws(RegoError) -> Statement {
    var result = source
    result.modifiers = try source.modifiers.resolvedBy(&self)
    switch source.kind {
    case .term(let inner): result.kind = try outputForm(try term(printed(inner)))
    case .unify(let left, let right): result.kind = .unify(try term(left), try term(right))
    case .assign(let target, let value):
      let value = try term(value)
      result.kind = .assign(try pattern(target, .assigned), value)
    case .declare(let terms):
      for term in terms {
        guard case .local(let slot) = try declare(term, .declared).node, case .name(let name) = term.node,
          !isWildcard(name)
        else { continue }
        unused.introduce(.declared, slot, name, source.location)
      }
      result.kind = .declare([])
    case .someIn(let key, let value, let collection):
      let collection = try term(collection)
      let key = try key.resolvedPattern(&self)
      result.kind = .someIn(key: key, value: try pattern(value, .declared), collection: collection)
    case .every(let key, let value, let domain, let body, _):
      result.kind = try every(key, value, domain, body)
    }
    return result
  }

  /// `print` takes each operand as the set of its values: what is undefined is no reason to stop.
  private func printed(_ term: Term) -> Term {
    guard case .call(.path(let path), let operands) = term.node, path.count == 1,
      path[0].text.elementsEqual("print".utf8), functionPath(path) == nil
    else { return term }
    let variable = Node.name(heap.string("$print"))
    let sets = operands.map { operand in
      let place = operand.location
      let body = Statement(kind: .unify(Term(variable, place), operand), location: place)
      return Term(.comprehension(Comprehension(kind: .set, value: Term(variable, place), body: [body])), place)
    }
    let name = ["internal", "print"].map { heap.string($0) }
    return Term(.call(.path(name), [Term(.array(sets), term.location)]), term.location)
  }

  /// `f(x, y)` with one argument too many means `f(x) = y`.
  private func outputForm(_ term: Term) throws(RegoError) -> Statement.Kind {
    guard case .call(let callee, let arguments) = term.node, arguments.count == arity(of: callee) + 1,
      let output = arguments.last
    else { return .term(term) }
    return .unify(Term(.call(callee, Array(arguments.dropLast())), term.location), output)
  }

  private mutating func every(
    _ key: Term?, _ value: Term, _ domain: Term, _ body: [Statement]
  ) throws(RegoError) -> Statement.Kind {
    let domain = try term(domain)
    let first = slots.count
    scopes.append(Scope())
    defer { scopes.removeLast() }
    let newKey: Term? = if let key { try declare(key, .declared) } else { nil }
    let newValue = try declare(value, .declared)
    for term in [newKey, newValue].compactMap(\.self) {
      guard case .local(let slot) = term.node, !isWildcard(slots[slot]) else { continue }
      unused.introduce(.declared, slot, slots[slot], term.location)
    }
    let (inner, _, _) = try self.body(body)
    return .every(key: newKey, value: newValue, domain: domain, body: inner, own: first..<slots.count)
  }

  /// The left side of `:=` or of `in`: its names are new variables.
  mutating func pattern(_ term: Term, _ how: Introduction) throws(RegoError) -> Term {
    let location = term.location
    switch term.node {
    case .name: return try declare(term, how)
    case .array(let items):
      var resolved: [Term] = []
      for item in items { resolved.append(try pattern(item, how)) }
      return Term(.array(resolved), location)
    case .object(let pairs):
      var resolved: [(key: Term, value: Term)] = []
      for pair in pairs { resolved.append((try self.term(pair.key), try pattern(pair.value, how))) }
      return Term(.object(resolved), location)
    case _ where how == .declared: return try self.term(term)
    default: throw RegoError(.compile, "cannot assign to \(term.kindName)", location)
    }
  }
}

extension Optional where Wrapped == Term {
  fileprivate func resolvedPattern(_ resolver: inout Resolver) throws(RegoError) -> Term? {
    guard let term = self else { return nil }
    return try resolver.pattern(term, .declared)
  }
}

extension [Modifier] {
  /// A target is a path below input or data, a function or a builtin.
  fileprivate func resolvedBy(_ resolver: inout Resolver) throws(RegoError) -> [Modifier] {
    var resolved: [Modifier] = []
    for modifier in self {
      resolved.append(
        Modifier(
          target: try resolver.target(modifier.target), value: try resolver.replacement(modifier.value),
          location: modifier.location))
    }
    return resolved
  }
}

extension Resolver {
  /// A name of a builtin or function in the place of a value stands for the function itself.
  func functionNamed(by term: Term) -> Term? {
    guard let path = term.namePath, !scopes.contains(where: { $0.bound[path[0].key] != nil }) else { return nil }
    if let function = functionPath(path) { return Term(.call(.function(function), []), term.location) }
    if path[0].text.elementsEqual("data".utf8) || names.rules.contains(path[0].key) || names.imports[path[0].key] != nil
    {
      return nil
    }
    return registry.index(path.map { String($0) }.joined(separator: ".")).map {
      Term(.call(.builtin($0), []), term.location)
    }
  }

  mutating func target(_ term: Term) throws(RegoError) -> Term {
    if let function = functionNamed(by: term) { return function }
    let resolved = try self.term(term)
    switch resolved.node {
    case .input, .data: return resolved
    case .ref(let head, _):
      switch head.node {
      case .input, .data: return resolved
      default: break
      }
    default: break
    }
    throw RegoError(
      .type, "with keyword target must reference existing input, data, or a function", term.location)
  }

  mutating func replacement(_ term: Term) throws(RegoError) -> Term {
    if let function = functionNamed(by: term) { return function }
    return try self.term(term)
  }
}

extension Term {
  /// What it is, in OPA's words.
  fileprivate var kindName: String {
    switch node {
    case .scalar(let value): value.typeName
    case .name, .local: "var"
    case .input, .data, .ref: "ref"
    case .array: "array"
    case .set: "set"
    case .object: "object"
    case .comprehension(let inner): "\(inner.kind)comprehension"
    case .call: "call"
    case .template: "templatestring"
    }
  }

  /// `a.b.c` as names, if it is nothing else.
  fileprivate var namePath: [Value]? {
    switch node {
    case .name(let name): return [name]
    case .ref(let head, let path):
      guard case .name(let first) = head.node else { return nil }
      var names = [first]
      for part in path {
        guard case .scalar(let name) = part.node, name.tag == .string else { return nil }
        names.append(name)
      }
      return names
    default: return nil
    }
  }
}
