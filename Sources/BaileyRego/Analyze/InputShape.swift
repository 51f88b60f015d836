/// What a JSON Schema says of the input: fields, types, the values of an enumeration.
///
/// Of the schema's words `properties`, `additionalProperties: false`, `items`, `type`, `enum` and `const` are understood; others leave
/// everything open.
package struct InputShape {
  private let schema: Value
  private let heap: Heap

  /// - Parameter json: a JSON Schema.
  package init(_ json: [UInt8]) throws(RegoError) {
    heap = Heap(limit: 64 << 20)
    schema = try JSONReader.read(json, into: heap)
  }

  enum Place {
    case known(types: [String], values: [Value])
    /// No such field; the fields that there are.
    case missing(String, known: [String])
    case open
  }

  /// What is at a path of constant keys.
  func place(_ path: [Value]) -> Place {
    var at = schema
    for key in path {
      guard key.tag == .string else {
        at = member(at, "items")
        continue
      }
      let name = String(key)
      let properties = member(at, "properties")
      let next = properties.isUndefined ? .undefined : member(properties, name)
      if next.isUndefined {
        guard member(at, "additionalProperties").bits == Value.false.bits, properties.tag == .object else {
          return .open
        }
        return .missing(name, known: properties.items.map { String($0) })
      }
      at = next
    }
    return known(at)
  }

  private func known(_ at: Value) -> Place {
    let (type, constant, values) = (member(at, "type"), member(at, "const"), member(at, "enum"))
    let types =
      type.tag == .string
      ? [String(type)] : type.tag == .array ? type.items.filter { $0.tag == .string }.map { String($0) } : []
    if !constant.isUndefined { return .known(types: types, values: [constant]) }
    return types.isEmpty && values.tag != .array
      ? .open : .known(types: types, values: values.tag == .array ? values.items : [])
  }

  private func member(_ value: Value, _ name: String) -> Value {
    value.tag == .object ? value.child(heap.string(name)) : .undefined
  }

  static func isOfType(_ value: Value, _ name: String) -> Bool {
    switch name {
    case "string": value.tag == .string
    case "integer": value.isNumber && Number.whole(value) != nil
    case "number": value.isNumber
    case "boolean": value.tag == .boolean
    case "null": value.tag == .null
    case "array": value.tag == .array
    case "object": value.tag == .object
    default: true
    }
  }
}
