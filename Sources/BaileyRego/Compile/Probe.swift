/// What a program tells beside its results. One that tells nothing has no instruction for it.
enum Reports: Sendable { case nothing, coverage, explanation }

/// A place at which a program that explains itself says what happens.
struct Probe: Sendable {
  enum Kind: Sendable {
    /// A rule, or one of its `else` branches, begins.
    case enter
    /// The head holds.
    case exit
    /// An expression is about to be tried.
    case tried
    /// The value of one of its operands is known.
    case operand
    case holds
    /// It did not hold, or not once more.
    case failed
    /// Something behind it did not hold: control comes back to it.
    case redone
  }
  var kind: Kind
  /// Of the head or of the expression.
  var number: Int
  var operand = 0
  var register: Operand = 0
}

/// What probes speak about.
struct Explained {
  var probes: [Probe] = []
  var heads: [Head] = []
  var expressions: [Expression] = []

  /// One branch of a rule, or a query.
  struct Head {
    /// Nil for a query.
    var group: Int?
    var branch: Int
    var isDefault: Bool
    var location: Location
    var body: [Statement]
  }

  struct Expression {
    var statement: Statement
    var head: Int
    /// Its place among the expressions of the body it stands in.
    var index: Int
    /// How many expressions it stands in.
    var level: Int
    /// It is the value of its rule, not a condition; where it is false the rule does not hold.
    var isValue = false
    /// The variables that have values before it is tried.
    var locals: [(name: Value, register: Int32)]
    /// In the order in which their values become known.
    var operands: [Term] = []
  }
}

extension Lowering {
  // MARK: Heads

  mutating func enter(_ rule: ResolvedRule, _ branch: Int, _ group: RuleGroup) {
    enter(
      Explained.Head(
        group: group.kind == .entries ? tree.nodes[group.node].dynamic : tree.nodes[group.node].group, branch: branch,
        isDefault: rule.isDefault, location: rule.branches[branch].location, body: rule.branches[branch].body))
  }

  mutating func enter(query body: [Statement]) {
    enter(
      Explained.Head(
        group: nil, branch: 0, isDefault: false, location: body.first?.location ?? location, body: body))
  }

  private mutating func enter(_ head: Explained.Head) {
    guard reports == .explanation else { return }
    pool.explained.heads.append(head)
    emit(probe(.enter, pool.explained.heads.count - 1))
  }

  mutating func exit() {
    guard reports == .explanation else { return }
    emit(probe(.exit, pool.explained.heads.count - 1))
  }

  // MARK: Expressions

  /// In the place of an expression: nothing inside is told.
  private static let untold = -2

  /// Code for an expression, with its ways forward and back told.
  ///
  /// What fails goes by `failed`; what fails behind it comes back by `redone`.
  mutating func explained(
    _ statement: Statement, _ code: (inout Lowering) throws(RegoError) -> Void
  ) throws(RegoError) {
    if case .declare = statement.kind { return try code(&self) }
    guard reports == .explanation, !explaining.contains(Self.untold) else { return try code(&self) }
    let number = begin(statement)
    let (outer, failed, redone) = (failure, label(), label())
    stubs.append((failed, [probe(.failed, number), .jump(outer)]))
    emit(probe(.tried, number))
    failure = failed
    // The operands of a print are made for it.
    explaining.append(statement.calls("internal.print", rules.registry) ? Self.untold : number)
    try code(&self)
    explaining.removeLast()
    emit(probe(.holds, number))
    stubs.append((redone, [probe(.redone, number), .jump(failure == failed ? outer : failure)]))
    failure = redone
  }

  /// A rule's value that is no constant is the last of its expressions.
  mutating func explainedValue(_ value: Term) throws(RegoError) -> Operand {
    guard reports == .explanation, Self.constant(value, rules.heap) == nil else { return try lower(value) }
    var operand: Operand = 0
    try explained(Statement(kind: .term(value), location: value.location)) { (lowering) throws(RegoError) in
      lowering.pool.explained.expressions[lowering.pool.explained.expressions.count - 1].isValue = true
      operand = try lowering.lower(value)
    }
    return operand
  }

  private mutating func begin(_ statement: Statement) -> Int {
    let head = pool.explained.heads.count - 1
    let level = explaining.count
    let before = pool.explained.expressions.last { $0.level == 0 || $0.head != head }
    let index = if let before, before.head == head, level == 0 { before.index + 1 } else { 0 }
    let named = slotNames.indices.filter { bound.contains($0) && slotNames[$0].text.first != 0x24 }
    pool.explained.expressions.append(
      Explained.Expression(
        statement: statement, head: head, index: index, level: level,
        locals: named.map { (slotNames[$0], register($0)) }))
    return pool.explained.expressions.count - 1
  }

  private mutating func probe(_ kind: Probe.Kind, _ number: Int, operand: Int = 0, register: Operand = 0) -> Instruction
  {
    pool.explained.probes.append(Probe(kind: kind, number: number, operand: operand, register: register))
    return .probe(Int32(pool.explained.probes.count - 1))
  }

  // MARK: Operands

  mutating func tell(_ term: Term, _ operand: Operand) {
    guard let number = explaining.last, number >= 0, isWorthTelling(term) else { return }
    let count = pool.explained.expressions[number].operands.count
    pool.explained.expressions[number].operands.append(term)
    emit(probe(.operand, number, operand: count, register: operand))
  }

  /// The part of a reference whose place is known: what the rest goes over.
  mutating func tellBeginning(_ head: Node, _ path: [Term], _ count: Int, _ operand: Operand, _ place: Location) {
    guard count < path.count else { return }
    // It has no text of its own in the source.
    var place = place
    place.end = place.start
    tell(Term(.ref(Term(head, place), Array(path[..<count])), place), operand)
  }

  private func isWorthTelling(_ term: Term) -> Bool {
    switch term.node {
    case .local(let slot): slotNames.indices.contains(slot) && slotNames[slot].text.first != 0x24
    case .ref, .call, .input, .comprehension, .template: true
    case .array, .set, .object, .scalar, .name, .data: false
    }
  }
}
