/// Takes the calls inside a negated statement out of it, as OPA does: they stand before it, and are not negated.
///
/// `not count(input.x) > 1` is `h = count(input.x); not h > 1`: where `input.x` is undefined, the whole does not hold.
struct Hoisting {
  let heap: Heap
  /// How many names were made so far.
  private(set) var count: Int
  private var before: [Statement] = []
  private var modifiers: [Modifier] = []

  init(heap: Heap, count: Int) {
    self.heap = heap
    self.count = count
  }

  mutating func statements(for statement: Statement) -> [Statement] {
    var result = statement
    (before, modifiers) = ([], [])
    for index in result.modifiers.indices {
      if case .call = result.modifiers[index].value.node {
        result.modifiers[index].value = expanded(result.modifiers[index].value)
      }
    }
    modifiers = result.modifiers
    switch statement.kind {
    case .term(let term): result.kind = .term(inside(term))
    case .unify(let left, let right): result.kind = .unify(expanded(left), expanded(right))
    default: return [statement]
    }
    return before + [result]
  }

  private mutating func inside(_ term: Term) -> Term {
    guard case .call(let callee, let arguments) = term.node else { return expanded(term) }
    return Term(.call(callee, expanded(arguments)), term.location)
  }

  private mutating func expanded(_ terms: [Term]) -> [Term] {
    var result: [Term] = []
    for term in terms { result.append(expanded(term)) }
    return result
  }

  private mutating func expanded(_ term: Term) -> Term {
    let location = term.location
    switch term.node {
    case .call: return hoisted(inside(term))
    case .template: return hoisted(term)
    case .array(let items): return Term(.array(expanded(items)), location)
    case .set(let items): return Term(.set(expanded(items)), location)
    case .object(let pairs):
      var result: [(key: Term, value: Term)] = []
      for pair in pairs { result.append((expanded(pair.key), expanded(pair.value))) }
      return Term(.object(result), location)
    case .ref(let head, let path): return Term(.ref(expanded(head), expanded(path)), location)
    case .scalar, .name, .local, .input, .data, .comprehension: return term
    }
  }

  private mutating func hoisted(_ term: Term) -> Term {
    // `set()` and the like are no calls by now; a print has no value.
    count += 1
    let name = Term(.name(heap.string("$h\(count)")), term.location)
    before.append(Statement(kind: .unify(name, term), modifiers: modifiers, location: term.location))
    return name
  }
}

extension Lowering {
  /// The references inside a negated statement are looked up before it, too: what is undefined there is no reason to hold.
  ///
  /// Only the two sides of an equality, and a reference alone, are themselves negated.
  mutating func outside(_ statement: Statement) throws(RegoError) -> Statement {
    var result = statement
    switch statement.kind {
    case .unify(let left, let right): result.kind = .unify(try parts(left), try parts(right))
    case .term(let term):
      guard case .call(let callee, let arguments) = term.node else {
        result.kind = .term(try parts(term))
        return result
      }
      let isEquality =
        if case .builtin(let index) = callee { rules.registry.builtins[index].name == "equal" } else { false }
      var operands: [Term] = []
      for argument in arguments { operands.append(try isEquality ? parts(argument) : known(argument)) }
      result.kind = .term(Term(.call(callee, operands), term.location))
    default: return statement
    }
    return result
  }

  private mutating func parts(_ term: Term) throws(RegoError) -> Term {
    guard case .ref(let start, let path) = term.node else { return try known(term) }
    let isRoot =
      switch start.node {
      case .input, .data: true
      default: false
      }
    let head = isRoot ? start : try known(start)
    var keys: [Term] = []
    for key in path { keys.append(try known(key)) }
    return Term(.ref(head, keys), term.location)
  }

  private mutating func known(_ term: Term) throws(RegoError) -> Term {
    let location = term.location
    switch term.node {
    case .ref, .input:
      let operand = try lower(term)
      guard operand >= slotBase else { return term }
      bound.insert(Int(operand - slotBase))
      return Term(.local(Int(operand - slotBase)), location)
    case .array(let items): return Term(.array(try known(items)), location)
    case .set(let items): return Term(.set(try known(items)), location)
    case .object(let pairs):
      var result: [(key: Term, value: Term)] = []
      for pair in pairs { result.append((try known(pair.key), try known(pair.value))) }
      return Term(.object(result), location)
    default: return term
    }
  }

  private mutating func known(_ terms: [Term]) throws(RegoError) -> [Term] {
    var result: [Term] = []
    for term in terms { result.append(try known(term)) }
    return result
  }
}
