internal import BaileyRego

/// Text that is equal for values that JSON cannot tell apart: `1` and `1.0`, a set and the array of its members.
enum ComparableText {
  /// - Parameter sorted: the order in arrays does not count.
  static func of(_ value: Value, sorted: Bool) -> String {
    switch value.tag {
    case .number, .integer: return number(json(value))
    case .array, .set:
      let items = value.items.map { of($0, sorted: sorted) }
      return "[" + (sorted || value.tag == .set ? items.sorted() : items).joined(separator: ",") + "]"
    case .object:
      let pairs = value.pairs.map { pair in
        let key = pair.key.tag == .string ? json(pair.key) : quoted(JSONWriter.write(pair.key))
        return key + ":" + of(pair.value, sorted: sorted)
      }
      return "{" + pairs.sorted().joined(separator: ",") + "}"
    default: return json(value)
    }
  }

  private static func json(_ value: Value) -> String { String(decoding: JSONWriter.write(value), as: UTF8.self) }

  private static func number(_ text: String) -> String {
    // The cases may have passed through a reader that knows no negative zero.
    if text == "-0" { return "0" }
    guard text.contains(where: { ".eE".contains($0) }), let value = Double(text) else { return text }
    return value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : "\(value)"
  }
}
