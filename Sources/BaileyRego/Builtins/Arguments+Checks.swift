extension Arguments {
  /// The operand at a place, counted from 0, if it has the type.
  package func string(_ index: Int) throws(BuiltinFailure) -> Text {
    guard self[index].tag == .string else { throw mismatch(index, "string") }
    return self[index].text
  }

  package func number(_ index: Int) throws(BuiltinFailure) -> Value {
    guard self[index].isNumber else { throw mismatch(index, "number") }
    return self[index]
  }

  package func integer(_ index: Int) throws(BuiltinFailure) -> Int {
    guard let value = try number(index).wholeNumber else {
      throw BuiltinFailure("operand \(index + 1) must be integer number but got floating-point number", kind: .type)
    }
    return value
  }

  package func array(_ index: Int) throws(BuiltinFailure) -> Value {
    guard self[index].tag == .array else { throw mismatch(index, "array") }
    return self[index]
  }

  package func object(_ index: Int) throws(BuiltinFailure) -> Value {
    guard self[index].tag == .object else { throw mismatch(index, "object") }
    return self[index]
  }

  package func set(_ index: Int) throws(BuiltinFailure) -> Value {
    guard self[index].tag == .set else { throw mismatch(index, "set") }
    return self[index]
  }

  package func boolean(_ index: Int) throws(BuiltinFailure) -> Bool {
    guard self[index].tag == .boolean else { throw mismatch(index, "boolean") }
    return self[index].bits == Value.true.bits
  }

  package func arrayOrSet(_ index: Int) throws(BuiltinFailure) -> Value {
    guard self[index].tag == .array || self[index].tag == .set else { throw mismatch(index, "one of {array, set}") }
    return self[index]
  }

  package func mismatch(_ index: Int, _ wanted: String) -> BuiltinFailure {
    BuiltinFailure("operand \(index + 1) must be \(wanted) but got \(self[index].typeName)", kind: .type)
  }

  /// The strings of an array or set.
  package func strings(_ index: Int) throws(BuiltinFailure) -> [Value] {
    var strings: [Value] = []
    let list = try arrayOrSet(index)
    for item in list.items {
      guard item.tag == .string else { throw elementMismatch(index, list, "string", item) }
      strings.append(item)
    }
    return strings
  }

  package func elementMismatch(_ index: Int, _ list: Value, _ wanted: String, _ item: Value) -> BuiltinFailure {
    BuiltinFailure(
      "operand \(index + 1) must be \(list.typeName) of \(wanted)s but got \(list.typeName) containing \(item.typeName)",
      kind: .type)
  }
}

extension Value {
  package var typeName: String {
    switch tag {
    case .undefined: "undefined"
    case .null: "null"
    case .boolean: "boolean"
    case .integer, .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    case .set: "set"
    }
  }
}
