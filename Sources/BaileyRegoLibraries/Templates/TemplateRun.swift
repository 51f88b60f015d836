internal import BaileyRego

/// Fills a template in.
struct TemplateRun {
  private let context: BuiltinContext
  var heap: Heap { context.heap }
  private var out: [UInt8] = []
  /// A counter is a number of Go's; those of the data are texts to a template, and never false.
  private var variables: [(name: String, value: Value, isCounter: Bool)]
  private var steps = 0
  private static let maximumOutput = 16 << 20
  private static let maximumSteps = 1_000_000

  static func render(_ template: Template, _ data: Value, _ context: BuiltinContext) throws(BuiltinFailure) -> [UInt8] {
    var run = TemplateRun(context: context, data: data)
    try run.write(template.nodes, data)
    return run.out
  }

  /// What may still be written.
  var room: Int { min(Self.maximumOutput, heap.room) - out.count }
  var tooLong: BuiltinFailure { BuiltinFailure("template: template: the result is too long", kind: .halt) }

  private init(context: BuiltinContext, data: Value) {
    self.context = context
    variables = [("$", data, false)]
  }

  private mutating func write(_ nodes: [Template.Node], _ dot: Value) throws(BuiltinFailure) {
    let kept = variables.count
    defer { variables.removeSubrange(kept...) }
    for node in nodes {
      steps += 1
      try context.spend(1)
      guard steps < Self.maximumSteps, room > 0 else { throw tooLong }
      try write(node, dot)
    }
  }

  private mutating func write(_ node: Template.Node, _ dot: Value) throws(BuiltinFailure) {
    switch node {
    case .text(let bytes): out += bytes
    case .show(let operand): out += try text(try value(operand, dot), isNested: false)
    case .scope(let inner): try write(inner, dot)
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
      throw failure("range can't iterate over \(String(decoding: try text(list, isNested: false), as: UTF8.self))")
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

  func failure(_ why: String) -> BuiltinFailure { BuiltinFailure("template: template: " + why) }

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

  func isTrue(_ value: Value) -> Bool {
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
}
