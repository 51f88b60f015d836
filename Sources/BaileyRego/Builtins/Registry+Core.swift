extension Registry {
  /// Everything that needs no other library.
  static let core: [Builtin] = [
    comparisons, arithmetic, bits, aggregates, arrays, sets, objects, types, strings, encodings, json, traces, globs,
    documents, patches, units, versions, graphs, networks, locators, casts, prints, times, identifiers, modules,
  ].flatMap(\.self)

  /// The version of OPA that the engine agrees with.
  package static let opaVersion = "1.20.2"

  private static let comparisons: [Builtin] = [
    Builtin("equal", 2) { (a, _) in Value(Value.equal(a[0], a[1])) },
    Builtin("neq", 2) { (a, _) in Value(!Value.equal(a[0], a[1])) },
    Builtin("lt", 2) { (a, _) in Value(Value.compare(a[0], a[1]) < 0) },
    Builtin("lte", 2) { (a, _) in Value(Value.compare(a[0], a[1]) <= 0) },
    Builtin("gt", 2) { (a, _) in Value(Value.compare(a[0], a[1]) > 0) },
    Builtin("gte", 2) { (a, _) in Value(Value.compare(a[0], a[1]) >= 0) },
    Builtin("internal.member_2", 2) { (a, _) in Value(a[1].isCollection && a[1].hasMember(a[0])) },
    Builtin("internal.member_3", 3) { (a, _) in
      let value = a[2].tag == .set ? Value.undefined : a[2].child(a[0])
      return Value(!value.isUndefined && Value.equal(value, a[1]))
    },
  ]

  private static let traces: [Builtin] = [
    // At most a version: a decision must not see the environment.
    Builtin("opa.runtime", 0) { (_, context) in
      guard let version = context.version else { return .emptyObject }
      return context.heap.object([(context.heap.string("version"), context.heap.string(version))])
    },
    Builtin("walk", 1) { (a, context) in Walk.list(a[0], context.heap) },
  ]
}

extension Value {
  /// Whether one of the values of a collection is this one.
  func hasMember(_ member: Value) -> Bool {
    switch tag {
    case .set: return index(of: member) != nil
    case .object: return (0..<count).contains { Value.equal(value($0), member) }
    default: return (0..<count).contains { Value.equal(item($0), member) }
    }
  }
}

/// All paths and values in a document, the document itself first.
enum Walk {
  static func list(_ value: Value, _ heap: Heap) -> Value {
    var found: [Value] = []
    visit(value, [], heap, &found)
    return heap.array(found)
  }

  private static func visit(_ value: Value, _ path: [Value], _ heap: Heap, _ found: inout [Value]) {
    found.append(heap.array([heap.array(path), value]))
    guard value.isCollection, !heap.exhausted else { return }
    for index in 0..<value.count {
      let key = value.tag == .array ? Value(integer: index) : value.item(index)
      visit(value.tag == .object ? value.value(index) : value.item(index), path + [key], heap, &found)
    }
  }
}
