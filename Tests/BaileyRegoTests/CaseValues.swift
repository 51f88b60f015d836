import BaileyRego

/// Members of cases that are read as Rego values.
extension Value {
  subscript(_ key: String, _ heap: Heap) -> Value { child(heap.string(key)) }
  var isMissing: Bool { tag == .undefined }
  var isTrue: Bool { tag == .boolean && JSONWriter.write(self).count == 4 }
}

/// Text that is equal for values that JSON cannot tell apart.
enum Normal {
  static func text(_ value: Value, sorted: Bool) -> String {
    switch value.tag {
    case .number, .integer: return number(String(decoding: JSONWriter.write(value), as: UTF8.self))
    case .array, .set:
      let items = value.items.map { text($0, sorted: sorted) }
      return "[" + (sorted || value.tag == .set ? items.sorted() : items).joined(separator: ",") + "]"
    case .object:
      let pairs = value.pairs.map { pair in
        let key = String(decoding: JSONWriter.write(pair.key), as: UTF8.self)
        return (pair.key.tag == .string ? key : "\"\(key)\"") + ":" + text(pair.value, sorted: sorted)
      }
      return "{" + pairs.sorted().joined(separator: ",") + "}"
    default: return String(decoding: JSONWriter.write(value), as: UTF8.self)
    }
  }

  private static func number(_ text: String) -> String {
    if text == "-0" { return "0" }
    guard text.contains(where: { ".eE".contains($0) }), let value = Double(text) else { return text }
    return value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : "\(value)"
  }
}
