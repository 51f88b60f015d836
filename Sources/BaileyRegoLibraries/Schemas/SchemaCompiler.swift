internal import BaileyRego

/// Compiles a schema out of a document; errors are in the words of OPA's library.
struct SchemaCompiler {
  static let typeNames = ["array", "boolean", "integer", "number", "null", "object", "string"]
  private static let maximumDepth = 200
  private static let maximumSchemas = 20_000

  private let root: Value
  let heap: Heap
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

  mutating func compile(_ value: Value, into schema: Schema) throws(BuiltinFailure) -> Schema {
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
