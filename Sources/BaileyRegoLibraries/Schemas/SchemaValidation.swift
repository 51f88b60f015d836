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

  private let heap: Heap
  private var steps = 0
  private var depth = 0

  static func problems(_ value: Value, _ schema: Schema, _ heap: Heap) throws(BuiltinFailure) -> [Problem] {
    var validation = SchemaValidation(heap: heap)
    return try validation.check(value, schema, "(Root)")
  }

  private init(heap: Heap) { self.heap = heap }

  private mutating func check(_ value: Value, _ schema: Schema, _ field: String) throws(BuiltinFailure) -> [Problem] {
    steps += 1
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
    case .integer, .number: found += number(value, schema, field)
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
          Problem(type: "missing_dependency", field: field, description: "Has a dependency on \(plain(need))"))
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

  private func choices(_ value: Value, _ schema: Schema, _ field: String) -> [Problem] {
    var found: [Problem] = []
    if let constant = schema.constant, !Value.equal(constant, value) {
      found.append(Problem(type: "const", field: field, description: "\(field) does not match: \(json(constant))"))
    }
    if schema.hasChoices, !schema.choices.contains(where: { Value.equal($0, value) }) {
      let allowed = schema.choices.map(json).joined(separator: ", ")
      found.append(
        Problem(type: "enum", field: field, description: "\(field) must be one of the following: \(allowed)"))
    }
    if let format = schema.format, !SchemaFormat.matches(format, value) {
      found.append(Problem(type: "format", field: field, description: "Does not match format '\(format)'"))
    }
    return found
  }

  private func json(_ value: Value) -> String { String(decoding: JSONWriter.write(value), as: UTF8.self) }
  private func plain(_ value: Value) -> String {
    value.tag == .string ? String(decoding: value.text, as: UTF8.self) : json(value)
  }
  private func below(_ field: String, _ name: String) -> String { field == "(Root)" ? name : field + "." + name }

  private mutating func object(_ value: Value, _ schema: Schema, _ field: String) throws(BuiltinFailure) -> [Problem] {
    var found: [Problem] = []
    if let minimum = schema.propertyCount.minimum, value.count < minimum {
      found.append(
        Problem(type: "array_min_properties", field: field, description: "Must have at least \(minimum) properties"))
    }
    if let maximum = schema.propertyCount.maximum, value.count > maximum {
      found.append(
        Problem(type: "array_max_properties", field: field, description: "Must have at most \(maximum) properties"))
    }
    for name in schema.required where value.child(name).tag == .undefined {
      found.append(Problem(type: "required", field: field, description: "\(plain(name)) is required"))
    }
    for (key, inner) in value.pairs { found += try property(key, inner, schema, field) }
    for (name, inner) in schema.properties {
      let child = value.child(name)
      if child.tag != .undefined { found += try check(child, inner, below(field, plain(name))) }
    }
    return found
  }

  private mutating func property(_ key: Value, _ value: Value, _ schema: Schema, _ field: String) throws(BuiltinFailure)
    -> [Problem]
  {
    let name = plain(key)
    var (found, isKnown) = ([Problem](), schema.properties.contains { Value.equal($0.name, key) })
    for (pattern, inner) in schema.patterns where key.tag == .string && pattern.isMatch(key.text) {
      isKnown = true
      found += try check(value, inner, below(field, name))
    }
    if !isKnown, let additional = schema.additional {
      if additional.always == false {
        found.append(
          Problem(
            type: "additional_property_not_allowed", field: field,
            description: "Additional property \(name) is not allowed"))
      } else {
        found += try check(value, additional, below(field, name))
      }
    }
    guard let names = schema.propertyNames else { return found }
    let problems = try check(key, names, field)
    if problems.isEmpty { return found }
    return found + [
      Problem(type: "invalid_property_name", field: field, description: "Property name of \"\(name)\" does not match")
    ] + problems
  }

  private mutating func array(_ value: Value, _ schema: Schema, _ field: String) throws(BuiltinFailure) -> [Problem] {
    var found: [Problem] = []
    let tuple = schema.tuple ?? []
    for (index, item) in value.items.enumerated() {
      let place = below(field, String(index))
      if let items = schema.items {
        found += try check(item, items, place)
      } else if index < tuple.count {
        found += try check(item, tuple[index], place)
      } else if schema.tuple != nil, let additional = schema.additionalItems, additional.always != false {
        found += try check(item, additional, place)
      }
    }
    if schema.tuple != nil, schema.additionalItems?.always == false, value.count > tuple.count {
      found.append(
        Problem(type: "array_no_additional_items", field: field, description: "No additional items allowed on array"))
    }
    if let minimum = schema.itemCount.minimum, value.count < minimum {
      found.append(
        Problem(type: "array_min_items", field: field, description: "Array must have at least \(minimum) items"))
    }
    if let maximum = schema.itemCount.maximum, value.count > maximum {
      found.append(
        Problem(type: "array_max_items", field: field, description: "Array must have at most \(maximum) items"))
    }
    if schema.isUnique, let pair = duplicate(value) {
      found.append(
        Problem(type: "unique", field: field, description: "array items[\(pair.0),\(pair.1)] must be unique"))
    }
    return try found + contained(value, schema, field)
  }

  /// The places of two equal items.
  private func duplicate(_ value: Value) -> (Int, Int)? {
    let order = (0..<value.count).sorted {
      let order = Value.compare(value.item($0), value.item($1))
      return order != 0 ? order < 0 : $0 < $1
    }
    let pairs = zip(order, order.dropFirst()).filter { Value.equal(value.item($0), value.item($1)) }
    return pairs.min { $0.1 < $1.1 }
  }

  private mutating func contained(_ value: Value, _ schema: Schema, _ field: String) throws(BuiltinFailure) -> [Problem]
  {
    guard let contains = schema.contains else { return [] }
    var first: [Problem] = []
    for (index, item) in value.items.enumerated() {
      let problems = try check(item, contains, below(field, String(index)))
      if problems.isEmpty { return [] }
      if first.isEmpty { first = problems }
    }
    return [Problem(type: "contains", field: field, description: "At least one of the items must match")] + first
  }

  private func string(_ value: Value, _ schema: Schema, _ field: String) -> [Problem] {
    var found: [Problem] = []
    let length = value.text.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    if let minimum = schema.length.minimum, length < minimum {
      found.append(
        Problem(
          type: "string_gte", field: field, description: "String length must be greater than or equal to \(minimum)"))
    }
    if let maximum = schema.length.maximum, length > maximum {
      found.append(
        Problem(type: "string_lte", field: field, description: "String length must be less than or equal to \(maximum)")
      )
    }
    if let pattern = schema.pattern, !pattern.isMatch(value.text) {
      found.append(Problem(type: "pattern", field: field, description: "Does not match pattern '\(pattern.source)'"))
    }
    return found
  }

  private func number(_ value: Value, _ schema: Schema, _ field: String) -> [Problem] {
    var found: [Problem] = []
    if let multiple = schema.multiple, !isMultiple(value, multiple) {
      found.append(Problem(type: "multiple_of", field: field, description: "Must be a multiple of \(json(multiple))"))
    }
    for (bound, limit) in schema.bounds {
      let order = Value.compare(value, limit)
      switch bound {
      case .maximum where order > 0:
        found.append(
          Problem(type: "number_lte", field: field, description: "Must be less than or equal to \(json(limit))"))
      case .exclusiveMaximum where order >= 0:
        found.append(Problem(type: "number_lt", field: field, description: "Must be less than \(json(limit))"))
      case .minimum where order < 0:
        found.append(
          Problem(type: "number_gte", field: field, description: "Must be greater than or equal to \(json(limit))"))
      case .exclusiveMinimum where order <= 0:
        found.append(Problem(type: "number_gt", field: field, description: "Must be greater than \(json(limit))"))
      default: break
      }
    }
    return found
  }

  private func isMultiple(_ value: Value, _ divisor: Value) -> Bool {
    if let whole = value.wholeNumber, let other = divisor.wholeNumber, other != 0 { return whole % other == 0 }
    guard let number = Double(json(value)), let other = Double(json(divisor)) else { return false }
    let quotient = number / other
    return abs(quotient - quotient.rounded()) < 1e-9
  }
}
