/// Visits every term of a tree that is evaluated in the body at hand; what closures hold is visited on demand.
struct TermVisitor {
  var entersClosures: Bool
  var visit: (Term) -> Void

  func term(_ term: Term) {
    visit(term)
    switch term.node {
    case .ref(let head, let path):
      switch head.node {
      case .input, .data: break
      default: self.term(head)
      }
      path.forEach(self.term)
    case .array(let items), .set(let items), .call(_, let items): items.forEach(self.term)
    case .object(let pairs):
      for pair in pairs {
        self.term(pair.key)
        self.term(pair.value)
      }
    case .comprehension(let comprehension) where entersClosures: self.comprehension(comprehension)
    case .template(let parts) where entersClosures:
      for case .expression(let statement) in parts { self.statement(statement) }
    default: return
    }
  }

  private func comprehension(_ comprehension: Comprehension) {
    comprehension.key.map(term)
    term(comprehension.value)
    comprehension.body.forEach(statement)
  }

  func statement(_ statement: Statement) {
    switch statement.kind {
    case .term(let inner): term(inner)
    case .assign(let left, let right), .unify(let left, let right):
      term(left)
      term(right)
    case .declare: break
    case .someIn(let key, let value, let collection):
      key.map(term)
      term(value)
      term(collection)
    case .every(let key, let value, let domain, let body, _):
      term(domain)
      if entersClosures {
        key.map(term)
        term(value)
        body.forEach(self.statement)
      }
    }
    for modifier in statement.modifiers {
      // The target is no expression, but the keys of its path may be.
      if case .ref(_, let path) = modifier.target.node { path.forEach(term) }
      term(modifier.value)
    }
  }

  /// Slots in a term, those of its closures included.
  static func slots(_ term: Term) -> SlotSet {
    var slots = SlotSet()
    TermVisitor(entersClosures: true) { if case .local(let slot) = $0.node { slots.insert(slot) } }.term(term)
    return slots
  }

  static func slots(_ statements: [Statement]) -> SlotSet {
    var slots = SlotSet()
    let visitor = TermVisitor(entersClosures: true) { if case .local(let slot) = $0.node { slots.insert(slot) } }
    statements.forEach(visitor.statement)
    return slots
  }
}
