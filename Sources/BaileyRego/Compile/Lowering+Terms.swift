extension Lowering {
  /// Code for a term's value; undefined goes to `failure`.
  mutating func lower(_ term: Term) throws(RegoError) -> Operand {
    let operand = try value(of: term)
    tell(term, operand)
    return operand
  }

  private mutating func value(of term: Term) throws(RegoError) -> Operand {
    switch term.node {
    case .scalar(let value): return pool.constant(value)
    case .local(let slot): return register(slot)
    case .name: throw RegoError(.internalError, "unresolved name", term.location)
    case .input:
      let to = registers()
      emit(.input(to, fail: failure))
      return to
    case .data: return try reference(to: .data, [], term.location)
    case .ref(let head, let path): return try reference(to: head.node, path, head.location)
    case .array(let items): return try collection(items) { .array($0, first: $1, count: $2) }
    case .set(let items): return try collection(items) { .set($0, first: $1, count: $2) }
    case .object(let pairs):
      return try collection(pairs.flatMap { [$0.key, $0.value] }) { .object($0, first: $1, pairs: $2 / 2) }
    case .comprehension(let comprehension): return try self.comprehension(comprehension)
    case .call(let callee, let arguments): return try call(callee, arguments, term.location)
    case .template(let parts): return try template(parts)
    }
  }

  /// Terms in an order in which each can be evaluated: as in OPA what holds calls comes before references, but for plain ones to the
  /// input, which the rule index of OPA looks at first in the statements of a rule.
  mutating func lowerAll(_ terms: [Term]) throws(RegoError) -> [Operand] {
    let isIndexed = statementDepth < 2 && !isModified
    let ranked = (0...2).flatMap { rank in terms.indices.filter { terms[$0].rank(isIndexed) == rank } }
    guard let order = Binding.runOrder(ranked.map { terms[$0] }, bound)?.order else {
      throw RegoError(.internalError, "unordered terms", terms.first?.location)
    }
    var operands = [Operand](repeating: 0, count: terms.count)
    for index in order.map({ ranked[$0] }) { operands[index] = try lower(terms[index]) }
    return operands
  }

  private mutating func consecutive(_ terms: [Term]) throws(RegoError) -> Int32 {
    let operands = try lowerAll(terms)
    let first = registers(operands.count)
    for (index, operand) in operands.enumerated() { emit(.move(first + Int32(index), operand)) }
    return first
  }

  private mutating func collection(
    _ items: [Term], _ make: (Int32, Int32, Int32) -> Instruction
  ) throws(RegoError) -> Operand {
    if let constant = constant(items, make) { return constant }
    let probe = make(0, 0, 0)
    // Of equal members the first stays: OPA has the constants before the others.
    let isSet = if case .set = probe { true } else { false }
    let first = try consecutive(isSet ? items.filter(\.isConstant) + items.filter { !$0.isConstant } : items)
    let to = registers()
    emit(make(to, first, Int32(items.count)))
    return to
  }

  /// Literals of constants are made once, at compile time.
  private mutating func constant(_ items: [Term], _ make: (Int32, Int32, Int32) -> Instruction) -> Operand? {
    var values: [Value] = []
    for item in items {
      guard let value = Self.constant(item, rules.heap) else { return nil }
      values.append(value)
    }
    switch make(0, 0, Int32(items.count)) {
    case .array: return pool.constant(rules.heap.array(values))
    case .set: return pool.constant(rules.heap.set(values))
    case .object: return Self.object(values, rules.heap).map { pool.constant($0) }
    default: return nil
    }
  }

  static func constant(_ term: Term, _ heap: Heap) -> Value? {
    switch term.node {
    case .scalar(let value): return value
    case .array(let items):
      let values = items.compactMap { constant($0, heap) }
      return values.count == items.count ? heap.array(values) : nil
    case .set(let items):
      let values = items.compactMap { constant($0, heap) }
      return values.count == items.count ? heap.set(values) : nil
    case .object(let pairs):
      let values = pairs.flatMap { [constant($0.key, heap), constant($0.value, heap)] }.compactMap(\.self)
      return values.count == pairs.count * 2 ? object(values, heap) : nil
    default: return nil
    }
  }

  /// Keys and values in turn; two equal keys are left to the evaluation, which may refuse them.
  private static func object(_ values: [Value], _ heap: Heap) -> Value? {
    let object = heap.object(stride(from: 0, to: values.count - 1, by: 2).map { (values[$0], values[$0 + 1]) })
    return object.count == values.count / 2 ? object : nil
  }

  private mutating func comprehension(_ comprehension: Comprehension) throws(RegoError) -> Operand {
    emit(.build)
    let place = comprehension.value.location
    explaining.append(-1)
    defer { explaining.removeLast() }
    try body(comprehension.body) { (lowering) throws(RegoError) in
      let heads = [comprehension.key, comprehension.value].compactMap(\.self)
      for operand in try lowering.lowerAll(heads) { lowering.emit(.append(operand)) }
    }
    location = place
    let to = registers()
    let kind: BuilderKind =
      switch comprehension.kind {
      case .array: .array
      case .set: .set
      case .object: .object
      }
    emit(.finish(kind, to))
    return to
  }

  /// Each expression on its own: one that is undefined shows as such.
  private mutating func template(_ parts: [TemplatePart]) throws(RegoError) -> Operand {
    var operands: [Operand] = []
    for part in parts {
      switch part {
      case .text(let text): operands.append(pool.constant(text))
      case .expression(let statement): operands.append(try templatePart(statement))
      }
    }
    let first = registers(operands.count)
    for (index, operand) in operands.enumerated() { emit(.move(first + Int32(index), operand)) }
    let to = registers()
    emit(.template(to, first: first, count: Int32(operands.count)))
    return to
  }

  private mutating func templatePart(_ source: Statement) throws(RegoError) -> Operand {
    guard case .term(let term) = source.kind else { return Pool.undefined }
    let (to, slot) = (registers(), registers())
    emit(.move(to, Pool.undefined))
    var statement = source
    statement.kind = .unify(Term(.local(Int(slot - slotBase)), term.location), term)
    try body([statement]) { $0.emit(.result(to, slot)) }
    return to
  }

  // MARK: Calls

  private mutating func call(
    _ callee: Callee, _ arguments: [Term], _ place: Location
  ) throws(RegoError) -> Operand {
    switch callee {
    case .builtin(let index): return try builtin(index, arguments, place)
    case .function(let path): return try function(path, arguments, place)
    case .path: throw RegoError(.internalError, "unresolved call", place)
    }
  }

  private mutating func function(_ path: [Value], _ arguments: [Term], _ place: Location) throws(RegoError) -> Operand {
    guard let group = tree.nodes[tree.insert(path, named: false)].group, tree.groups[group].kind == .function else {
      throw RegoError(.type, "undefined function data." + path.map { String($0) }.joined(separator: "."), place)
    }
    try checkArity(tree.path(tree.groups[group].node), tree.groups[group].arity, arguments.count, place)
    let first = try consecutive(arguments)
    let to = registers()
    location = place
    emit(.call(to, group: Int32(group), first: first, fail: failure))
    return to
  }

  private mutating func builtin(_ index: Int, _ arguments: [Term], _ place: Location) throws(RegoError) -> Operand {
    let builtin = rules.registry.builtins[index]
    try checkArity(builtin.name, builtin.arity, arguments.count, place)
    if let special = try operation(builtin.name, arguments, place) { return special }
    let first = try consecutive(arguments)
    let to = registers()
    location = place
    emit(.builtin(to, index: Int32(index), first: first, count: Int32(arguments.count), fail: failure))
    return to
  }

  /// Operators that have an instruction of their own.
  private mutating func operation(_ name: String, _ arguments: [Term], _ place: Location) throws(RegoError) -> Operand?
  {
    if let comparison = Comparison(named: name) {
      let operands = try lowerAll(arguments)
      let to = registers()
      emit(.compareValue(comparison, to, operands[0], operands[1]))
      return to
    }
    guard name == "walk" else { return nil }
    return try walk(arguments, place)
  }

  /// `walk` has many results: its one value is the list of them.
  private mutating func walk(_ arguments: [Term], _ place: Location) throws(RegoError) -> Operand? {
    guard let index = rules.registry.index("walk") else { return nil }
    let first = try consecutive(arguments)
    let (list, state) = (registers(), registers(4))
    location = place
    emit(.builtin(list, index: Int32(index), first: first, count: 1, fail: failure))
    emit(.scan(state, list, fail: failure))
    loop(state)
    return state + 3
  }

  private func checkArity(_ name: String, _ wanted: Int, _ count: Int, _ place: Location) throws(RegoError) {
    guard wanted != count else { return }
    let why = count < wanted ? "too few" : "too many"
    throw RegoError(.type, "\(name): arity mismatch: \(why) arguments (have \(count), want \(wanted))", place)
  }
}

extension Term {
  fileprivate var isConstant: Bool { if case .scalar = node { true } else { false } }

  fileprivate func rank(_ isIndexed: Bool) -> Int {
    if isIndexed, case .ref(let head, let path) = node, case .input = head.node, path.allSatisfy(\.isConstant) {
      return 0
    }
    return hasCall ? 1 : 2
  }

  private var hasCall: Bool {
    var found = false
    TermVisitor(entersClosures: false) { if case .call = $0.node { found = true } }.term(self)
    return found
  }
}
