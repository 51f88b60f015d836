/// OPA's order of terms, variables and calls among them, for terms as `TreeWriter` writes them.
struct TreeOrder {
  private let type: Value
  private let domain: Value
  private let symbols: Value
  /// In their order.
  private let types: [Value]
  /// What terms and statements are compared by, in this order.
  private let parts: [Value]

  init(_ heap: Heap) {
    (type, domain, symbols) = (heap.string("type"), heap.string("domain"), heap.string("symbols"))
    types = [
      "null", "boolean", "number", "string", "templatestring", "var", "ref", "array", "object", "set",
      "arraycomprehension", "objectcomprehension", "setcomprehension", "call",
    ].map { heap.string($0) }
    parts = [
      "index", "negated", "term", "key", "target", "value", "domain", "terms", "symbols", "body", "with", "multi_line",
      "parts",
    ].map { heap.string($0) }
  }

  /// Of equal keys of an object each is kept, in the order in which they are written.
  func sorted(_ terms: [Value]) -> [Value] {
    terms.enumerated().sorted {
      let order = compare($0.element, $1.element)
      return order != 0 ? order < 0 : $0.offset < $1.offset
    }.map(\.element)
  }

  /// Each once.
  func set(_ terms: [Value]) -> [Value] {
    sorted(terms).reduce(into: []) { unique, term in
      if let last = unique.last, compare(last, term) == 0 { return }
      unique.append(term)
    }
  }

  private func compare(_ left: Value, _ right: Value) -> Int {
    let (first, second) = (rank(left), rank(right))
    if first != second { return first - second }
    switch left.tag {
    case .array: return lists(left, right)
    case .object:
      return parts.lazy.map { compare(left.child($0), right.child($0)) }.first { $0 != 0 } ?? 0
    default: return Value.compare(left, right)
    }
  }

  private func lists(_ left: Value, _ right: Value) -> Int {
    for (one, other) in zip(left.items, right.items) {
      let order = compare(one, other)
      if order != 0 { return order }
    }
    return left.count - right.count
  }

  /// Declarations come before terms, these before calls, then `every`, then other statements.
  private func rank(_ value: Value) -> Int {
    guard value.tag == .object else { return value.tag == .array ? types.count : -1 }
    let type = value.child(type)
    if !type.isUndefined { return types.firstIndex { Value.equal($0, type) } ?? 0 }
    if !value.child(symbols).isUndefined { return -2 }
    return types.count + (value.child(domain).isUndefined ? 2 : 1)
  }
}
