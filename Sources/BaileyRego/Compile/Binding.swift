/// Which variables a term or statement binds when it runs with some already bound; nil when it cannot run yet.
enum Binding {
  // MARK: Terms

  /// What is bound after the term's value is known; calls that were looked at already are passed over.
  static func evaluate(_ term: Term, _ safe: SlotSet, callsAreDone: Bool = false) -> SlotSet? {
    switch term.node {
    case .scalar, .input, .data, .name: return safe
    case .local(let slot): return safe.contains(slot) ? safe : nil
    case .array(let items), .set(let items): return evaluateAll(items, safe, callsAreDone: callsAreDone)
    case .call where callsAreDone: return safe
    case .call(_, let items):
      // The calls inside come first: what a reference beside them binds is too late for them.
      let inner = nestedCalls(items)
      return (inner.isEmpty ? safe : evaluateAll(inner, safe)).flatMap {
        evaluateAll(items, $0, callsAreDone: true)
      }
    case .object(let pairs):
      return evaluateAll(pairs.flatMap { [$0.key, $0.value] }, safe, callsAreDone: callsAreDone)
    case .ref(let head, let path):
      guard var bound = evaluate(head, safe) else { return nil }
      for key in path {
        guard let next = pattern(key, bound) else { return nil }
        bound = next
      }
      return bound
    case .comprehension(let inner):
      var free = TermVisitor.slots(Term(.array([inner.key, inner.value].compactMap(\.self)), term.location))
      free.formUnion(TermVisitor.slots(inner.body))
      return free.subtracting(SlotSet(inner.own)).isSubset(of: safe) ? safe : nil
    case .template: return TermVisitor.slots(term).subtracting(own(term)).isSubset(of: safe) ? safe : nil
    }
  }

  private static func nestedCalls(_ terms: [Term]) -> [Term] {
    terms.flatMap { term -> [Term] in
      switch term.node {
      case .call: [term]
      case .array(let items), .set(let items): nestedCalls(items)
      case .object(let pairs): nestedCalls(pairs.flatMap { [$0.key, $0.value] })
      // A reference may bind what its own keys use.
      default: []
      }
    }
  }

  /// Terms in whatever order they can run.
  static func evaluateAll(_ terms: [Term], _ safe: SlotSet, callsAreDone: Bool = false) -> SlotSet? {
    runOrder(terms, safe, callsAreDone: callsAreDone)?.safe
  }

  /// The order in which terms can be evaluated: first come, but a reference that binds may help an earlier term.
  static func runOrder(_ terms: [Term], _ safe: SlotSet, callsAreDone: Bool = false) -> (order: [Int], safe: SlotSet)? {
    var (bound, order, waiting) = (safe, [Int](), Array(terms.indices))
    while !waiting.isEmpty {
      let (before, wanted) = (bound, waiting.count)
      var rest: [Int] = []
      for index in waiting {
        if let next = evaluate(terms[index], bound, callsAreDone: callsAreDone) {
          bound = next
          order.append(index)
        } else {
          rest.append(index)
        }
      }
      // What nothing new was bound for fails again.
      if rest.count == wanted || !rest.isEmpty && bound == before { return nil }
      waiting = rest
    }
    return (order, bound)
  }

  /// What is bound after the term was matched against a known value.
  static func pattern(_ term: Term, _ safe: SlotSet) -> SlotSet? {
    switch term.node {
    case .local(let slot):
      var bound = safe
      bound.insert(slot)
      return bound
    case .array(let items): return patternAll(items, safe)
    case .object(let pairs):
      guard let bound = evaluateAll(pairs.map(\.key), safe) else { return nil }
      return patternAll(pairs.map(\.value), bound)
    default: return evaluate(term, safe)
    }
  }

  private static func patternAll(_ terms: [Term], _ safe: SlotSet) -> SlotSet? {
    var bound = safe
    // Plain variables first: what they bind may be read by a neighbour.
    for term in terms.sorted(by: { patternRank($0) < patternRank($1) }) {
      guard let next = pattern(term, bound) else { return nil }
      bound = next
    }
    return bound
  }

  static func patternRank(_ term: Term) -> Int {
    switch term.node {
    case .local, .scalar: 0
    case .array, .object: 1
    default: 2
    }
  }

  /// What is bound after two terms were made equal.
  static func unify(_ left: Term, _ right: Term, _ safe: SlotSet) -> SlotSet? {
    if neverMatch(left, right) { return evaluateAll([left, right], safe) }
    if let bound = evaluate(left, safe), let result = pattern(right, bound) { return result }
    if let bound = evaluate(right, safe), let result = pattern(left, bound) { return result }
    guard let pairs = counterparts(left, right) else { return nil }
    var (bound, waiting) = (safe, pairs)
    while !waiting.isEmpty {
      let count = waiting.count
      waiting.removeAll { pair in
        guard let next = unify(pair.0, pair.1, bound) else { return false }
        bound = next
        return true
      }
      if waiting.count == count { return nil }
    }
    return bound
  }

  /// Two literals of different shape: neither gives the other's variables a value.
  private static func neverMatch(_ left: Term, _ right: Term) -> Bool {
    switch (left.node, right.node) {
    case (.array, .array), (.object, .object): counterparts(left, right) == nil
    default: false
    }
  }

  /// Parts that must be equal one by one, when both sides are literals of the same shape.
  static func counterparts(_ left: Term, _ right: Term) -> [(Term, Term)]? {
    switch (left.node, right.node) {
    case (.array(let first), .array(let second)) where first.count == second.count:
      return Array(zip(first, second))
    case (.object(let first), .object(let second)) where first.count == second.count:
      var pairs: [(Term, Term)] = []
      for pair in first {
        guard let other = second.first(where: { isSameKey($0.key, pair.key) }) else { return nil }
        pairs.append((pair.value, other.value))
      }
      return pairs
    default: return nil
    }
  }

  private static func isSameKey(_ left: Term, _ right: Term) -> Bool {
    switch (left.node, right.node) {
    case (.scalar(let first), .scalar(let second)): Value.equal(first, second)
    case (.local(let first), .local(let second)): first == second
    default: false
    }
  }

  // MARK: Statements

  static func outputs(_ statement: Statement, _ safe: SlotSet) -> SlotSet? {
    var safe = safe
    for modifier in statement.modifiers {
      guard let bound = evaluate(modifier.value, safe) else { return nil }
      safe = bound
    }
    if statement.negated { return free(statement).isSubset(of: safe) ? safe : nil }
    switch statement.kind {
    case .term(let term): return evaluate(term, safe)
    case .assign(let target, let value):
      return unify(value, target, safe)
    case .unify(let left, let right): return unify(left, right, safe)
    case .declare: return safe
    case .someIn(let key, let value, let collection):
      guard var bound = evaluate(collection, safe) else { return nil }
      for term in [key, value].compactMap(\.self) {
        guard let next = pattern(term, bound) else { return nil }
        bound = next
      }
      return bound
    case .every(_, _, let domain, let body, let own):
      guard let bound = evaluate(domain, safe) else { return nil }
      return TermVisitor.slots(body).subtracting(SlotSet(own)).isSubset(of: bound) ? bound : nil
    }
  }

  /// All variables of a statement but those of its closures.
  static func free(_ statement: Statement) -> SlotSet {
    var (slots, own) = (SlotSet(), SlotSet())
    let visitor = TermVisitor(entersClosures: true) { term in
      switch term.node {
      case .local(let slot): slots.insert(slot)
      case .comprehension(let inner): own.formUnion(SlotSet(inner.own))
      default: break
      }
    }
    visitor.statement(statement)
    if case .every(_, _, _, _, let range) = statement.kind { own.formUnion(SlotSet(range)) }
    return slots.subtracting(own)
  }

  private static func own(_ term: Term) -> SlotSet {
    var own = SlotSet()
    TermVisitor(entersClosures: true) { inner in
      if case .comprehension(let closure) = inner.node { own.formUnion(SlotSet(closure.own)) }
    }.term(term)
    return own
  }
}
