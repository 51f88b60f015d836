/// Proposes changes of the input that might make rules hold, or not hold any more.
///
/// It looks at the expressions that decided, and at the values of their operands. Its proposals are guesses: whoever asks evaluates
/// each. Where a value came from is found by the value: every place of the input that has it is a candidate.
struct EditFinder {
  let program: Program
  let heap: Heap
  let input: Value
  let attempts: [Attempt]
  private(set) var edits: [InputEdit] = []
  private var visited: Set<[Int]> = []
  private static let maximumEdits = 200
  private static let maximumPlaces = 4
  private static let maximumVisits = 10_000

  init(_ program: Program, _ heap: Heap, input: Value, attempts: [Attempt]) {
    self.program = program
    self.heap = heap
    self.input = input
    self.attempts = attempts
  }

  // MARK: Rules

  /// Changes that may make one of the group's rules hold, or all of them not.
  mutating func look(atGroup group: Int, wanted: Bool) {
    guard visited.insert([group, wanted ? 1 : 0]).inserted, visited.count < 1000 else { return }
    for (number, head) in program.explained.heads.enumerated() where head.group == group && !head.isDefault {
      look(atHead: number, wanted: wanted != (saysFalse(head)))
    }
  }

  mutating func look(atHead number: Int, wanted: Bool) {
    let attempt = attempts[number]
    if wanted {
      if attempt.success == nil, let step = attempt.furthest.last { look(at: step, wanted: true) }
    } else {
      for step in attempt.success ?? [] { look(at: step, wanted: false) }
    }
  }

  /// `allow := false if …`: it stands in the way of others.
  func saysFalse(_ head: Explained.Head) -> Bool {
    guard let group = head.group else { return false }
    return program.tree.groups[group].rules.flatMap(\.branches).contains { branch in
      guard branch.location == head.location, case .scalar(let value) = branch.value.node else { return false }
      return value.bits == Value.false.bits
    }
  }

  // MARK: Expressions

  mutating func look(at step: Step, wanted: Bool) {
    guard edits.count < Self.maximumEdits else { return }
    if wanted, let inner = step.inner.last { look(at: inner, wanted: true) }
    let statement = program.explained.expressions[step.expression].statement
    let positive = wanted != statement.negated
    switch statement.kind {
    case .term(let term): condition(term, step, positive)
    case .assign(let left, let right), .unify(let left, let right):
      compare(left, right, step, positive ? .equal : .notEqual)
      [left, right].forEach { rules(in: $0, step, nil) }
    case .someIn(_, let value, let collection): some(value, collection, step, positive)
    case .every(_, _, let domain, _, _):
      if wanted { set(domain, .emptyArray, step) }
      rules(in: domain, step, nil)
    case .declare: return
    }
    if !wanted { removeOperands(step) } else { fillOperand(step) }
  }

  private mutating func condition(_ term: Term, _ step: Step, _ wanted: Bool) {
    if case .call(.builtin(let index), let operands) = term.node {
      call(program.registry.builtins[index].name, operands, step, wanted)
      operands.forEach { rules(in: $0, step, nil) }
    } else {
      set(term, Value(wanted), step)
      rules(in: term, step, wanted)
    }
  }

  private mutating func some(_ value: Term, _ collection: Term, _ step: Step, _ wanted: Bool) {
    rules(in: collection, step, wanted)
    guard wanted else { return set(collection, .emptyArray, step) }
    for item in known(value, step).map({ [$0] }) ?? placeholders {
      for place in places(of: collection, step) { edits.append(InputEdit(place: place, change: .append(item))) }
    }
  }

  /// Rules and functions that a term asks; without a wish both ways are looked at.
  private mutating func rules(in term: Term, _ step: Step, _ wanted: Bool?) {
    for group in program.tree.groups(askedIn: term) {
      if wanted != false { look(atGroup: group, wanted: true) }
      if wanted != true { look(atGroup: group, wanted: false) }
    }
  }

  // MARK: Operands

  /// What is undefined gets a value, whichever it is: the next look sees what is wanted of it.
  private mutating func fillOperand(_ step: Step) {
    let operands = program.explained.expressions[step.expression].operands
    guard step.operands.count < operands.count else { return }
    lookUp(operands[step.operands.count], step)
    for place in places(of: operands[step.operands.count], step) {
      for value in placeholders { edits.append(InputEdit(place: place, change: .set(value))) }
    }
  }

  /// `hosts[input.host]`: of a key that is not among them, each that is.
  private mutating func lookUp(_ term: Term, _ step: Step) {
    guard case .ref(let head, let path) = term.node else { return }
    for (index, key) in path.enumerated() where Lowering.constant(key, heap) == nil {
      let beginning = index == 0 ? head : Term(.ref(head, Array(path[..<index])), term.location)
      guard let collection = known(beginning, step) ?? told(beginning, step), collection.isCollection else { continue }
      for member in collection.items.prefix(16) where collection.tag != .array { set(key, member, step) }
    }
  }

  /// The value of the beginning of a reference, which has no text of its own.
  private func told(_ beginning: Term, _ step: Step) -> Value? {
    let (text, operands) = (TermText.reference(beginning), program.explained.expressions[step.expression].operands)
    return zip(operands, step.operands).first { !text.isEmpty && TermText.reference($0.0) == text }?.1
  }

  private var placeholders: [Value] { [.emptyString, Value(integer: 0), .true, .emptyArray, .emptyObject] }

  private mutating func removeOperands(_ step: Step) {
    for (term, _) in zip(program.explained.expressions[step.expression].operands, step.operands) {
      guard case .ref(let head, _) = term.node, case .input = head.node else { continue }
      for place in places(of: term, step) where !place.isEmpty {
        edits.append(InputEdit(place: place, change: .remove))
      }
    }
  }

  /// What is known of a term's value at that step.
  func known(_ term: Term, _ step: Step) -> Value? {
    if let constant = Lowering.constant(term, heap) { return constant }
    let operands = program.explained.expressions[step.expression].operands
    for (operand, value) in zip(operands, step.operands) where operand.location == term.location { return value }
    return nil
  }

  /// Where in the input a term's value is, or would be.
  func places(of term: Term, _ step: Step) -> [[Value]] {
    switch term.node {
    case .input: return [[]]
    case .ref(let head, let path):
      let starts = places(of: head, step)
      return path.reduce(starts) { places, key in
        if let key = known(key, step) { return places.map { $0 + [key] } }
        return places.flatMap { inside($0) }
      }
    default: return known(term, step).map { places(of: $0) } ?? []
    }
  }

  /// The places of the parts of what stands at a place.
  private func inside(_ place: [Value]) -> [[Value]] {
    let value = place.reduce(input) { $0.child($1) }
    switch value.tag {
    case .array: return (0..<min(value.count, Self.maximumPlaces)).map { place + [Value(integer: $0)] }
    case .object: return value.items.prefix(Self.maximumPlaces).map { place + [$0] }
    default: return []
    }
  }

  /// All places of the input that have a value; the first few.
  private func places(of value: Value) -> [[Value]] {
    var (found, visits) = ([[Value]](), 0)
    func search(_ at: Value, _ place: [Value]) {
      visits += 1
      guard found.count < Self.maximumPlaces, visits < Self.maximumVisits, place.count < 32 else { return }
      if Value.equal(at, value) { found.append(place) }
      switch at.tag {
      case .array: for index in 0..<at.count { search(at.item(index), place + [Value(integer: index)]) }
      case .object: for index in 0..<at.count { search(at.value(index), place + [at.item(index)]) }
      default: return
      }
    }
    search(input, [])
    return found
  }

  /// Makes a term have a value, through the functions that are easily turned round.
  mutating func set(_ term: Term, _ value: Value, _ step: Step) {
    guard edits.count < Self.maximumEdits else { return }
    if case .call(.builtin(let index), let operands) = term.node {
      return invert(program.registry.builtins[index].name, operands, value, step)
    }
    guard Lowering.constant(term, heap) == nil else { return }
    for place in places(of: term, step) { edits.append(InputEdit(place: place, change: .set(value))) }
  }

  /// Another value wherever the input has this one.
  mutating func replace(_ old: Value, _ new: Value) {
    for place in places(of: old) { edits.append(InputEdit(place: place, change: .set(new))) }
  }

  mutating func add(_ edit: InputEdit) { edits.append(edit) }

  mutating func append(_ value: Value, to term: Term, _ step: Step) {
    for place in places(of: term, step) { edits.append(InputEdit(place: place, change: .append(value))) }
  }
}
