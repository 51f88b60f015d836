/// A place where a traced program says that control came by: a statement that is about to be tried, or a head that holds.
struct TracePoint {
  enum Kind: Sendable { case statement, nested, head }
  var kind: Kind
  var location: Location
  /// The variables of the statement that have values by then.
  var locals: [(name: Value, register: Int32)] = []
}

extension Lowering {
  mutating func noteHead(_ location: Location) { note(TracePoint(kind: .head, location: location)) }

  private mutating func note(_ point: TracePoint) {
    guard reports == .coverage else { return }
    emit(.note(Int32(pool.tracePoints.count)))
    pool.tracePoints.append(point)
  }

  mutating func note(_ statement: Statement) {
    guard reports == .coverage else { return }
    var slots = SlotSet()
    TermVisitor(entersClosures: false) { if case .local(let slot) = $0.node { slots.insert(slot) } }
      .statement(statement)
    let named = slotNames.indices.filter {
      slots.contains($0) && bound.contains($0) && slotNames[$0].text.first != 0x24
    }
    note(
      TracePoint(
        kind: statementDepth == 0 ? .statement : .nested, location: statement.location,
        locals: named.map { (slotNames[$0], register($0)) }))
  }

  /// OPA's index passes over a rule when a condition on the input cannot hold: none of it counts as tried.
  ///
  /// So such conditions are looked at before the first report. They have no effects and bind nothing.
  mutating func skipUnreported(_ body: [Statement]) throws(RegoError) {
    guard reports == .coverage else { return }
    for statement in body where !statement.negated && statement.modifiers.isEmpty {
      switch statement.kind {
      case .term(let term): try skip(term)
      case .unify(let left, let right) where isIndexed(left, right): try unify(left, right)
      default: continue
      }
    }
  }

  private mutating func skip(_ term: Term) throws(RegoError) {
    if isInput(term) { return try condition(term) }
    guard case .call(.builtin(let index), let operands) = term.node, operands.count == 2,
      rules.registry.builtins[index].name == "equal", isIndexed(operands[0], operands[1])
    else { return }
    try condition(term)
  }

  private func isIndexed(_ left: Term, _ right: Term) -> Bool {
    (isInput(left) && isScalar(right)) || (isScalar(left) && isInput(right))
  }

  private func isScalar(_ term: Term) -> Bool { if case .scalar = term.node { true } else { false } }

  /// `input.a["b"]`.
  private func isInput(_ term: Term) -> Bool {
    guard case .ref(let base, let path) = term.node, case .input = base.node else { return false }
    return path.allSatisfy(isScalar)
  }
}
