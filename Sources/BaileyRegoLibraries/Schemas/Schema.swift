internal import BaileyRego

/// A JSON schema (drafts 4 to 7), compiled. References stay inside the document.
final class Schema {
  enum Bound {
    case minimum, maximum, exclusiveMinimum, exclusiveMaximum
  }

  /// Nil for a schema that is an object; `true` lets all pass, `false` nothing.
  var always: Bool?
  var types: [String] = []
  var reference: Schema?
  var all: [Schema] = []
  var any: [Schema] = []
  var one: [Schema] = []
  var not: Schema?
  var condition: Schema?
  var then: Schema?
  var otherwise: Schema?
  var constant: Value?
  var choices: [Value] = []
  var hasChoices = false
  var format: String?

  var properties: [(name: Value, schema: Schema)] = []
  var patterns: [(pattern: Pattern, schema: Schema)] = []
  var additional: Schema?
  var propertyNames: Schema?
  var required: [Value] = []
  var dependencies: [(name: Value, needs: [Value], schema: Schema?)] = []
  var propertyCount: (minimum: Int?, maximum: Int?) = (nil, nil)

  var items: Schema?
  var tuple: [Schema]?
  var additionalItems: Schema?
  var contains: Schema?
  var itemCount: (minimum: Int?, maximum: Int?) = (nil, nil)
  var isUnique = false

  var length: (minimum: Int?, maximum: Int?) = (nil, nil)
  var pattern: Pattern?
  var bounds: [(bound: Bound, value: Value)] = []
  var multiple: Value?
}

/// Compiles a schema out of a document; errors are in the words of OPA's library.
struct SchemaCompiler {
  static let typeNames = ["array", "boolean", "integer", "number", "null", "object", "string"]
  private static let maximumDepth = 200
  private static let maximumSchemas = 20_000

  private let root: Value
  private let heap: Heap
  private var references: [String: Schema] = [:]
  private var depth = 0
  private var count = 0

  static func compile(_ value: Value, _ heap: Heap) throws(BuiltinFailure) -> Schema {
    var compiler = SchemaCompiler(root: value, heap: heap)
    guard value.tag == .object || value.tag == .boolean else { throw BuiltinFailure("schema is invalid") }
    return try compiler.compile(value, into: Schema())
  }

  private init(root: Value, heap: Heap) {
    (self.root, self.heap) = (root, heap)
  }

  private mutating func compile(_ value: Value, into schema: Schema) throws(BuiltinFailure) -> Schema {
    depth += 1
    count += 1
    defer { depth -= 1 }
    guard depth < Self.maximumDepth, count < Self.maximumSchemas else {
      throw BuiltinFailure("the schema is too deep or too large")
    }
    if value.tag == .boolean {
      schema.always = Value.equal(value, .true)
      return schema
    }
    guard value.tag == .object else { throw BuiltinFailure("Expected: Valid Schema, given: Invalid JSON") }
    if let pointer = try text(value, "$ref") {
      schema.reference = try reference(pointer)
      return schema
    }
    for name in ["title", "description"] { _ = try text(value, name) }
    schema.types = try types(value)
    try combine(value, schema)
    try describeObject(value, schema)
    try describeArray(value, schema)
    try describeScalar(value, schema)
    return schema
  }

  // MARK: Fields

  private func field(_ value: Value, _ name: String) -> Value? {
    let field = value.child(heap.string(name))
    return field.tag == .undefined ? nil : field
  }

  private func text(_ value: Value, _ name: String) throws(BuiltinFailure) -> String? {
    guard let field = field(value, name) else { return nil }
    guard field.tag == .string else { throw BuiltinFailure("Invalid type. Expected: string, given: \(name)") }
    return String(decoding: field.text, as: UTF8.self)
  }

  private mutating func schema(_ value: Value, _ name: String) throws(BuiltinFailure) -> Schema? {
    guard let field = field(value, name) else { return nil }
    guard field.tag == .object || field.tag == .boolean else { throw BuiltinFailure(Self.complaint(name)) }
    return try compile(field, into: Schema())
  }

  private static func complaint(_ name: String) -> String {
    switch name {
    case "additionalProperties", "additionalItems": "Invalid type. Expected: boolean/Valid Schema, given: \(name)"
    case "propertyNames": "Invalid type. Expected: Valid Schema, given: patternProperties"
    case "contains": "Expected: Valid Schema, given: Invalid JSON"
    default: "\(name) must be of an object"
    }
  }

  private mutating func schemas(_ value: Value, _ name: String) throws(BuiltinFailure) -> [Schema] {
    guard let field = field(value, name) else { return [] }
    guard field.tag == .array else { throw BuiltinFailure("\(name) must be of an array") }
    var found: [Schema] = []
    for item in field.items { found.append(try compile(item, into: Schema())) }
    return found
  }

  private mutating func named(_ value: Value, _ name: String, _ title: String) throws(BuiltinFailure) -> [(
    name: Value, schema: Schema
  )] {
    guard let field = field(value, name) else { return [] }
    guard field.tag == .object else { throw BuiltinFailure(title) }
    var found: [(name: Value, schema: Schema)] = []
    for pair in field.pairs where pair.key.tag == .string {
      found.append((pair.key, try compile(pair.value, into: Schema())))
    }
    return found
  }

  private func count(_ value: Value, _ name: String) throws(BuiltinFailure) -> Int? {
    guard let field = field(value, name) else { return nil }
    guard let count = field.wholeNumber else { throw BuiltinFailure("\(name) must be of an integer") }
    guard count >= 0 else { throw BuiltinFailure("\(name) must be greater than or equal to 0") }
    return count
  }

  private func counts(_ value: Value, _ minimum: String, _ maximum: String) throws(BuiltinFailure) -> (Int?, Int?) {
    let (low, high) = (try count(value, minimum), try count(value, maximum))
    if let low, let high, low > high { throw BuiltinFailure("\(minimum) cannot be greater than \(maximum)") }
    return (low, high)
  }

  private func number(_ value: Value, _ name: String) throws(BuiltinFailure) -> Value? {
    guard let field = field(value, name) else { return nil }
    guard field.isNumber else { throw BuiltinFailure("\(name) must be of a Number") }
    return field
  }

  // MARK: Parts

  private func types(_ value: Value) throws(BuiltinFailure) -> [String] {
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

  private mutating func combine(_ value: Value, _ schema: Schema) throws(BuiltinFailure) {
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

  private mutating func describeObject(_ value: Value, _ schema: Schema) throws(BuiltinFailure) {
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

  private func strings(_ value: Value, _ name: String) throws(BuiltinFailure) -> [Value] {
    guard let field = field(value, name) else { return [] }
    guard field.tag == .array else { throw BuiltinFailure("\(name) must be of an array") }
    guard field.items.allSatisfy({ $0.tag == .string }) else {
      throw BuiltinFailure("Invalid type. Expected: string, given: \(name)")
    }
    guard heap.set(field.items).count == field.count else { throw BuiltinFailure("\(name) items must be unique") }
    return field.items
  }

  private mutating func describeArray(_ value: Value, _ schema: Schema) throws(BuiltinFailure) {
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

  private func describeScalar(_ value: Value, _ schema: Schema) throws(BuiltinFailure) {
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
  private func bound(
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

  /// A JSON pointer into this document; nothing is fetched.
  private mutating func reference(_ text: String) throws(BuiltinFailure) -> Schema {
    if let known = references[text] { return known }
    guard text.hasPrefix("#") else { throw BuiltinFailure("remote reference loading disabled: \(text)") }
    var value = root
    for part in text.dropFirst().split(separator: "/") {
      let name = String(part).replacing("~1", with: "/").replacing("~0", with: "~")
      let next =
        value.tag == .array
        ? Int(name).map { value.child(heap.integer($0)) } ?? .undefined : value.child(heap.string(name))
      guard next.tag != .undefined else { throw BuiltinFailure("Object has no key '\(name)'") }
      value = next
    }
    // Known before it is complete: a schema may contain itself.
    let schema = Schema()
    references[text] = schema
    return try compile(value, into: schema)
  }
}
