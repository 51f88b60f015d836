extension Lowering {
  /// A reference: as far as its keys are constant the place is known now, then step by step; an unbound key iterates.
  mutating func reference(to head: Node, _ path: [Term], _ place: Location) throws(RegoError) -> Operand {
    switch head {
    case .input:
      let keys = constantKeys(path)
      guard !keys.isEmpty else {
        let to = registers()
        emit(.input(to, fail: failure))
        return try steps(to, path[...])
      }
      let to = registers()
      emit(.inputPath(to, path: pool.path(keys), fail: failure))
      tellBeginning(head, path, keys.count, to, place)
      return try steps(to, path[keys.count...])
    case .data: return try data(path)
    default:
      let base = try lower(Term(head, place))
      return try steps(base, path[...])
    }
  }

  private func constantKeys(_ path: [Term]) -> [Value] {
    var keys: [Value] = []
    for term in path {
      guard case .scalar(let key) = term.node else { break }
      keys.append(key)
    }
    return keys
  }

  private mutating func data(_ path: [Term]) throws(RegoError) -> Operand {
    let keys = constantKeys(path)
    var (node, used) = (0, 0)
    while used < keys.count, tree.nodes[node].group == nil || tree.nodes[node].isMixed,
      let next = tree.child(node, keys[used])
    {
      node = next
      used += 1
    }
    let to = registers()
    let here = tree.nodes[node]
    if here.isMixed {
      // Rules with computed keys may give this very place: it gets a node of its own.
      let own = tree.insert(Array(keys), named: false)
      emit(.extent(to, node: Int32(own), fail: failure))
      return try steps(to, path[keys.count...])
    }
    if let group = here.group, tree.groups[group].kind != .function {
      emit(.rule(to, group: Int32(group), fail: failure))
      tellBeginning(.data, path, used, to, path.first?.location ?? location)
      return try steps(to, path[used...])
    }
    if used < keys.count {
      // No rule lies there.
      emit(.base(to, path: pool.path(keys), fail: failure))
      tellBeginning(.data, path, keys.count, to, path.first?.location ?? location)
      return try steps(to, path[keys.count...])
    }
    if used < path.count { return try computed(Int32(node), path[used...], to) }
    emit(.extent(to, node: Int32(node), fail: failure))
    return to
  }

  /// Keys that are known only at run time lead to rules all the same.
  private mutating func computed(_ node: Int32, _ path: ArraySlice<Term>, _ to: Int32) throws(RegoError) -> Operand {
    let first = registers(path.count)
    var count: Int32 = 0
    for key in path {
      if Binding.evaluate(key, bound) != nil {
        emit(.move(first + count, try lower(key)))
      } else {
        let (list, state) = (registers(), registers(4))
        emit(.keys(list, node: node, first: first, count: count, fail: failure))
        emit(.scan(state, list, fail: failure))
        loop(state)
        emit(.move(first + count, state + 3))
        try match(key, first + count)
      }
      count += 1
    }
    emit(.dynamic(to, node: node, first: first, count: count, fail: failure))
    return to
  }

  /// The rest of a path from a known value.
  private mutating func steps(_ base: Operand, _ path: ArraySlice<Term>) throws(RegoError) -> Operand {
    var at = base
    for key in path {
      if Binding.evaluate(key, bound) != nil {
        let operand = try lower(key)
        let to = registers()
        emit(.child(to, at, operand, fail: failure))
        at = to
      } else {
        let state = registers(4)
        emit(.scan(state, at, fail: failure))
        loop(state)
        try match(key, state + 2)
        at = state + 3
      }
    }
    return at
  }

  // MARK: Patterns

  /// Makes a term equal to a known value, binding what is not bound yet.
  mutating func match(_ pattern: Term, _ value: Operand) throws(RegoError) {
    switch pattern.node {
    case .local(let slot) where !bound.contains(slot):
      emit(.move(register(slot), value))
      bound.insert(slot)
    case .array(let items):
      emit(.isArray(value, count: Int32(items.count), fail: failure))
      for index in items.indices.sorted(by: { Binding.patternRank(items[$0]) < Binding.patternRank(items[$1]) }) {
        let to = registers()
        emit(.element(to, value, index: Int32(index)))
        try match(items[index], to)
      }
    case .object(let pairs):
      emit(.isObject(value, count: Int32(pairs.count), fail: failure))
      for pair in pairs.sorted(by: { Binding.patternRank($0.value) < Binding.patternRank($1.value) }) {
        let key = try lower(pair.key)
        let to = registers()
        emit(.child(to, value, key, fail: failure))
        try match(pair.value, to)
      }
    default: emit(.equal(try lower(pattern), value, fail: failure))
    }
  }

  mutating func unify(_ left: Term, _ right: Term) throws(RegoError) {
    if let safe = Binding.evaluate(left, bound), Binding.pattern(right, safe) != nil {
      try match(right, try lower(left))
    } else if let safe = Binding.evaluate(right, bound), Binding.pattern(left, safe) != nil {
      try match(left, try lower(right))
    } else {
      try unifyParts(left, right)
    }
  }

  private mutating func unifyParts(_ left: Term, _ right: Term) throws(RegoError) {
    guard var waiting = Binding.counterparts(left, right) else {
      throw RegoError(.internalError, "terms cannot be matched", left.location)
    }
    while !waiting.isEmpty {
      guard let ready = waiting.firstIndex(where: { Binding.unify($0.0, $0.1, bound) != nil }) else {
        throw RegoError(.internalError, "terms cannot be matched", left.location)
      }
      let pair = waiting.remove(at: ready)
      try unify(pair.0, pair.1)
    }
  }
}
