extension TreeWriter {
  /// Rules without a body have one that holds.
  func body(_ statements: [Statement]) -> Value {
    if statements.isEmpty {
      return heap.array([fields([("index", Value(integer: 0)), ("terms", typed("boolean", .true))])])
    }
    return heap.array(statements.enumerated().map { statement($1, $0) })
  }

  private func statement(_ statement: Statement, _ index: Int) -> Value {
    let modifiers = statement.modifiers.map { fields([("target", term($0.target)), ("value", term($0.value))]) }
    return fields([
      ("index", Value(integer: index)), ("negated", flag(statement.negated)), ("terms", terms(statement.kind)),
      ("with", list(modifiers)),
    ])
  }

  /// A call's parts, a term, or a declaration.
  private func terms(_ kind: Statement.Kind) -> Value {
    switch kind {
    case .term(let term):
      guard case .call(let callee, let operands) = term.node else { return self.term(term) }
      return heap.array(call(callee, operands))
    case .assign(let left, let right): return heap.array(call(["assign"], [left, right]))
    case .unify(let left, let right): return heap.array(call(["eq"], [left, right]))
    case .declare(let names): return symbols(names.map(term))
    case .someIn(let key, let value, let collection):
      let operands = [key, value, collection].compactMap { $0 }
      return symbols([typed("call", heap.array(call(["internal", "member_\(operands.count)"], operands)))])
    case .every(let key, let value, let domain, let body, _):
      return fields([
        ("key", key.map(term) ?? .null), ("value", term(value)), ("domain", term(domain)), ("body", self.body(body)),
      ])
    }
  }

  private func symbols(_ symbols: [Value]) -> Value { fields([("symbols", heap.array(symbols))]) }

  private func call(_ names: [String], _ operands: [Term]) -> [Value] {
    call(.path(names.map { heap.string($0) }), operands)
  }

  private func call(_ callee: Callee, _ operands: [Term]) -> [Value] {
    guard case .path(let names) = callee else { return [] }
    let name = [typed("var", names[0])] + names.dropFirst().map { typed("string", $0) }
    return [typed("ref", heap.array(name))] + operands.map(term)
  }

  func term(_ term: Term) -> Value {
    switch term.node {
    case .scalar(let value): scalar(value)
    case .name(let name): variable(name)
    case .ref(let base, let path): typed("ref", heap.array([head(of: base)] + path.map(self.term)))
    case .array(let items): typed("array", heap.array(items.map(self.term)))
    case .set(let items): typed("set", heap.array(order.set(items.map(self.term))))
    case .object(let pairs):
      typed("object", heap.array(order.sorted(pairs.map { heap.array([self.term($0.key), self.term($0.value)]) })))
    case .comprehension(let comprehension): self.comprehension(comprehension)
    case .call(let callee, let operands): typed("call", heap.array(call(callee, operands)))
    case .template(let parts): template(parts, term.location)
    // Only what was resolved has others.
    case .local, .input, .data: .undefined
    }
  }

  private func scalar(_ value: Value) -> Value {
    // Go's null is a structure without fields.
    value.tag == .null ? typed("null", .emptyObject) : typed(value.typeName, value)
  }

  private func head(of base: Term) -> Value {
    if case .name(let name) = base.node { typed("var", name) } else { term(base) }
  }

  private func variable(_ name: Value) -> Value {
    let variable = typed("var", name)
    return ["input", "data"].contains(String(name)) ? typed("ref", heap.array([variable])) : variable
  }

  private func comprehension(_ comprehension: Comprehension) -> Value {
    let (body, value) = (self.body(comprehension.body), term(comprehension.value))
    switch comprehension.kind {
    case .array: return typed("arraycomprehension", fields([("term", value), ("body", body)]))
    case .set: return typed("setcomprehension", fields([("term", value), ("body", body)]))
    case .object:
      let key = comprehension.key.map(term) ?? .undefined
      return typed("objectcomprehension", fields([("key", key), ("value", value), ("body", body)]))
    }
  }

  /// Constants stand for themselves.
  private func expression(_ statement: Statement) -> Value {
    guard case .term(let term) = statement.kind, case .scalar = term.node, statement.modifiers.isEmpty else {
      return self.statement(statement, 0)
    }
    return self.term(term)
  }

  private func template(_ parts: [TemplatePart], _ location: Location) -> Value {
    let written = parts.map { part in
      switch part {
      case .text(let text): typed("string", text)
      case .expression(let statement): expression(statement)
      }
    }
    let isRaw = text[Int(location.start) + 1] == 0x60
    return typed(
      "templatestring",
      fields([("multi_line", Value(isRaw)), ("parts", written.isEmpty ? .null : heap.array(written))]))
  }
}
