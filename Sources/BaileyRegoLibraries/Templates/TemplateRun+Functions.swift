internal import BaileyRego

extension TemplateRun {
  func call(_ name: String, _ arguments: [Value]) throws(BuiltinFailure) -> Value {
    switch name {
    case "not": return Value(!isTrue(arguments[0]))
    case "and": return arguments.first { !isTrue($0) } ?? arguments[arguments.count - 1]
    case "or": return arguments.first(where: isTrue) ?? arguments[arguments.count - 1]
    case "print": return heap.string(try printed(arguments))
    case "eq", "ne":
      guard arguments.dropFirst().allSatisfy({ $0.tag == arguments[0].tag && !$0.isCollection }) else {
        throw failure("error calling \(name): incompatible types for comparison")
      }
      let isEqual = arguments.dropFirst().contains { Value.equal($0, arguments[0]) }
      return Value(isEqual == (name == "eq"))
    case "index":
      return try item(arguments)
    default:
      guard arguments[0].isCollection || arguments[0].tag == .string else {
        throw failure("error calling len: invalid type")
      }
      return heap.integer(arguments[0].tag == .string ? arguments[0].text.count : arguments[0].count)
    }
  }

  /// With blanks only between what is no text.
  private func printed(_ arguments: [Value]) throws(BuiltinFailure) -> [UInt8] {
    var (out, wasText) = ([UInt8](), true)
    for argument in arguments {
      let isText = argument.tag == .string || argument.isNumber
      if !out.isEmpty, !isText, !wasText { out.append(0x20) }
      out += try text(argument, isNested: false)
      wasText = isText
    }
    return out
  }

  private func item(_ arguments: [Value]) throws(BuiltinFailure) -> Value {
    var value = arguments[0]
    for key in arguments.dropFirst() {
      guard value.tag == .array || value.tag == .object else { throw failure("error calling index: can't index item") }
      let item = value.child(key)
      if value.tag == .array, item.tag == .undefined { throw failure("error calling index: index out of range") }
      value = item
    }
    return value
  }

  /// As Go's `%v`; ends where there is no more room.
  func text(_ value: Value, isNested: Bool) throws(BuiltinFailure) -> [UInt8] {
    var out: [UInt8] = []
    try write(value, isNested, &out)
    return out
  }

  private func write(_ value: Value, _ isNested: Bool, _ out: inout [UInt8]) throws(BuiltinFailure) {
    guard out.count <= room else { throw tooLong }
    switch value.tag {
    case .undefined: out += "<undefined>".utf8
    case .null: out += (isNested ? "<nil>" : "<undefined>").utf8
    case .string: out += value.text
    case .array, .set, .object:
      out += (value.tag == .object ? "map[" : "[").utf8
      for index in 0..<value.count {
        if index > 0 { out.append(0x20) }
        try write(value.item(index), true, &out)
        guard value.tag == .object else { continue }
        out.append(0x3A)
        try write(value.value(index), true, &out)
      }
      out.append(0x5D)
    default: out += JSONWriter.write(value)
    }
  }
}

extension Libraries {
  static let templates: [Builtin] = [
    Builtin("strings.render_template", 2) { (a, c) throws(BuiltinFailure) in
      let template = try Template(Array(try a.string(0)), c.heap)
      return c.heap.string(try TemplateRun.render(template, try a.object(1), c))
    }
  ]
}
