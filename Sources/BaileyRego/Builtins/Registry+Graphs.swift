extension Registry {
  static let graphs: [Builtin] = [
    Builtin("graph.reachable", 2) { (a, c) throws(BuiltinFailure) in
      let graph = try a.object(0)
      var queue = try a.arrayOrSet(1).items
      var reached: [Value] = []
      var seen = ValueSet()
      while let node = queue.popLast() {
        let edges = graph.child(node)
        guard !edges.isUndefined, seen.insert(node) else { continue }
        reached.append(node)
        if edges.tag == .array || edges.tag == .set { queue += edges.items }
      }
      return c.heap.set(reached)
    },
    Builtin("graph.reachable_paths", 2) { (a, c) throws(BuiltinFailure) in
      let graph = try a.object(0)
      var paths: [Value] = []
      for node in try a.arrayOrSet(1).items {
        try Self.extend([node], graph, c.heap, &paths)
      }
      return c.heap.set(paths)
    },
  ]

  /// A path ends where nothing new follows; nodes that the graph does not know end it before them.
  private static func extend(
    _ path: [Value], _ graph: Value, _ heap: Heap, _ paths: inout [Value]
  ) throws(BuiltinFailure) {
    guard paths.count < 1_000_000, path.count < 1000, !heap.exhausted else {
      throw BuiltinFailure("too many paths", kind: .halt)
    }
    guard let last = path.last, !graph.child(last).isUndefined else {
      if path.count > 1 { paths.append(heap.array(Array(path.dropLast()))) }
      return
    }
    let edges = graph.child(last)
    let next = edges.tag == .array || edges.tag == .set ? edges.items : []
    if next.isEmpty { paths.append(heap.array(path)) }
    for node in next {
      if path.contains(where: { Value.equal($0, node) }) {
        paths.append(heap.array(path))
      } else {
        try extend(path + [node], graph, heap, &paths)
      }
    }
  }
}

/// Values seen so far; strings and small values by their handles.
struct ValueSet {
  private var handles: Set<Value.Key> = []
  private var others: [Value] = []

  /// Whether the value is new.
  mutating func insert(_ value: Value) -> Bool {
    if value.tag == .string || value.tag == .boolean || value.tag == .null { return handles.insert(value.key).inserted }
    if others.contains(where: { Value.equal($0, value) }) { return false }
    others.append(value)
    return true
  }
}
