extension Registry {
  static let objects: [Builtin] = [
    Builtin("object.get", 3) { (a, _) throws(BuiltinFailure) in
      let object = try a.object(0)
      guard a[1].tag == .array else {
        let value = object.child(a[1])
        return value.isUndefined ? a[2] : value
      }
      var at = object
      for key in a[1].items {
        at = at.child(key)
        if at.isUndefined { return a[2] }
      }
      return at
    },
    Builtin("object.keys", 1) { (a, c) throws(BuiltinFailure) in
      let object = try a.object(0)
      return c.heap.set(sorted: object.items)
    },
    Builtin("object.remove", 2) { (a, c) throws(BuiltinFailure) in
      let object = try a.object(0)
      let keys = try keys(a, 1)
      return c.heap.object(object.pairs.filter { pair in !keys.contains { Value.equal($0, pair.key) } })
    },
    Builtin("object.filter", 2) { (a, c) throws(BuiltinFailure) in
      let object = try a.object(0)
      let keys = try keys(a, 1)
      return c.heap.object(object.pairs.filter { pair in keys.contains { Value.equal($0, pair.key) } })
    },
    Builtin("object.union", 2) { (a, c) throws(BuiltinFailure) in
      try a.object(0).merged(with: a.object(1), c.heap)
    },
    Builtin("object.union_n", 1) { (a, c) throws(BuiltinFailure) in
      let list = try a.array(0)
      for item in list.items where item.tag != .object { throw a.elementMismatch(0, list, "object", item) }
      var union = Value.emptyObject
      for item in list.items {
        try c.spend(1 + (union.count + item.count) >> 3)
        union = union.merged(with: item, c.heap)
      }
      return union
    },
    Builtin("object.subset", 2) { (a, context) throws(BuiltinFailure) in
      switch (a[0].tag, a[1].tag) {
      case (.object, .object), (.set, .set), (.array, .array), (.array, .set):
        return Value(try a[0].covers(a[1], context))
      default:
        throw BuiltinFailure("both arguments object.subset must be of the same type or array and set", kind: .type)
      }
    },
  ]

  static func keys(_ a: Arguments, _ index: Int) throws(BuiltinFailure) -> [Value] {
    guard a[index].isCollection else { throw a.mismatch(index, "one of {object, set, array}") }
    return a[index].items
  }
}

extension Value {
  /// Objects joined at every depth; the other's values hold.
  func merged(with other: Value, _ heap: Heap) -> Value {
    guard tag == .object, other.tag == .object else { return other }
    var pairs = pairs
    for pair in other.pairs {
      let own = child(pair.key)
      pairs.append((pair.key, own.isUndefined ? pair.value : own.merged(with: pair.value, heap)))
    }
    return heap.object(pairs)
  }

  /// Whether all of the other is in this: objects by key and deep, sets by member, arrays as a run.
  func covers(_ other: Value, _ context: BuiltinContext) throws(BuiltinFailure) -> Bool {
    try context.spend(1)
    switch (tag, other.tag) {
    case (.object, .object):
      for pair in other.pairs {
        let own = child(pair.key)
        if own.isUndefined { return false }
        guard try own.covers(pair.value, context) else { return false }
      }
      return true
    case (.set, .set): return other.items.allSatisfy { index(of: $0) != nil }
    case (.array, .set):
      try context.spend((count + 1) * (other.count + 1) >> 3)
      return other.items.allSatisfy { hasMember($0) }
    case (.array, .array):
      guard count >= other.count else { return false }
      try context.spend((count - other.count + 1) * (other.count + 1) >> 3)
      return (0...(count - other.count)).contains { start in
        (0..<other.count).allSatisfy { Value.equal(item(start + $0), other.item($0)) }
      }
    default: return Value.equal(self, other)
    }
  }
}
