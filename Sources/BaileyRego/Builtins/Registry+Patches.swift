extension Registry {
  static let patches: [Builtin] = [
    Builtin("json.patch", 2) { (a, c) throws(BuiltinFailure) in
      guard a[0].isCollection || a[0].tag != .undefined else { throw a.mismatch(0, "any") }
      var document = a[0]
      for operation in try a.array(1).items {
        guard operation.tag == .object else { throw a.elementMismatch(1, a[1], "object", operation) }
        try c.spend(1)
        document = try JSONPatch(operation, c).apply(to: document)
      }
      return document
    }
  ]
}

/// One operation of RFC 6902, over sets too.
struct JSONPatch {
  private let operation: Value
  private let context: BuiltinContext
  private var heap: Heap { context.heap }

  init(_ operation: Value, _ context: BuiltinContext) {
    self.operation = operation
    self.context = context
  }

  private func field(_ name: String) throws(BuiltinFailure) -> Value {
    let value = operation.child(heap.string(name))
    if value.isUndefined { throw BuiltinFailure("missing '\(name)' attribute in patch", kind: .type) }
    return value
  }

  private func path(_ name: String) throws(BuiltinFailure) -> [Value] {
    guard let keys = PathTree.keys(try field(name), heap) else {
      throw BuiltinFailure("attribute '\(name)' must be a string or an array", kind: .type)
    }
    return keys
  }

  func apply(to document: Value) throws(BuiltinFailure) -> Value {
    let op = String(try field("op"))
    let path = try path("path")
    switch op {
    case "add": return try edit(document, path[...], .add(try field("value")))
    case "remove": return try edit(document, path[...], .remove)
    case "replace": return try edit(document, path[...], .replace(try field("value")))
    case "move":
      let from = try self.path("from")
      let value = try get(document, from)
      return try edit(try edit(document, from[...], .remove), path[...], .add(value))
    case "copy": return try edit(document, path[...], .add(try get(document, try self.path("from"))))
    case "test":
      guard Value.equal(try get(document, path), try field("value")) else {
        throw BuiltinFailure("value from EditTree != patch value.")
      }
      return document
    default: throw BuiltinFailure("unrecognized op '\(op)'", kind: .type)
    }
  }

  private func shown(_ value: Value) -> String { String(decoding: RegoWriter.write(value), as: UTF8.self) }

  private enum Edit {
    case add(Value)
    case remove
    case replace(Value)
  }

  private func get(_ document: Value, _ path: [Value]) throws(BuiltinFailure) -> Value {
    var at = document
    for key in path {
      let next = at.tag == .array ? at.child(try index(key, below: at.count)) : at.child(key)
      if next.isUndefined { throw missing(key) }
      at = next
    }
    return at
  }

  private func missing(_ key: Value) -> BuiltinFailure { BuiltinFailure("path \(shown(key)) does not exist") }

  /// The index that a key of a path means, without sign or leading zero.
  private func index(_ key: Value, below limit: Int) throws(BuiltinFailure) -> Value {
    var at = key.wholeNumber
    if key.tag == .string {
      let text = key.text
      if text.count > 0, text.allSatisfy({ (0x30...0x39).contains($0) }), text.count == 1 || text[0] != 0x30 {
        at = Int(String(key))
      }
    }
    guard let at, at >= 0, at < limit else { throw missing(key) }
    return Value(integer: at)
  }

  private func edit(_ value: Value, _ path: ArraySlice<Value>, _ edit: Edit) throws(BuiltinFailure) -> Value {
    guard let key = path.first else {
      switch edit {
      case .add(let new), .replace(let new): return new
      case .remove: return .undefined
      }
    }
    // Each level is copied.
    if value.isCollection { try context.spend(value.count >> 3) }
    switch value.tag {
    case .object: return try object(value, key, path.dropFirst(), edit)
    case .array: return try array(value, key, path.dropFirst(), edit)
    case .set: return try set(value, key, path.dropFirst(), edit)
    default: throw missing(key)
    }
  }

  private func object(
    _ value: Value, _ key: Value, _ rest: ArraySlice<Value>, _ edit: Edit
  ) throws(BuiltinFailure) -> Value {
    let own = value.child(key)
    if own.isUndefined {
      guard rest.isEmpty, case .add(let new) = edit else { throw missing(key) }
      return heap.object(value.pairs + [(key, new)])
    }
    let new = try self.edit(own, rest, edit)
    if new.isUndefined { return heap.object(value.pairs.filter { !Value.equal($0.key, key) }) }
    return heap.object(value.pairs + [(key, new)])
  }

  private func array(
    _ value: Value, _ key: Value, _ rest: ArraySlice<Value>, _ edit: Edit
  ) throws(BuiltinFailure) -> Value {
    var items = value.items
    if rest.isEmpty, case .add(let new) = edit {
      let isEnd = key.tag == .string && key.text.elementsEqual("-".utf8)
      items.insert(new, at: isEnd ? items.count : try index(key, below: items.count + 1).integer)
      return heap.array(items)
    }
    let at = try index(key, below: items.count).integer
    let new = try self.edit(items[at], rest, edit)
    if new.isUndefined { items.remove(at: at) } else { items[at] = new }
    return heap.array(items)
  }

  /// The key of a member is the member itself.
  private func set(
    _ value: Value, _ key: Value, _ rest: ArraySlice<Value>, _ edit: Edit
  ) throws(BuiltinFailure) -> Value {
    if rest.isEmpty, case .add(let new) = edit {
      guard Value.equal(key, new) else { throw BuiltinFailure("set key and value are not equal") }
      return heap.set(value.items + [new])
    }
    guard value.index(of: key) != nil else { throw missing(key) }
    let others = value.items.filter { !Value.equal($0, key) }
    let new = try self.edit(key, rest, edit)
    return heap.set(new.isUndefined ? others : others + [new])
  }
}
