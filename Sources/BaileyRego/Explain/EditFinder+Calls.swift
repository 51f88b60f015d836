extension EditFinder {
  /// A builtin that stands as a condition.
  mutating func call(_ name: String, _ operands: [Term], _ step: Step, _ wanted: Bool) {
    if let comparison = Comparison(named: name), operands.count == 2 {
      return compare(operands[0], operands[1], step, wanted ? comparison : comparison.opposite)
    }
    switch name {
    case "internal.member_2" where operands.count == 2: member(operands[0], operands[1], step, wanted)
    case "internal.member_3" where operands.count == 3: member(operands[1], operands[2], step, wanted)
    default:
      guard let subject = Self.subject(name), operands.indices.contains(subject) else { return }
      let new = wanted ? texts(name, operands, step) : [different(known(operands[subject], step) ?? .emptyString)]
      for value in new { set(operands[subject], value, step) }
    }
  }

  // MARK: Comparisons

  mutating func compare(_ left: Term, _ right: Term, _ step: Step, _ how: Comparison) {
    if let value = known(right, step) {
      for new in witnesses(how, value) { set(left, new, step) }
    }
    if let value = known(left, step) {
      for new in witnesses(how.mirrored, value) { set(right, new, step) }
    }
    parts(left, right, step, how)
    members(left, right, step, how)
  }

  /// Of two collections, what the one has in the place of what the other has: where a comprehension stands between it and the input.
  private mutating func members(_ left: Term, _ right: Term, _ step: Step, _ how: Comparison) {
    guard how == .equal, let first = known(left, step), let second = known(right, step), first.count(with: second) > 0
    else { return }
    let (own, wanted) = (first.items.filter { !second.has($0) }, second.items.filter { !first.has($0) })
    for (old, new) in zip(own, wanted) { replace(old, new) }
    for (old, new) in zip(wanted, own) { replace(old, new) }
  }

  /// `[input.a, input.b] == ["x", "y"]`.
  private mutating func parts(_ left: Term, _ right: Term, _ step: Step, _ how: Comparison) {
    guard how == .equal, let pairs = Binding.counterparts(left, right) else { return }
    for pair in pairs { compare(pair.0, pair.1, step, how) }
  }

  /// Values that stand on the left so that the comparison holds.
  private func witnesses(_ how: Comparison, _ right: Value) -> [Value] {
    switch how {
    case .equal: right.tag == .set ? [heap.array(right.items)] : [right]
    case .notEqual: [different(right)]
    case .lessOrEqual, .greaterOrEqual: [right]
    case .less: beside(right, -1)
    case .greater: beside(right, 1)
    }
  }

  /// The nearest integer on one side.
  private func beside(_ value: Value, _ step: Int) -> [Value] {
    guard value.isNumber else { return step > 0 && value.tag == .string ? [different(value)] : [] }
    if let whole = Number.whole(value), abs(whole) < 1 << 53 { return [heap.integer(whole + step)] }
    let double = Number.double(value)
    guard double.magnitude < 1e15 else { return [] }
    return [heap.integer(Int(step > 0 ? double.rounded(.up) : double.rounded(.down)))]
  }

  func different(_ value: Value) -> Value {
    switch value.tag {
    case .boolean: return Value(value.bits != Value.true.bits)
    case .integer: return heap.integer(value.integer + 1)
    case .string: return heap.string(Array(value.text) + [UInt8(ascii: "x")])
    case .array, .set: return value.count == 0 ? heap.array([.emptyString]) : .emptyArray
    default: return .emptyString
    }
  }

  // MARK: Members

  private mutating func member(_ item: Term, _ collection: Term, _ step: Step, _ wanted: Bool) {
    let (value, all) = (known(item, step), known(collection, step))
    guard wanted else {
      if let value { set(item, different(value), step) }
      if let value, let all, all.tag == .array {
        set(collection, heap.array(all.items.filter { !Value.equal($0, value) }), step)
      }
      return
    }
    if let all, all.isCollection {
      let members = all.tag == .object ? all.pairs.map(\.value) : all.items
      for member in members.prefix(16) { set(item, member, step) }
    }
    if let value { append(value, to: collection, step) }
  }

  // MARK: Texts

  /// Which operand of a test of texts is the tested one.
  private static func subject(_ name: String) -> Int? {
    switch name {
    case "startswith", "endswith", "contains", "strings.any_prefix_match", "strings.any_suffix_match": 0
    case "regex.match", "net.cidr_contains": 1
    case "glob.match": 2
    default: nil
    }
  }

  /// Texts that would pass the test, those that are most like the present one first.
  private func texts(_ name: String, _ operands: [Term], _ step: Step) -> [Value] {
    let bytes = operands.map { known($0, step).flatMap { $0.tag == .string ? Array($0.text) : nil } }
    let now = Self.subject(name).flatMap { bytes[$0] } ?? []
    let last = Array(now.split(separator: UInt8(ascii: "/")).last ?? [UInt8(ascii: "x")])
    switch name {
    case "startswith", "contains", "strings.any_prefix_match":
      return each(operands[1], step).flatMap { [$0 + last, $0] }.map { heap.string($0) }
    case "endswith", "strings.any_suffix_match":
      return each(operands[1], step).flatMap { [now + $0, $0] }.map { heap.string($0) }
    case "glob.match":
      guard let pattern = bytes[0] else { return [] }
      return [last, [UInt8(ascii: "x")], []].map { heap.string(TextWitness.glob(pattern, filler: $0)) }
    case "regex.match": return bytes[0].flatMap { TextWitness.regex($0) }.map { [heap.string($0)] } ?? []
    case "net.cidr_contains":
      return bytes[0].map { [heap.string(Array($0.prefix { $0 != UInt8(ascii: "/") }))] } ?? []
    default: return []
    }
  }

  /// A text, or the texts of a collection.
  private func each(_ term: Term, _ step: Step) -> [[UInt8]] {
    guard let value = known(term, step) else { return [] }
    if value.tag == .string { return [Array(value.text)] }
    guard value.tag == .array || value.tag == .set else { return [] }
    return value.items.prefix(16).filter { $0.tag == .string }.map { Array($0.text) }
  }

  // MARK: Functions turned round

  mutating func invert(_ name: String, _ operands: [Term], _ value: Value, _ step: Step) {
    guard let first = operands.first else { return }
    switch name {
    case "lower", "upper", "trim_space", "trim", "trim_prefix", "trim_suffix", "abs", "round", "ceil", "floor":
      set(first, value, step)
    case "to_number" where value.tag == .integer || value.tag == .number:
      set(first, heap.string(JSONWriter.write(value)), step)
    case "count": resize(first, to: value, step)
    case "plus" where operands.count == 2: shift(operands, value, -1, step)
    case "minus" where operands.count == 2: shift(operands, value, 1, step)
    case "object.get" where operands.count == 3:
      guard let key = known(operands[1], step) else { return }
      let keys = key.tag == .array ? key.items : [key]
      for place in places(of: first, step) { add(InputEdit(place: place + keys, change: .set(value))) }
    default:
      // `x := input.a == 1` and the like: the condition must come out so.
      if value.tag == .boolean { call(name, operands, step, value.bits == Value.true.bits) }
    }
  }

  /// `x + 2` should be 5, or `x - 2` should.
  private mutating func shift(_ operands: [Term], _ value: Value, _ sign: Int, _ step: Step) {
    guard let wanted = whole(value) else { return }
    if let right = known(operands[1], step).flatMap(whole) {
      set(operands[0], heap.integer(wanted + sign * right), step)
    }
    guard let left = known(operands[0], step).flatMap(whole) else { return }
    set(operands[1], heap.integer(sign < 0 ? wanted - left : left - wanted), step)
  }

  private func whole(_ value: Value) -> Int? {
    guard value.isNumber, let whole = Number.whole(value), abs(whole) < 1 << 53 else { return nil }
    return whole
  }

  private mutating func resize(_ term: Term, to count: Value, _ step: Step) {
    guard let count = whole(count), (0...1000).contains(count), let value = known(term, step) else { return }
    switch value.tag {
    case .array:
      let added = (0..<max(0, count - value.count)).map { heap.string("x\($0)") }
      set(term, heap.array(Array(value.items.prefix(count)) + added), step)
    case .string:
      let text = Array(
        String(value).unicodeScalars.prefix(count).reduce(into: "") { $0.unicodeScalars.append($1) }.utf8)
      let missing = max(0, count - String(value).unicodeScalars.count)
      set(term, heap.string(text + [UInt8](repeating: UInt8(ascii: "x"), count: missing)), step)
    default: return
    }
  }
}

extension Value {
  /// How many members two arrays or sets have that are as long as one another, and no longer than is worth the work.
  fileprivate func count(with other: Value) -> Int {
    func isList(_ value: Value) -> Bool { value.tag == .array || value.tag == .set }
    return isList(self) && isList(other) && count == other.count && count <= 16 ? count : 0
  }

  fileprivate func has(_ item: Value) -> Bool { items.contains { Value.equal($0, item) } }
}

extension Comparison {
  var opposite: Comparison {
    switch self {
    case .equal: .notEqual
    case .notEqual: .equal
    case .less: .greaterOrEqual
    case .lessOrEqual: .greater
    case .greater: .lessOrEqual
    case .greaterOrEqual: .less
    }
  }

  /// The same with its sides changed.
  var mirrored: Comparison {
    switch self {
    case .equal, .notEqual: self
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    }
  }
}
