/// Turns ordered bodies into procedures.
///
/// Statements become straight code; whatever iterates opens a loop around all that follows. `failure` is where a statement that does
/// not hold goes on: the innermost loop's next turn.
struct Lowering {
  let rules: RuleSet
  var tree: RuleTree
  var pool = Pool()

  // The procedure at hand.
  var procedure = Procedure()
  var labels: [Target] = []
  var failure: Target = 0
  var bound = SlotSet()
  /// The register of slot 0 of the rule at hand.
  var slotBase: Int32 = 0
  var location = Location()
  /// The tables of this procedure, whose labels are still to be replaced.
  var switches: [Int] = []
  let reports: Reports
  var slotNames: [Value] = []
  /// Statements around the one at hand.
  var statementDepth = 0
  /// In a statement with `with`.
  var isModified = false
  /// Code that stands behind the body: ways back into a context.
  var stubs: [(label: Target, code: [Instruction])] = []
  /// The expressions around the place at hand, where the program explains itself.
  var explaining: [Int] = []

  init(rules: RuleSet, reports: Reports = .nothing) {
    self.rules = rules
    self.reports = reports
    tree = rules.tree
  }

  // MARK: Emitting

  mutating func emit(_ instruction: Instruction) {
    procedure.code.append(instruction)
    procedure.locations.append(location)
  }

  /// Labels are numbers until the procedure is whole.
  mutating func label() -> Target {
    labels.append(-1)
    return Target(labels.count - 1)
  }

  mutating func place(_ label: Target) { labels[Int(label)] = Target(procedure.code.count) }

  mutating func registers(_ count: Int = 1) -> Int32 {
    procedure.registers += Int32(count)
    return procedure.registers - Int32(count)
  }

  mutating func begin(parameters: Int) {
    procedure = Procedure()
    procedure.registers = Int32(parameters)
    labels = []
    switches = []
    stubs = []
    bound = SlotSet()
  }

  mutating func finished() throws(RegoError) -> Procedure {
    for stub in stubs {
      place(stub.label)
      stub.code.forEach { emit($0) }
    }
    guard procedure.registers < 1 << 15 else { throw RegoError(.compile, "rule is too large", location) }
    procedure.code = procedure.code.map { $0.patched(labels) }
    for index in switches { pool.switches[index] = pool.switches[index].mapValues { labels[Int($0)] } }
    return procedure
  }

  func register(_ slot: Int) -> Int32 { slotBase + Int32(slot) }

  // MARK: Procedures

  mutating func group(_ group: RuleGroup) throws(RegoError) -> Procedure {
    begin(parameters: group.arity)
    switch group.kind {
    case .single, .function: try values(group)
    case .set: try members(group, .set)
    case .object: try members(group, .object)
    case .entries: try members(group, .array)
    }
    return try finished()
  }

  mutating func query(_ body: [Statement], _ slots: [Value]) throws(RegoError) -> Procedure {
    begin(parameters: 0)
    slotBase = registers(slots.count)
    slotNames = slots
    emit(.build)
    var free = SlotSet()
    for statement in body { free.formUnion(Binding.free(statement)) }
    let named = slots.indices.filter { slots[$0].text.first != 0x24 && free.contains($0) }
    enter(query: body)
    try self.body(body) { (lowering) throws(RegoError) in
      let first = lowering.registers(named.count * 2)
      for (index, slot) in named.enumerated() {
        lowering.emit(.move(first + Int32(index * 2), lowering.pool.constant(slots[slot])))
        lowering.emit(.move(first + Int32(index * 2 + 1), lowering.register(slot)))
      }
      let row = lowering.registers()
      lowering.emit(.object(row, first: first, pairs: Int32(named.count)))
      lowering.exit()
      lowering.emit(.append(row))
    }
    let result = registers()
    emit(.finish(.array, result))
    emit(.return(result))
    return try finished()
  }

  /// A complete rule or function: one value, whichever rule gives it.
  private mutating func values(_ group: RuleGroup) throws(RegoError) {
    let (result, end) = (registers(), label())
    emit(.move(result, Pool.undefined))
    let ordinary = group.rules.filter { !$0.isDefault }
    let constant = reports != .explanation && commonConstant(ordinary)
    try each(ordinary) { (lowering, rule) throws(RegoError) in
      try lowering.definition(rule, group, result, leavesAt: constant ? end : nil)
    }
    if let fallback = group.rules.first(where: \.isDefault) {
      emit(.jumpIfDefined(result, end))
      try definition(fallback, group, result, leavesAt: end)
    }
    place(end)
    emit(.return(result))
  }

  /// Whether all rules give one and the same constant: then the first that holds is enough.
  private func commonConstant(_ rules: [ResolvedRule]) -> Bool {
    var first: Value?
    for branch in rules.flatMap(\.branches) {
      guard case .scalar(let value) = branch.value.node else { return false }
      if let first, !Value.equal(first, value) { return false }
      first = value
    }
    return true
  }

  private mutating func definition(
    _ rule: ResolvedRule, _ group: RuleGroup, _ result: Int32, leavesAt end: Target?
  ) throws(RegoError) {
    slotBase = registers(rule.slots.count)
    slotNames = rule.slots
    let done = label()
    let own = rule.branches.count > 1 ? registers() : result
    if own != result { emit(.move(own, Pool.undefined)) }
    for (index, branch) in rule.branches.enumerated() {
      location = branch.location
      bound = SlotSet()
      let next = label()
      let isConstant = if case .scalar = branch.value.node { true } else { false }
      enter(rule, index, group)
      try self.branch(rule, branch, group) { (lowering) throws(RegoError) in
        let value = try lowering.explainedValue(branch.value)
        lowering.location = branch.location
        lowering.noteHead(branch.location)
        lowering.exit()
        lowering.emit(.result(end == nil ? own : result, value))
        if isConstant { lowering.emit(.jump(end ?? next)) }
      }
      place(next)
      if index + 1 < rule.branches.count { emit(.jumpIfDefined(own, done)) }
    }
    place(done)
    if own != result { emit(.fold(result, own)) }
  }

  /// Parameters, body and what happens when they hold.
  private mutating func branch(
    _ rule: ResolvedRule, _ branch: ResolvedRule.Branch, _ group: RuleGroup,
    success: (inout Lowering) throws(RegoError) -> Void
  ) throws(RegoError) {
    let (outer, end) = (failure, label())
    failure = end
    for (index, pattern) in rule.arguments.enumerated() { try match(pattern, Int32(index)) }
    try body(branch.body, ofRule: true, then: success)
    place(end)
    failure = outer
  }

  /// A set, an object, or entries for a document made by several rules.
  private mutating func members(_ group: RuleGroup, _ kind: BuilderKind) throws(RegoError) {
    emit(.build)
    try each(group.rules.filter { !$0.isDefault }) { (lowering, rule) throws(RegoError) in
      try lowering.members(of: rule, group)
    }
    let result = registers()
    emit(.finish(kind, result))
    emit(.return(result))
  }

  private mutating func members(of rule: ResolvedRule, _ group: RuleGroup) throws(RegoError) {
    slotBase = registers(rule.slots.count)
    slotNames = rule.slots
    for (index, branch) in rule.branches.enumerated() {
      location = branch.location
      bound = SlotSet()
      enter(rule, index, group)
      try body(branch.body, ofRule: true) { (lowering) throws(RegoError) in
        try lowering.member(rule, branch, group.kind)
      }
    }
  }

  private mutating func member(
    _ rule: ResolvedRule, _ branch: ResolvedRule.Branch, _ kind: RuleGroup.Kind
  ) throws(RegoError) {
    let operands = try lowerAll(rule.keys + [branch.value])
    location = branch.location
    noteHead(branch.location)
    exit()
    guard kind == .entries else {
      operands.forEach { emit(.append($0)) }
      return
    }
    let first = registers(operands.count + 1)
    emit(.move(first, pool.constant(Value(rule.kind == .set))))
    for (index, operand) in operands.enumerated() { emit(.move(first + Int32(index) + 1, operand)) }
    let entry = registers()
    emit(.array(entry, first: first, count: Int32(operands.count + 1)))
    emit(.append(entry))
  }

  // MARK: Bodies

  /// A body in its own loops: `then` runs for every way in which it holds; afterwards control goes on behind it.
  mutating func body(
    _ statements: [Statement], ofRule: Bool = false, then success: (inout Lowering) throws(RegoError) -> Void
  ) throws(RegoError) {
    let (outer, end, outside) = (failure, label(), bound)
    failure = end
    if ofRule { try skipUnreported(statements) }
    for statement in statements { try self.statement(statement) }
    try success(&self)
    emit(.jump(failure))
    place(end)
    failure = outer
    bound = outside
  }
}
