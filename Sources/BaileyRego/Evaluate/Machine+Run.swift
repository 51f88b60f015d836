extension Machine {
  /// Runs a procedure whose parameters stand in the first registers from `base` on.
  func run(_ index: Int, base: Int) throws(RegoError) -> Value {
    let procedure = program.procedures[index]
    let code = procedure.code
    guard base + Int(procedure.registers) * 2 < Registers.count, depth < limits.depth else {
      throw limitExceeded("depth")
    }
    depth += 1
    defer { depth -= 1 }
    let (registers, constants) = (registers, program.constants)
    @inline(__always) func get(_ operand: Operand) -> Value {
      operand >= 0 ? registers[base + Int(operand)] : constants[Int(~operand)]
    }
    @inline(__always) func set(_ register: Int32, _ value: Value) { registers[base + Int(register)] = value }
    var at = 0
    while true {
      let instruction = code[at]
      at += 1
      switch instruction {
      case .move(let to, let value): set(to, get(value))
      case .jump(let target): at = Int(target)
      case .select(let path, let table, let otherwise):
        let value = follow(contexts[current].input, program.paths[Int(path)])
        at = Int(program.switches[Int(table)][value.key] ?? otherwise)
      case .jumpIfDefined(let register, let target): if !get(register).isUndefined { at = Int(target) }
      case .check(let value, let fail):
        let bits = get(value).bits
        if bits == Value.undefined.bits || bits == Value.false.bits { at = Int(fail) }
      case .equal(let left, let right, let fail):
        let (left, right) = (get(left), get(right))
        if left.bits == right.bits { continue }
        let weight = Self.weight(left)
        if weight > 0 { try charge(weight) }
        if !Value.equal(left, right) { at = Int(fail) }
      case .compare(let how, let left, let right, let fail):
        let (left, right) = (get(left), get(right))
        let weight = Self.weight(left)
        if weight > 0 { try charge(weight) }
        if !how.holds(left, right) { at = Int(fail) }
      case .compareValue(let how, let to, let left, let right):
        let (left, right) = (get(left), get(right))
        let weight = Self.weight(left)
        if weight > 0 { try charge(weight) }
        set(to, Value(how.holds(left, right)))
      case .input(let to, let fail):
        let input = contexts[current].input
        if input.isUndefined { at = Int(fail) } else { set(to, input) }
      case .inputPath(let to, let path, let fail):
        let value = follow(contexts[current].input, program.paths[Int(path)])
        if value.isUndefined { at = Int(fail) } else { set(to, value) }
      case .base(let to, let path, let fail):
        let value = stored(program.paths[Int(path)])
        if value.isUndefined { at = Int(fail) } else { set(to, value) }
      case .rule(let to, let group, let fail):
        let value = try document(Int(group), base: base + Int(procedure.registers))
        if value.isUndefined { at = Int(fail) } else { set(to, value) }
      case .extent(let to, let node, let fail):
        let value = try extent(Int(node), base: base + Int(procedure.registers))
        if value.isUndefined { at = Int(fail) } else { set(to, value) }
      case .dynamic(let to, let node, let first, let count, let fail):
        let value = try place(
          Int(node), slice(base, first, count)[...], base: base + Int(procedure.registers))
        if value.isUndefined { at = Int(fail) } else { set(to, value) }
      case .keys(let to, let node, let first, let count, let fail):
        let value = try keys(Int(node), slice(base, first, count)[...], base: base + Int(procedure.registers))
        if value.isUndefined { at = Int(fail) } else { set(to, value) }
      case .child(let to, let from, let key, let fail):
        let value = get(from).child(get(key))
        if value.isUndefined { at = Int(fail) } else { set(to, value) }
      case .isArray(let value, let count, let fail):
        let value = get(value)
        if value.tag != .array || value.count != Int(count) { at = Int(fail) }
      case .isObject(let value, let count, let fail):
        let value = get(value)
        if value.tag != .object || value.count != Int(count) { at = Int(fail) }
      case .element(let to, let from, let index): set(to, get(from).item(Int(index)))
      case .scan(let state, let value, let fail), .scanDomain(let state, let value, let fail):
        let collection = get(value)
        if collection.isCollection {
          set(state, collection)
          set(state + 1, Value(integer: 0))
        } else {
          at = Int(fail)
        }
      case .next(let state, let key, let value, let done):
        try step()
        let (collection, position) = (get(state), get(state + 1).integer)
        if position >= collection.count {
          at = Int(done)
        } else {
          set(state + 1, Value(integer: position + 1))
          let item = collection.item(position)
          set(key, collection.tag == .array ? Value(integer: position) : item)
          set(value, collection.tag == .object ? collection.value(position) : item)
        }
      case .array(let to, let first, let count):
        set(to, heap.array(slice(base, first, count)))
        try checkMemory()
      case .set(let to, let first, let count):
        set(to, heap.set(slice(base, first, count)))
        try checkMemory()
      case .object(let to, let first, let pairs):
        set(to, try object(slice(base, first, pairs * 2), procedure.locations[at - 1]))
        try checkMemory()
      case .build: pushBuilder()
      case .append(let value): builders[builderCount - 1].append(get(value))
      case .finish(let kind, let to):
        set(to, try finishBuilder(kind, procedure.locations[at - 1]))
        try checkMemory()
      case .template(let to, let first, let count): set(to, template(slice(base, first, count)))
      case .call(let to, let group, let first, let fail):
        let arity = program.tree.groups[Int(group)].arity
        let frame = base + Int(procedure.registers)
        let value = try call(
          .group(Int(group)), base + Int(first), arity, frame, procedure.locations[at - 1])
        if value.isUndefined { at = Int(fail) } else { set(to, value) }
      case .builtin(let to, let index, let first, let count, let fail):
        let frame = base + Int(procedure.registers)
        let value = try call(
          .builtin(Int(index)), base + Int(first), Int(count), frame, procedure.locations[at - 1])
        try checkMemory()
        if value.isUndefined { at = Int(fail) } else { set(to, value) }
      case .saveContext(let to): set(to, Value(integer: current))
      case .enterContext(let to, let info, let first):
        set(to, Value(integer: try enter(program.overlays[Int(info)], base + Int(first))))
      case .useContext(let register): current = get(register).integer
      case .dropContext(let own, let saved):
        contexts.removeSubrange(min(get(own).integer, contexts.count)...)
        current = get(saved).integer
      case .result(let to, let value):
        let value = get(value)
        let known = get(to)
        if known.isUndefined {
          set(to, value)
        } else if !Value.equal(known, value) {
          throw conflict(index, known, value, procedure.locations[at - 1])
        }
      case .fold(let to, let value):
        let value = get(value)
        if value.isUndefined { continue }
        let known = get(to)
        if known.isUndefined {
          set(to, value)
        } else if !Value.equal(known, value) {
          throw conflict(index, known, value, procedure.locations[at - 1])
        }
      case .return(let value): return get(value)
      case .probe(let probe): observer?.reach(program.explained.probes[Int(probe)], self, base: base)
      case .note(let point): trace?.reach(Int(point), procedure: index, registers, base)
      }
    }
  }

  func follow(_ value: Value, _ path: [Value]) -> Value {
    var at = value
    for key in path {
      at = at.child(key)
      if at.isUndefined { return at }
    }
    return at
  }

  /// Base data by path; a number names the key of its text there.
  func stored(_ path: [Value]) -> Value {
    var at = contexts[current].data
    for key in path {
      let next = at.child(key)
      at = next.isUndefined && at.tag == .object && key.isNumber ? at.child(heap.string(Number.text(key))) : next
      if at.isUndefined { return at }
    }
    return at
  }

  private func slice(_ base: Int, _ first: Int32, _ count: Int32) -> [Value] {
    (0..<Int(count)).map { registers[base + Int(first) + $0] }
  }
}

extension Comparison {
  @inline(__always) func holds(_ left: Value, _ right: Value) -> Bool {
    switch self {
    case .equal: Value.equal(left, right)
    case .notEqual: !Value.equal(left, right)
    case .less: Value.compare(left, right) < 0
    case .lessOrEqual: Value.compare(left, right) <= 0
    case .greater: Value.compare(left, right) > 0
    case .greaterOrEqual: Value.compare(left, right) >= 0
    }
  }
}
