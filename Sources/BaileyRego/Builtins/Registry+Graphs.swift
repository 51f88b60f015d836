extension Registry {
  static let graphs: [Builtin] = [
    Builtin("graph.reachable", 2) { (a, c) throws(BuiltinFailure) in
      let graph = try a.object(0)
      var queue = try a.arrayOrSet(1).items
      var reached: [Value] = []
      var seen = ValueSet()
      while let node = queue.popLast() {
        let edges = graph.child(node)
        try c.spend(1 + seen.weight)
        guard !edges.isUndefined, seen.insert(node) else { continue }
        reached.append(node)
        if edges.tag == .array || edges.tag == .set { queue += edges.items }
      }
      return c.heap.set(reached)
    },
    Builtin("graph.reachable_paths", 2) { (a, c) throws(BuiltinFailure) in
      let graph = try a.object(0)
      var paths: [Value] = []
      for node in try a.arrayOrSet(1).items where !graph.child(node).isUndefined {
        let next = neighbours(graph.child(node))
        if next.isEmpty { paths.append(c.heap.array([node])) }
        for neighbour in next {
          var reached = ValueSet()
          _ = reached.insert(node)
          try extend([node], neighbour, graph, c, &reached, &paths)
        }
      }
      return c.heap.set(paths)
    },
  ]

  private static func neighbours(_ edges: Value) -> [Value] {
    edges.tag == .array || edges.tag == .set ? edges.items : []
  }

  /// A path ends before a node that the graph does not know, and where all was reached already.
  private static func extend(
    _ path: [Value], _ node: Value, _ graph: Value, _ context: BuiltinContext, _ reached: inout ValueSet,
    _ paths: inout [Value]
  ) throws(BuiltinFailure) {
    let heap = context.heap
    try context.spend(1 + path.count >> 3 + reached.weight)
    guard paths.count < 1_000_000, path.count < 1000, !heap.exhausted else {
      throw BuiltinFailure("too many paths", kind: .halt)
    }
    let edges = graph.child(node)
    guard !edges.isUndefined else {
      paths.append(heap.array(path))
      return
    }
    let (longer, next) = (path + [node], neighbours(edges))
    if next.isEmpty { paths.append(heap.array(longer)) }
    for neighbour in next {
      if reached.contains(neighbour) {
        paths.append(heap.array(longer))
      } else {
        _ = reached.insert(node)
        try extend(longer, neighbour, graph, context, &reached, &paths)
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

  /// What a look-up costs.
  var weight: Int { others.count >> 3 }

  func contains(_ value: Value) -> Bool {
    handles.contains(value.key) || others.contains { Value.equal($0, value) }
  }
}
