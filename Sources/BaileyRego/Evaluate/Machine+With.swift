extension Machine {
  /// Makes the context that `with` asks for the current one; returns its number.
  func enter(_ overlay: Overlay, _ first: Int) throws(RegoError) -> Int {
    let outer = contexts[current]
    var context = Context(input: outer.input, data: outer.data, results: outer.memo.count)
    context.masks = outer.masks
    context.functions = outer.functions
    var at = first
    for (target, replacement) in overlay.targets {
      switch target {
      case .input(let count):
        context.input = patch(context.input, keys(at, count)[...], registers[at + count])
        at += count + 1
      case .data(let count):
        let path = keys(at, count)
        context.data = patch(context.data, path[...], registers[at + count])
        context.masks.append(path)
        at += count + 1
      case .function(let callee):
        if let key = functionKey(callee) {
          context.functions[key] = self.replacement(replacement, registers[at])
        }
        at += 1
      }
    }
    contexts.append(context)
    current = contexts.count - 1
    return current
  }

  private func keys(_ first: Int, _ count: Int) -> [Value] { (0..<count).map { registers[first + $0] } }

  private func replacement(_ replacement: Overlay.Replacement, _ value: Value) -> Context.Replacement {
    if case .function(let callee) = replacement, let key = functionKey(callee) { return .function(key) }
    return .value(value)
  }

  private func functionKey(_ callee: Callee) -> Context.FunctionKey? {
    switch callee {
    case .builtin(let index): return .builtin(index)
    case .function(let path):
      var node = 0
      for key in path {
        guard let next = program.tree.child(node, key) else { return nil }
        node = next
      }
      return program.tree.nodes[node].group.map { .group($0) }
    case .path: return nil
    }
  }

  /// The value with one place replaced; what is in the way gives way.
  func patch(_ value: Value, _ path: ArraySlice<Value>, _ new: Value) -> Value {
    guard let key = path.first else { return new }
    let inner = patch(value.child(key), path.dropFirst(), new)
    return heap.object((value.tag == .object ? value.pairs : []) + [(key, inner)])
  }
}
