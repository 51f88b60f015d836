extension Resolver {
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
}
