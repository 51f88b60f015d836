internal import BaileyRego

extension SchemaCompiler {
  func field(_ value: Value, _ name: String) -> Value? {
    let field = value.child(heap.string(name))
    return field.tag == .undefined ? nil : field
  }

  func text(_ value: Value, _ name: String) throws(BuiltinFailure) -> String? {
    guard let field = field(value, name) else { return nil }
    guard field.tag == .string else { throw BuiltinFailure("Invalid type. Expected: string, given: \(name)") }
    return String(decoding: field.text, as: UTF8.self)
  }

  mutating func schema(_ value: Value, _ name: String) throws(BuiltinFailure) -> Schema? {
    guard let field = field(value, name) else { return nil }
    guard field.tag == .object || field.tag == .boolean else { throw BuiltinFailure(Self.complaint(name)) }
    return try compile(field, into: Schema())
  }

  static func complaint(_ name: String) -> String {
    switch name {
    case "additionalProperties", "additionalItems": "Invalid type. Expected: boolean/Valid Schema, given: \(name)"
    case "propertyNames": "Invalid type. Expected: Valid Schema, given: patternProperties"
    case "contains": "Expected: Valid Schema, given: Invalid JSON"
    default: "\(name) must be of an object"
    }
  }

  mutating func schemas(_ value: Value, _ name: String) throws(BuiltinFailure) -> [Schema] {
    guard let field = field(value, name) else { return [] }
    guard field.tag == .array else { throw BuiltinFailure("\(name) must be of an array") }
    var found: [Schema] = []
    for item in field.items { found.append(try compile(item, into: Schema())) }
    return found
  }

  mutating func named(_ value: Value, _ name: String, _ title: String) throws(BuiltinFailure) -> [(
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

  func count(_ value: Value, _ name: String) throws(BuiltinFailure) -> Int? {
    guard let field = field(value, name) else { return nil }
    guard let count = field.wholeNumber else { throw BuiltinFailure("\(name) must be of an integer") }
    guard count >= 0 else { throw BuiltinFailure("\(name) must be greater than or equal to 0") }
    return count
  }

  func counts(_ value: Value, _ minimum: String, _ maximum: String) throws(BuiltinFailure) -> (Int?, Int?) {
    let (low, high) = (try count(value, minimum), try count(value, maximum))
    if let low, let high, low > high { throw BuiltinFailure("\(minimum) cannot be greater than \(maximum)") }
    return (low, high)
  }

  func number(_ value: Value, _ name: String) throws(BuiltinFailure) -> Value? {
    guard let field = field(value, name) else { return nil }
    guard field.isNumber else { throw BuiltinFailure("\(name) must be of a Number") }
    return field
  }
}
