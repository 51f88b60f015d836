internal import BaileyRego

extension SchemaCompiler {
  func types(_ value: Value) throws(BuiltinFailure) -> [String] {
    guard let field = field(value, "type") else { return [] }
    let items = field.tag == .string ? [field] : (field.tag == .array ? field.items : [.null])
    var names: [String] = []
    for item in items {
      guard item.tag == .string else {
        throw BuiltinFailure("Invalid type. Expected: type, given: string/Array Of Strings")
      }
      let name = String(decoding: item.text, as: UTF8.self)
      guard Self.typeNames.contains(name) else {
        throw BuiltinFailure(
          "has a primitive type that is NOT VALID -- given: /\(name)/ Expected valid values are:[\(Self.typeNames.joined(separator: " "))]"
        )
      }
      if names.contains(name) { throw BuiltinFailure("\(name) type is duplicated") }
      names.append(name)
    }
    return names
  }

  mutating func combine(_ value: Value, _ schema: Schema) throws(BuiltinFailure) {
    for name in ["definitions", "$defs"] {
      _ = try named(value, name, "Invalid type. Expected: Array Of Schemas, given: \(name)")
    }
    (schema.all, schema.any) = (try schemas(value, "allOf"), try schemas(value, "anyOf"))
    (schema.one, schema.not) = (try schemas(value, "oneOf"), try self.schema(value, "not"))
    schema.condition = try self.schema(value, "if")
    (schema.then, schema.otherwise) = (try self.schema(value, "then"), try self.schema(value, "else"))
    schema.constant = field(value, "const")
    schema.format = try text(value, "format")
    if let choices = field(value, "enum") {
      guard choices.tag == .array else { throw BuiltinFailure("enum must be of an array") }
      guard heap.set(choices.items).count == choices.count else { throw BuiltinFailure("enum items must be unique") }
      (schema.choices, schema.hasChoices) = (choices.items, choices.count > 0)
    }
  }

  mutating func describeObject(_ value: Value, _ schema: Schema) throws(BuiltinFailure) {
    schema.properties = try named(value, "properties", "Properties must be of type object")
    for (name, inner) in try named(value, "patternProperties", Self.complaint("propertyNames")) {
      do throws(BuiltinFailure) {
        schema.patterns.append((try PatternCache.shared.pattern(name.text), inner))
      } catch {
        throw BuiltinFailure("Invalid regex pattern '\(String(decoding: name.text, as: UTF8.self))'")
      }
    }
    schema.additional = try self.schema(value, "additionalProperties")
    schema.propertyNames = try self.schema(value, "propertyNames")
    schema.required = try strings(value, "required")
    schema.propertyCount = try counts(value, "minProperties", "maxProperties")
    guard let dependencies = field(value, "dependencies") else { return }
    guard dependencies.tag == .object else { throw BuiltinFailure("dependencies must be of type object") }
    for pair in dependencies.pairs {
      let needs = pair.value.tag == .array ? pair.value.items : []
      let inner = pair.value.tag == .array ? nil : try compile(pair.value, into: Schema())
      schema.dependencies.append((pair.key, needs, inner))
    }
  }

  func strings(_ value: Value, _ name: String) throws(BuiltinFailure) -> [Value] {
    guard let field = field(value, name) else { return [] }
    guard field.tag == .array else { throw BuiltinFailure("\(name) must be of an array") }
    guard field.items.allSatisfy({ $0.tag == .string }) else {
      throw BuiltinFailure("Invalid type. Expected: string, given: \(name)")
    }
    guard heap.set(field.items).count == field.count else { throw BuiltinFailure("\(name) items must be unique") }
    return field.items
  }

  mutating func describeArray(_ value: Value, _ schema: Schema) throws(BuiltinFailure) {
    if let items = field(value, "items") {
      switch items.tag {
      case .array where items.items.allSatisfy({ $0.tag == .object || $0.tag == .boolean }):
        schema.tuple = try schemas(value, "items")
      case .object, .boolean: schema.items = try compile(items, into: Schema())
      default: throw BuiltinFailure("Invalid type. Expected: Valid Schema/Array Of Schemas, given: items")
      }
    }
    schema.additionalItems = try self.schema(value, "additionalItems")
    schema.contains = try self.schema(value, "contains")
    schema.itemCount = (try count(value, "minItems"), try count(value, "maxItems"))
    if let unique = field(value, "uniqueItems") {
      guard unique.tag == .boolean else { throw BuiltinFailure("uniqueItems must be of a boolean") }
      schema.isUnique = Value.equal(unique, .true)
    }
  }

  func describeScalar(_ value: Value, _ schema: Schema) throws(BuiltinFailure) {
    schema.length = try counts(value, "minLength", "maxLength")
    if let source = try text(value, "pattern") {
      guard let pattern = try? PatternCache.shared.pattern(Array(source.utf8)) else {
        throw BuiltinFailure("pattern must be a valid regex")
      }
      schema.pattern = pattern
    }
    if let multiple = field(value, "multipleOf") {
      guard multiple.isNumber else { throw BuiltinFailure("Invalid type. Expected: Number, given: multipleOf") }
      guard Value.compare(multiple, heap.integer(0)) > 0 else {
        throw BuiltinFailure("multipleOf must be strictly greater than 0")
      }
      schema.multiple = multiple
    }
    try bound(value, schema, "maximum", "exclusiveMaximum", .maximum, .exclusiveMaximum)
    try bound(value, schema, "minimum", "exclusiveMinimum", .minimum, .exclusiveMinimum)
  }

  /// Draft 4 has a flag where later drafts have a second number.
  func bound(
    _ value: Value, _ schema: Schema, _ name: String, _ strictName: String, _ plain: Schema.Bound,
    _ strict: Schema.Bound
  ) throws(BuiltinFailure) {
    let flag = field(value, strictName)
    let isStrict = flag.map { Value.equal($0, .true) } ?? false
    if let number = try number(value, name) { schema.bounds.append((isStrict ? strict : plain, number)) }
    guard let flag, flag.tag != .boolean else { return }
    guard flag.isNumber else { throw BuiltinFailure("Invalid type. Expected: boolean/number, given: \(strictName)") }
    schema.bounds.append((strict, flag))
  }
}
