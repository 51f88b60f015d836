extension Lowering {
  mutating func statement(_ statement: Statement) throws(RegoError) {
    location = statement.location
    note(statement)
    statementDepth += 1
    defer { statementDepth -= 1 }
    try explained(statement) { (lowering) throws(RegoError) in
      if statement.modifiers.isEmpty { try lowering.plain(statement) } else { try lowering.modified(statement) }
    }
  }

  private mutating func plain(_ statement: Statement) throws(RegoError) {
    // A print holds always, negated or not.
    guard statement.negated, !statement.calls("internal.print", rules.registry) else {
      try positive(statement)
      return
    }
    // Holding is failing.
    let before = bound
    let inner = try outside(statement)
    let (outer, holds) = (failure, label())
    failure = holds
    try positive(inner)
    emit(.jump(outer))
    place(holds)
    (failure, bound) = (outer, before)
  }

  private mutating func positive(_ statement: Statement) throws(RegoError) {
    switch statement.kind {
    case .declare: return
    case .term(let term): try condition(term)
    case .assign(let left, let right): try assign(left, right)
    case .unify(let left, let right): try unify(left, right)
    case .someIn(let key, let value, let collection): try some(key, value, collection)
    case .every(let key, let value, let domain, let body, _): try every(key, value, domain, body)
    }
  }

  private mutating func assign(_ target: Term, _ value: Term) throws(RegoError) {
    if case .local(let slot) = target.node, Binding.evaluate(value, bound) != nil {
      emit(.move(register(slot), try lower(value)))
      bound.insert(slot)
    } else {
      try unify(value, target)
    }
  }

  /// A term that must be neither undefined nor false.
  mutating func condition(_ term: Term) throws(RegoError) {
    if case .call(.builtin(let index), let arguments) = term.node, arguments.count == 2,
      let comparison = Comparison(named: rules.registry.builtins[index].name)
    {
      let operands = try lowerAll(arguments)
      location = term.location
      emit(.compare(comparison, operands[0], operands[1], fail: failure))
      return
    }
    let value = try lower(term)
    emit(.check(value, fail: failure))
  }

  private mutating func some(_ key: Term?, _ value: Term, _ collection: Term) throws(RegoError) {
    let state = registers(4)
    emit(.scan(state, try lower(collection), fail: failure))
    loop(state)
    if let key { try match(key, state + 2) }
    try match(value, state + 3)
  }

  /// Opens a loop over a scan's state; key and value follow in the registers behind it.
  mutating func loop(_ state: Int32) {
    let next = label()
    place(next)
    emit(.next(state, key: state + 2, value: state + 3, done: failure))
    failure = next
  }

  private mutating func every(
    _ key: Term?, _ value: Term, _ domain: Term, _ body: [Statement]
  ) throws(RegoError) {
    let (state, next, done) = (registers(4), label(), label())
    emit(.scanDomain(state, try lower(domain), fail: failure))
    // Where it does not hold, a domain of many has the next.
    let outer = failure
    place(next)
    emit(.next(state, key: state + 2, value: state + 3, done: done))
    let outside = bound
    if let key { try match(key, state + 2) }
    try match(value, state + 3)
    try self.body(body) { $0.emit(.jump(next)) }
    emit(.jump(failure))
    place(done)
    (failure, bound) = (outer, outside)
  }

  // MARK: With

  /// The statement runs in a context of its own; what follows it does not, and coming back into its loops enters it again.
  private mutating func modified(_ statement: Statement) throws(RegoError) {
    let (saved, own) = (registers(), registers())
    let (info, first) = try overlay(statement.modifiers)
    let outer = failure
    emit(.saveContext(saved))
    emit(.enterContext(own, info: info, first: first))
    let leave = label()
    stubs.append((leave, [.dropContext(own, current: saved), .jump(outer)]))
    failure = leave
    isModified = true
    try plain(statement)
    isModified = false
    if failure == leave {
      emit(.dropContext(own, current: saved))
      failure = outer
    } else {
      let again = label()
      stubs.append((again, [.useContext(own), .jump(failure)]))
      emit(.useContext(saved))
      failure = again
    }
  }

  private mutating func overlay(_ modifiers: [Modifier]) throws(RegoError) -> (Int32, Int32) {
    var (overlay, operands) = (Overlay(), [Operand]())
    for modifier in modifiers {
      var keys: [Term] = []
      if case .ref(_, let path) = modifier.target.node { keys = path }
      for key in keys { operands.append(try lower(key)) }
      var replacement = Overlay.Replacement.value
      if case .call(let callee, let arguments) = modifier.value.node, arguments.isEmpty, takesArguments(callee) {
        replacement = .function(callee)
        operands.append(Pool.undefined)
      } else {
        operands.append(try lower(modifier.value))
      }
      overlay.targets.append((target(modifier.target, keys.count), replacement))
    }
    let first = registers(operands.count)
    for (index, operand) in operands.enumerated() { emit(.move(first + Int32(index), operand)) }
    pool.overlays.append(overlay)
    return (Int32(pool.overlays.count - 1), first)
  }

  private func target(_ term: Term, _ keys: Int) -> Overlay.Target {
    switch term.node {
    case .call(let callee, _): return .function(callee)
    case .ref(let head, _): if case .data = head.node { return .data(keys: keys) } else { return .input(keys: keys) }
    case .data: return .data(keys: 0)
    default: return .input(keys: 0)
    }
  }

  private func takesArguments(_ callee: Callee) -> Bool {
    switch callee {
    case .builtin(let index): rules.registry.builtins[index].arity > 0
    case .function, .path: true
    }
  }
}

extension Comparison {
  init?(named name: String) {
    switch name {
    case "equal": self = .equal
    case "neq": self = .notEqual
    case "lt": self = .less
    case "lte": self = .lessOrEqual
    case "gt": self = .greater
    case "gte": self = .greaterOrEqual
    default: return nil
    }
  }
}
