internal import BaileyRego

/// Checks a value against a schema; problems come in the order and words of OPA's library.
struct SchemaValidation {
  struct Problem {
    let type: String
    let field: String
    let description: String
  }

  private static let maximumProblems = 10_000
  private static let maximumSteps = 5_000_000
  private static let maximumDepth = 1_000

  private let context: BuiltinContext
  private var steps = 0
  private var depth = 0

  static func problems(_ value: Value, _ schema: Schema, _ context: BuiltinContext) throws(BuiltinFailure) -> [Problem]
  {
    var validation = SchemaValidation(context: context)
    return try validation.check(value, schema, "(Root)")
  }

  private init(context: BuiltinContext) { self.context = context }

  mutating func check(_ value: Value, _ schema: Schema, _ field: String) throws(BuiltinFailure) -> [Problem] {
    steps += 1
    try context.spend(1)
    depth += 1
    defer { depth -= 1 }
    guard steps < Self.maximumSteps, depth < Self.maximumDepth else {
      throw BuiltinFailure("the validation takes too long", kind: .halt)
    }
    if let always = schema.always {
      return always ? [] : [Problem(type: "false", field: field, description: "False always fails validation")]
    }
    if let reference = schema.reference { return try check(value, reference, field) }
    guard schema.types.isEmpty || schema.types.contains(where: { isOf($0, value) }) else {
      let wanted = schema.types.count == 1 ? schema.types[0] : "[" + schema.types.joined(separator: ",") + "]"
      return [
        Problem(
          type: "invalid_type", field: field, description: "Invalid type. Expected: \(wanted), given: \(kind(value))")
      ]
    }
    var found = try combined(value, schema, field) + choices(value, schema, field)
    switch value.tag {
    case .object: found += try object(value, schema, field)
    case .array: found += try array(value, schema, field)
    case .string: found += string(value, schema, field)
    case .integer, .number: found += try number(value, schema, field)
    default: break
    }
    return Array(found.prefix(Self.maximumProblems))
  }

  private func kind(_ value: Value) -> String {
    value.isNumber ? (value.wholeNumber == nil && !isWhole(value) ? "number" : "integer") : value.typeName
  }

  private func isWhole(_ value: Value) -> Bool {
    guard let double = Double(String(decoding: JSONWriter.write(value), as: UTF8.self)) else { return false }
    return double == double.rounded()
  }

  private func isOf(_ type: String, _ value: Value) -> Bool {
    let kind = kind(value)
    return kind == type || type == "number" && kind == "integer"
  }

  private mutating func combined(_ value: Value, _ schema: Schema, _ field: String) throws(BuiltinFailure) -> [Problem]
  {
    var found: [Problem] = []
    if !schema.any.isEmpty { found += try alternatives(value, schema.any, field, isOne: false) }
    if !schema.one.isEmpty { found += try alternatives(value, schema.one, field, isOne: true) }
    var failed = false
    for inner in schema.all {
      let problems = try check(value, inner, field)
      failed = failed || !problems.isEmpty
      found += problems
    }
    if failed {
      found.append(Problem(type: "number_all_of", field: field, description: "Must validate all the schemas (allOf)"))
    }
    if let not = schema.not, try check(value, not, field).isEmpty {
      found.append(Problem(type: "number_not", field: field, description: "Must not validate the schema (not)"))
    }
    found += try dependencies(value, schema, field)
    return try found + conditional(value, schema, field)
  }

  /// Where none fits, the problems of the one that failed first are shown too.
  private mutating func alternatives(_ value: Value, _ schemas: [Schema], _ field: String, isOne: Bool)
    throws(BuiltinFailure) -> [Problem]
  {
    var (fitting, closest) = (0, [Problem]?.none)
    for schema in schemas where isOne || fitting == 0 {
      let problems = try check(value, schema, field)
      if problems.isEmpty { fitting += 1 } else if closest == nil { closest = problems }
    }
    if fitting == 1 || !isOne && fitting > 0 { return [] }
    let problem =
      isOne
      ? Problem(type: "number_one_of", field: field, description: "Must validate one and only one schema (oneOf)")
      : Problem(type: "number_any_of", field: field, description: "Must validate at least one schema (anyOf)")
    return [problem] + (fitting == 0 ? closest ?? [] : [])
  }

  private mutating func dependencies(_ value: Value, _ schema: Schema, _ field: String) throws(BuiltinFailure)
    -> [Problem]
  {
    guard value.tag == .object else { return [] }
    var found: [Problem] = []
    for item in schema.dependencies where value.child(item.name).tag != .undefined {
      for need in item.needs where value.child(need).tag == .undefined {
        found.append(
          Problem(type: "missing_dependency", field: field, description: "Has a dependency on \(try plain(need))"))
      }
      if let inner = item.schema { found += try check(value, inner, field) }
    }
    return found
  }

  private mutating func conditional(_ value: Value, _ schema: Schema, _ field: String) throws(BuiltinFailure)
    -> [Problem]
  {
    guard let condition = schema.condition else { return [] }
    let holds = try check(value, condition, field).isEmpty
    guard let next = holds ? schema.then : schema.otherwise else { return [] }
    let problems = try check(value, next, field)
    if problems.isEmpty { return [] }
    let (name, state) = holds ? ("then", "valid") : ("else", "not valid")
    return [
      Problem(type: "condition_" + name, field: field, description: "Must validate \"\(name)\" as \"if\" was \(state)")
    ] + problems
  }

  private func choices(_ value: Value, _ schema: Schema, _ field: String) throws(BuiltinFailure) -> [Problem] {
    var found: [Problem] = []
    if let constant = schema.constant, !Value.equal(constant, value) {
      found.append(Problem(type: "const", field: field, description: "\(field) does not match: \(try json(constant))"))
    }
    if schema.hasChoices, !schema.choices.contains(where: { Value.equal($0, value) }) {
      var names: [String] = []
      for choice in schema.choices { names.append(try json(choice)) }
      let allowed = names.joined(separator: ", ")
      found.append(
        Problem(type: "enum", field: field, description: "\(field) must be one of the following: \(allowed)"))
    }
    if let format = schema.format, !SchemaFormat.matches(format, value) {
      found.append(Problem(type: "format", field: field, description: "Does not match format '\(format)'"))
    }
    return found
  }

  /// Texts of problems are paid for: few values that share their parts, or a long path said often, can be a very long text.
  func json(_ value: Value) throws(BuiltinFailure) -> String {
    let (room, text) = (context.heap.room, JSONWriter.write(value, limit: context.heap.room))
    guard text.count <= room else { throw BuiltinFailure("the result is too large", kind: .halt) }
    try context.spend(text.count)
    return String(decoding: text, as: UTF8.self)
  }

  func plain(_ value: Value) throws(BuiltinFailure) -> String {
    guard value.tag == .string else { return try json(value) }
    try context.spend(value.text.count)
    return String(decoding: value.text, as: UTF8.self)
  }

  func below(_ field: String, _ name: String) throws(BuiltinFailure) -> String {
    if field == "(Root)" { return name }
    try context.spend(field.utf8.count)
    return field + "." + name
  }
}
