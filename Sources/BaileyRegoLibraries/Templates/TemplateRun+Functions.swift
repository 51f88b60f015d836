internal import BaileyRego

extension TemplateRun {
  func call(_ name: String, _ arguments: [Value]) throws(BuiltinFailure) -> Value {
    switch name {
    case "not": return Value(!isTrue(arguments[0]))
    case "and": return arguments.first { !isTrue($0) } ?? arguments[arguments.count - 1]
    case "or": return arguments.first(where: isTrue) ?? arguments[arguments.count - 1]
    case "print": return heap.string(printed(arguments))
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
  private func printed(_ arguments: [Value]) -> [UInt8] {
    var (out, wasText) = ([UInt8](), true)
    for argument in arguments {
      let isText = argument.tag == .string || argument.isNumber
      if !out.isEmpty, !isText, !wasText { out.append(0x20) }
      out += text(argument, isNested: false)
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

  /// As Go's `%v`.
  func text(_ value: Value, isNested: Bool) -> [UInt8] {
    switch value.tag {
    case .undefined: Array("<undefined>".utf8)
    case .null: Array((isNested ? "<nil>" : "<undefined>").utf8)
    case .string: Array(value.text)
    case .array, .set: [0x5B] + value.items.map { text($0, isNested: true) }.joined(separator: [0x20]) + [0x5D]
    case .object:
      Array("map[".utf8)
        + value.pairs.map { text($0.key, isNested: true) + [0x3A] + text($0.value, isNested: true) }
        .joined(separator: [0x20]) + [0x5D]
    default: JSONWriter.write(value)
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
