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
}
