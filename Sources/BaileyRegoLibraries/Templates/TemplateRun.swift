internal import BaileyRego

/// Fills a template in.
struct TemplateRun {
  private let heap: Heap
  private var out: [UInt8] = []
  /// A counter is a number of Go's; those of the data are texts to a template, and never false.
  private var variables: [(name: String, value: Value, isCounter: Bool)]
  private var steps = 0
  private static let maximumOutput = 16 << 20
  private static let maximumSteps = 1_000_000

  static func render(_ template: Template, _ data: Value, _ heap: Heap) throws(BuiltinFailure) -> [UInt8] {
    var run = TemplateRun(heap: heap, data: data)
    try run.write(template.nodes, data)
    return run.out
  }

  private init(heap: Heap, data: Value) {
    self.heap = heap
    variables = [("$", data, false)]
  }

  private mutating func write(_ nodes: [Template.Node], _ dot: Value) throws(BuiltinFailure) {
    let kept = variables.count
    defer { variables.removeSubrange(kept...) }
    for node in nodes {
      steps += 1
      guard steps < Self.maximumSteps, out.count < Self.maximumOutput else {
        throw BuiltinFailure("template: template: the result is too long", kind: .halt)
      }
      try write(node, dot)
    }
  }

  private mutating func write(_ node: Template.Node, _ dot: Value) throws(BuiltinFailure) {
    switch node {
    case .text(let bytes): out += bytes
    case .show(let operand): out += text(try value(operand, dot), isNested: false)
    case .assign(let name, let operand, let isNew): try assign(name, try value(operand, dot), isNew)
    case .condition(let operand, let body, let otherwise):
      try write(isTrue(try value(operand, dot)) && !isZero(operand) ? body : otherwise, dot)
    case .with(let operand, let body, let otherwise):
      let inner = try value(operand, dot)
      if isTrue(inner) { try write(body, inner) } else { try write(otherwise, dot) }
    case .range(let key, let name, let operand, let body, let otherwise):
      try repeated(key, name, try value(operand, dot), body, otherwise, dot)
    }
  }

  private mutating func assign(_ name: String, _ value: Value, _ isNew: Bool) throws(BuiltinFailure) {
    if isNew { return variables.append((name, value, false)) }
    guard let at = variables.lastIndex(where: { $0.name == name }) else {
      throw failure("undefined variable \"\(name)\"")
    }
    variables[at].value = value
  }

  private mutating func repeated(
    _ key: String?, _ name: String?, _ list: Value, _ body: [Template.Node], _ otherwise: [Template.Node], _ dot: Value
  ) throws(BuiltinFailure) {
    guard list.isCollection || list.tag == .null || list.tag == .undefined else {
      throw failure("range can't iterate over \(String(decoding: text(list, isNested: false), as: UTF8.self))")
    }
    guard list.isCollection, list.count > 0 else { return try write(otherwise, dot) }
    for index in 0..<list.count {
      let item = list.tag == .object ? list.value(index) : list.item(index)
      let kept = variables.count
      defer { variables.removeSubrange(kept...) }
      if let key {
        variables.append((key, list.tag == .object ? list.item(index) : heap.integer(index), list.tag != .object))
      }
      if let name { variables.append((name, item, false)) }
      try write(body, item)
    }
  }

  private func failure(_ why: String) -> BuiltinFailure { BuiltinFailure("template: template: " + why) }

  private func value(_ operand: Template.Operand, _ dot: Value) throws(BuiltinFailure) -> Value {
    switch operand {
    case .literal(let value): return value
    case .field(let path): return try follow(dot, path)
    case .variable(let name, let path):
      guard let known = variables.last(where: { $0.name == name }) else {
        throw failure("undefined variable \"\(name)\"")
      }
      return try follow(known.value, path)
    case .call(let name, let operands):
      var arguments: [Value] = []
      for operand in operands { arguments.append(try value(operand, dot)) }
      return try call(name, arguments)
    }
  }

  private func follow(_ start: Value, _ path: [String]) throws(BuiltinFailure) -> Value {
    var value = start
    for name in path where value.tag != .undefined {
      guard value.tag == .object else {
        throw failure(
          value.tag == .null
            ? "nil pointer evaluating interface {}.\(name)" : "can't evaluate field \(name) in type \(value.typeName)")
      }
      value = value.child(heap.string(name))
    }
    return value
  }

  private func isTrue(_ value: Value) -> Bool {
    switch value.tag {
    case .undefined, .null: false
    case .boolean: Value.equal(value, .true)
    // Numbers are texts in OPA's data.
    case .integer, .number: true
    case .string: !value.text.isEmpty
    case .array, .object, .set: value.count > 0
    }
  }

  /// A counter or literal that is 0.
  private func isZero(_ operand: Template.Operand) -> Bool {
    let value: Value? =
      switch operand {
      case .literal(let value): value
      case .variable(let name, []): variables.last { $0.name == name && $0.isCounter }?.value
      default: nil
      }
    return value?.wholeNumber == 0
  }

  private func call(_ name: String, _ arguments: [Value]) throws(BuiltinFailure) -> Value {
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
  private func text(_ value: Value, isNested: Bool) -> [UInt8] {
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
      return c.heap.string(try TemplateRun.render(template, try a.object(1), c.heap))
    }
  ]
}
