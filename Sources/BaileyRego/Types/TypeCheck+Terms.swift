extension TypeCheck {
  /// Looks at everything inside a term that is evaluated with it, and gives unbound keys their types.
  mutating func check(_ term: Term) {
    switch term.node {
    case .scalar, .name, .local, .input, .data: return
    case .ref(let head, let path): check(reference: head, path, term.location)
    case .array(let items), .set(let items): items.forEach { check($0) }
    case .object(let pairs):
      for pair in pairs {
        check(pair.key)
        check(pair.value)
      }
    case .comprehension(let inner): check(inner, term.location)
    case .template(let parts): check(template: parts)
    case .call(let callee, let arguments): check(callee, arguments, term.location)
    }
  }

  private mutating func check(_ callee: Callee, _ arguments: [Term], _ location: Location) {
    arguments.forEach { check($0) }
    guard !isLax, let signature = signature(callee), signature.parameters.count == arguments.count else { return }
    for (term, wanted) in zip(arguments, signature.parameters) where !fit(term, wanted) {
      let have = Type.text(arguments.map { type(of: $0) })
      return report(
        "\(name(callee)): invalid argument(s): have \(have), want \(Type.text(signature.parameters))", location)
    }
  }

  func signature(_ callee: Callee) -> Signature? {
    switch callee {
    case .builtin(let index): return Signature.known[registry.builtins[index].name]
    case .function(let path):
      var node = 0
      for key in path {
        guard let next = documents.child(node, key) else { return nil }
        node = next
      }
      guard case .function(let parameters, let result)? = documents.nodes[node].type?.shape else { return nil }
      return Signature(parameters: parameters, result: result)
    case .path: return nil
    }
  }

  func name(_ callee: Callee) -> String {
    switch callee {
    case .builtin(let index): registry.builtins[index].name
    case .function(let path), .path(let path): path.reduce("data") { $0 + "." + String($1) }
    }
  }

  /// What is known of a term's type after it was looked at.
  func type(of term: Term) -> Type? {
    switch term.node {
    case .scalar(let value): return Type(value)
    case .local(let slot): return locals[slot]
    case .array(let items): return items.isEmpty ? .array([], rest: .anything) : .array(items.map { type(of: $0) })
    case .set(let items):
      return .set(items.isEmpty ? .anything : items.reduce(nil) { Type.either($0, type(of: $1)) } ?? .anything)
    case .object(let pairs): return object(pairs)
    case .template: return .string
    case .comprehension(let inner): return type(of: inner, term.location)
    case .call(let callee, _): return signature(callee)?.result ?? .anything
    case .input, .name: return .anything
    case .data: return documents.extent(0)
    case .ref(let head, let path): return type(of: head, path)
    }
  }

  private func object(_ pairs: [(key: Term, value: Term)]) -> Type {
    if pairs.isEmpty { return .object([], rest: Type.Rest(key: .anything, value: .anything)) }
    var (fields, rest) = ([Type.Field](), Type.Rest?.none)
    for pair in pairs {
      if case .scalar(let key) = pair.key.node {
        fields.append(Type.Field(key: Type.Key(key), type: type(of: pair.value)))
      } else {
        rest = Type.Rest(key: type(of: pair.key), value: type(of: pair.value))
      }
    }
    return .object(fields.sorted { $0.key.text.lexicographicallyPrecedes($1.key.text) }, rest: rest)
  }

  private func type(of head: Term, _ path: [Term]) -> Type? {
    guard case .data = head.node else { return Self.select(type(of: head), path[...]) }
    var (node, used) = (0, 0)
    while used < path.count, documents.nodes[node].type == nil || documents.nodes[node].children.isEmpty == false,
      case .scalar(let key) = path[used].node, let next = documents.child(node, key)
    {
      (node, used) = (next, used + 1)
    }
    if used < path.count, documents.nodes[node].type == nil, case .scalar = path[used].node { return .anything }
    return Self.select(documents.extent(node), path[used...])
  }

  /// The type of what a path leads to.
  static func select(_ type: Type?, _ path: ArraySlice<Term>) -> Type? {
    var at = type
    for term in path {
      if case .scalar(let key) = term.node { at = at?.part(Type.Key(key)) } else { at = at?.values }
    }
    return at
  }
}

// MARK: Matches

extension TypeCheck {
  /// Whether two terms can be equal; binds what is not known on one side to what is on the other.
  mutating func match(_ left: Term, _ leftType: Type?, _ right: Term, _ rightType: Type?) -> Bool {
    switch (Type.isUnknown(leftType), Type.isUnknown(rightType)) {
    case (true, false): return fit(left, rightType)
    case (false, true): return fit(right, leftType)
    case (false, false): return Type.unify(leftType, rightType)
    case (true, true): return match(unknown: left, right)
    }
  }

  /// What is known of neither side can be anything, and the variables in it become that.
  private mutating func match(unknown left: Term, _ right: Term) -> Bool {
    if case .local = right.node { return fit(left, .anything) && fit(right, type(of: left)) }
    if case .local = left.node { return fit(right, .anything) && fit(left, type(of: right)) }
    guard let pairs = Binding.counterparts(left, right) else { return !isLiteral(left) || !isLiteral(right) }
    for (first, second) in pairs where !match(first, type(of: first), second, type(of: second)) { return false }
    return true
  }

  private func isLiteral(_ term: Term) -> Bool {
    switch term.node {
    case .array, .object: true
    default: false
    }
  }

  /// Whether a term can be of a type; variables without one get it.
  mutating func fit(_ term: Term, _ wanted: Type?, joins: Bool = false) -> Bool {
    guard let wanted else { return true }
    switch term.node {
    case .local(let slot):
      if let known = locals[slot], !joins { return Type.unify(known, wanted) }
      locals[slot] = Type.either(locals[slot], wanted)
      return true
    case .array, .object, .set: return fit(literal: term, wanted, joins)
    default:
      let type = type(of: term)
      return type == nil || Type.unify(type, wanted)
    }
  }

  private mutating func fit(literal term: Term, _ wanted: Type, _ joins: Bool) -> Bool {
    if case .any(let types) = wanted.shape {
      if types.isEmpty {
        parts(term).forEach { _ = fit($0, .anything, joins: true) }
        return true
      }
      var fits = false
      for type in types where fit(term, type, joins: true) { fits = true }
      return fits
    }
    switch (term.node, wanted.shape) {
    case (.array(let items), .array(let types, let rest)):
      guard items.count == types.count || rest != nil else { return false }
      for (index, item) in items.enumerated() {
        guard fit(item, index < types.count ? types[index] : rest, joins: joins) else { return false }
      }
      return true
    case (.set(let items), .set(let of)):
      for item in items where !fit(item, of, joins: joins) { return false }
      return true
    case (.object(let pairs), .object(let fields, let rest)):
      guard pairs.count == fields.count || rest != nil else { return false }
      for pair in pairs where !fit(pair, wanted, joins) { return false }
      return true
    default: return false
    }
  }

  private mutating func fit(_ pair: (key: Term, value: Term), _ wanted: Type, _ joins: Bool) -> Bool {
    guard case .scalar(let key) = pair.key.node else { return fit(pair.value, .anything, joins: joins) }
    guard let part = wanted.part(Type.Key(key)) else { return false }
    return fit(pair.value, part, joins: joins)
  }

  private func parts(_ term: Term) -> [Term] {
    switch term.node {
    case .array(let items), .set(let items): items
    case .object(let pairs): pairs.flatMap { [$0.key, $0.value] }
    default: []
    }
  }
}
