extension Registry {
  static let aggregates: [Builtin] = [
    Builtin("count", 1) { (a, _) throws(BuiltinFailure) in
      switch a[0].tag {
      case .string: return Value(integer: Unicode.count(a[0].text))
      case .array, .object, .set: return Value(integer: a[0].count)
      default: throw a.mismatch(0, "one of {array, object, set, string}")
      }
    },
    Builtin("sum", 1) { (a, context) throws(BuiltinFailure) in
      try fold(a, context, 0, { $0 + $1 }, { $0 + $1 }) { $0.addingReportingOverflow($1) }
    },
    Builtin("product", 1) { (a, context) throws(BuiltinFailure) in
      try fold(a, context, 1, { $0 * $1 }, { $0 * $1 }) { $0.multipliedReportingOverflow(by: $1) }
    },
    Builtin("max", 1) { (a, _) throws(BuiltinFailure) in
      try a.arrayOrSet(0).items.max { Value.compare($0, $1) < 0 } ?? .undefined
    },
    Builtin("min", 1) { (a, _) throws(BuiltinFailure) in
      try a.arrayOrSet(0).items.min { Value.compare($0, $1) < 0 } ?? .undefined
    },
    Builtin("sort", 1) { (a, context) throws(BuiltinFailure) in
      context.heap.array(try a.arrayOrSet(0).items.sorted { Value.compare($0, $1) < 0 })
    },
    Builtin("any", 1) { (a, _) throws(BuiltinFailure) in
      Value(try a.arrayOrSet(0).items.contains { $0.bits == Value.true.bits })
    },
    Builtin("all", 1) { (a, _) throws(BuiltinFailure) in
      Value(try a.arrayOrSet(0).items.allSatisfy { $0.bits == Value.true.bits })
    },
  ]

  private static func fold(
    _ a: Arguments, _ context: BuiltinContext, _ start: Int, _ combine: (BigFloat, BigFloat) -> BigFloat,
    _ large: (BigInteger, BigInteger) -> BigInteger, _ small: (Int, Int) -> (partialValue: Int, overflow: Bool)
  ) throws(BuiltinFailure) -> Value {
    let list = try a.arrayOrSet(0)
    for item in list.items where !item.isNumber { throw a.elementMismatch(0, list, "number", item) }
    var whole: Int? = start
    for item in list.items {
      guard let value = whole, item.tag == .integer else {
        whole = nil
        break
      }
      let (next, overflow) = small(value, item.integer)
      whole = overflow ? nil : next
    }
    if let whole { return context.heap.integer(whole) }
    let integers = list.items.compactMap { BigInteger($0) }
    if integers.count == list.count { return Number.make(integers.reduce(BigInteger(start), large).text, context.heap) }
    return Number.make(list.items.reduce(BigFloat(start)) { combine($0, Number.float($1)) }, context.heap)
  }

  static let arrays: [Builtin] = [
    Builtin("array.concat", 2) { (a, c) throws(BuiltinFailure) in c.heap.array(try a.array(0).items + a.array(1).items)
    },
    Builtin("array.slice", 3) { (a, c) throws(BuiltinFailure) in
      let items = try a.array(0).items
      let start = max(0, try a.integer(1))
      let stop = min(items.count, try a.integer(2))
      return start < stop ? c.heap.array(Array(items[start..<stop])) : .emptyArray
    },
    Builtin("array.reverse", 1) { (a, c) throws(BuiltinFailure) in c.heap.array(try a.array(0).items.reversed()) },
    Builtin("array.flatten", 1) { (a, c) throws(BuiltinFailure) in
      c.heap.array(try a.array(0).items.flatMap { $0.tag == .array ? $0.items : [$0] })
    },
  ]

  static let sets: [Builtin] = [
    Builtin("and", 2) { (a, c) throws(BuiltinFailure) in
      let (left, right) = (try a.set(0), try a.set(1))
      return c.heap.set(sorted: left.items.filter { right.index(of: $0) != nil })
    },
    Builtin("or", 2) { (a, c) throws(BuiltinFailure) in c.heap.set(try a.set(0).items + a.set(1).items) },
    Builtin("union", 1) { (a, c) throws(BuiltinFailure) in c.heap.set(try members(a).flatMap(\.items)) },
    Builtin("intersection", 1) { (a, c) throws(BuiltinFailure) in
      let sets = try members(a)
      guard let first = sets.first else { return .emptySet }
      return c.heap.set(sorted: first.items.filter { item in sets.allSatisfy { $0.index(of: item) != nil } })
    },
    Builtin("set_diff", 2) { (a, c) throws(BuiltinFailure) in
      let (left, right) = (try a.set(0), try a.set(1))
      return c.heap.set(sorted: left.items.filter { right.index(of: $0) == nil })
    },
  ]

  private static func members(_ a: Arguments) throws(BuiltinFailure) -> [Value] {
    let set = try a.set(0)
    for item in set.items where item.tag != .set { throw a.elementMismatch(0, set, "set", item) }
    return set.items
  }

  static let types: [Builtin] = [
    Builtin("type_name", 1) { (a, c) in c.heap.string(a[0].typeName) },
    Builtin("is_null", 1) { (a, _) in Value(a[0].tag == .null) },
    Builtin("is_boolean", 1) { (a, _) in Value(a[0].tag == .boolean) },
    Builtin("is_number", 1) { (a, _) in Value(a[0].isNumber) },
    Builtin("is_string", 1) { (a, _) in Value(a[0].tag == .string) },
    Builtin("is_array", 1) { (a, _) in Value(a[0].tag == .array) },
    Builtin("is_object", 1) { (a, _) in Value(a[0].tag == .object) },
    Builtin("is_set", 1) { (a, _) in Value(a[0].tag == .set) },
    Builtin("to_number", 1) { (a, c) throws(BuiltinFailure) in
      switch a[0].tag {
      case .null: return Value(integer: 0)
      case .boolean: return Value(integer: a[0].bits == Value.true.bits ? 1 : 0)
      case .integer, .number: return a[0]
      case .string:
        if Number.isSpecial(a[0].text) { throw a.mismatch(0, "valid number string") }
        guard let value = Number.parse(a[0].text, c.heap) else {
          throw BuiltinFailure("strconv.ParseFloat: parsing \(quoted(a[0].text)): invalid syntax")
        }
        return value
      default: throw a.mismatch(0, "one of {boolean, null, number, string}")
      }
    },
  ]

  static func quoted(_ text: some Collection<UInt8>) -> String {
    var out: [UInt8] = []
    GoQuote.quote(text, into: &out)
    return String(decoding: out, as: UTF8.self)
  }
}

extension Number {
  /// Names of what is no number in JSON but one to Go.
  static func isSpecial(_ text: Text) -> Bool {
    let name = String(decoding: text, as: UTF8.self).lowercased()
    return ["nan", "inf", "infinity"].contains(name.first == "-" || name.first == "+" ? String(name.dropFirst()) : name)
  }

  /// A number in JSON's form, and no other.
  static func parse(_ text: some Collection<UInt8>, _ heap: Heap) -> Value? {
    guard text.count <= maximumLength else { return nil }
    var rest = Array(text)[...]
    if rest.first == 0x2D { rest.removeFirst() }
    func digits() -> Int {
      let count = rest.prefix { (0x30...0x39).contains($0) }.count
      rest.removeFirst(count)
      return count
    }
    guard digits() > 0 else { return nil }
    if rest.first == 0x2E {
      rest.removeFirst()
      guard digits() > 0 else { return nil }
    }
    if rest.first == 0x65 || rest.first == 0x45 {
      rest.removeFirst()
      if rest.first == 0x2B || rest.first == 0x2D { rest.removeFirst() }
      guard digits() > 0 else { return nil }
    }
    return rest.isEmpty ? make(text, heap) : nil
  }
}
