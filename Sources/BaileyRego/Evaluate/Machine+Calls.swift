/// A call that was made before in the same evaluation.
struct CallKey: Hashable {
  let group: Int
  let first: UInt64
  let second: UInt64
}

/// The same with more arguments.
struct LongCallKey: Hashable {
  let group: Int
  let arguments: [UInt64]
}

extension Machine {
  /// Calls a function with arguments in consecutive registers; `.undefined` when it has no result.
  func call(
    _ callee: Context.FunctionKey, _ first: Int, _ count: Int, _ frame: Int, _ location: Location
  ) throws(RegoError) -> Value {
    if !contexts[current].functions.isEmpty, let replacement = contexts[current].functions[callee] {
      return try replaced(replacement, first, count, frame, location)
    }
    switch callee {
    case .group(let group):
      try step()
      guard frame + count < Registers.count else { throw limitExceeded("depth") }
      let key = current == 0 ? callKey(group, first, count) : nil
      if let key, let known = calls[key] { return known }
      if key == nil, current == 0, count > 0 { return try longCall(group, first, count, frame) }
      for index in 0..<count { registers[frame + index] = registers[first + index] }
      let value = try run(group, base: frame)
      if let key, calls.count < Self.maximumCalls { calls[key] = value }
      return value
    case .builtin(let index): return try builtin(index, first, count, location)
    }
  }

  private static let maximumCalls = 1 << 17

  private func longCall(_ group: Int, _ first: Int, _ count: Int, _ frame: Int) throws(RegoError) -> Value {
    let key = LongCallKey(group: group, arguments: (0..<count).map { registers[first + $0].bits })
    if let known = longCalls[key] { return known }
    for index in 0..<count { registers[frame + index] = registers[first + index] }
    let value = try run(group, base: frame)
    if longCalls.count < Self.maximumCalls { longCalls[key] = value }
    return value
  }

  /// The same handles are the same arguments; calls in a context of `with` are not kept.
  private func callKey(_ group: Int, _ first: Int, _ count: Int) -> CallKey? {
    switch count {
    case 1: CallKey(group: group, first: registers[first].bits, second: 0)
    case 2: CallKey(group: group, first: registers[first].bits, second: registers[first + 1].bits)
    default: nil
    }
  }

  private func builtin(_ index: Int, _ first: Int, _ count: Int, _ location: Location) throws(RegoError) -> Value {
    let builtin = program.registry.builtins[index]
    var weight = 0
    for index in 0..<count { weight += Self.weight(registers[first + index]) }
    if weight > 0 { try charge(weight) }
    builtins.steps = steps
    defer { steps = builtins.steps }
    do throws(BuiltinFailure) {
      let printed = builtins.printed.count
      let value = try builtin.function(registers.arguments(first, count), builtins)
      for index in printed..<builtins.printed.count { builtins.printed[index].location = location }
      let made = Self.weight(value)
      if made > 0 { try builtins.spend(made) }
      return value
    } catch {
      steps = builtins.steps
      if error.kind == .halt { try checkLimits() }
      if heap.exhausted { throw limitExceeded("memory") }
      let failure = RegoError(
        error.kind == .type ? .evalType : .evalBuiltin, "\(builtin.name): \(error.message)", location)
      if strict || error.kind == .halt { throw failure }
      if forgivenErrors.count < 10 { forgivenErrors.append(failure) }
      return .undefined
    }
  }

  /// A function in another's place does not see replacements itself.
  private func replaced(
    _ replacement: Context.Replacement, _ first: Int, _ count: Int, _ frame: Int, _ location: Location
  ) throws(RegoError) -> Value {
    switch replacement {
    case .value(let value): return value
    case .function(let callee):
      var context = contexts[current]
      context.functions = [:]
      let saved = current
      contexts.append(context)
      current = contexts.count - 1
      let value = try call(callee, first, count, frame, location)
      contexts.removeSubrange(current...)
      current = saved
      return value
    }
  }
}
