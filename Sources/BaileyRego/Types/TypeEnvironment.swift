/// The types of all documents and functions that rules make, by their path below `data`.
struct TypeEnvironment: Sendable {
  struct Node: Sendable {
    var key: Type.Key
    var type: Type?
    var children: [Value.Key: Int] = [:]
  }

  private(set) var nodes = [Node(key: Type.Key(text: [], type: .string))]

  func child(_ node: Int, _ key: Value) -> Int? { nodes[node].children[key.key] }

  /// What stands at a node: base data may add to what rules make.
  func extent(_ node: Int) -> Type? {
    if let type = nodes[node].type { return type }
    let fields = nodes[node].children.values.map { Type.Field(key: nodes[$0].key, type: extent($0)) }
    return .object(
      fields.sorted { $0.key.text.lexicographicallyPrecedes($1.key.text) },
      rest: Type.Rest(key: .string, value: .anything))
  }

  /// Adds what one rule gives; documents that it lies in, or that lie in it, get it as a part.
  mutating func insert(_ path: [Value], _ type: Type?) {
    var at = 0
    for (index, key) in path.enumerated() {
      at = step(at, key)
      if index + 1 < path.count, let above = nodes[at].type, case .object = above.shape {
        nodes[at].type = above.adding(path[(index + 1)...], type)
      }
    }
    nodes[at].type = Self.merged(nodes[at].type, type)
    if let type, case .object = type.shape { addParts(at) }
  }

  private mutating func step(_ node: Int, _ key: Value) -> Int {
    if let next = nodes[node].children[key.key] { return next }
    nodes.append(Node(key: Type.Key(key)))
    nodes[node].children[key.key] = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func addParts(_ node: Int) {
    for (_, child) in nodes[node].children {
      let part = Type.Rest(key: .string, value: extent(child))
      nodes[node].type = nodes[node].type?.adding(part)
    }
  }

  private static func merged(_ left: Type?, _ right: Type?) -> Type? {
    guard let left, let right else { return left ?? right }
    switch (left.shape, right.shape) {
    case (.set(let first), .set(let second)): return .set(Type.either(first, second))
    case (.object(let first, let firstRest?), .object(let second, let secondRest?))
    where first.isEmpty && second.isEmpty:
      let rest = Type.Rest(
        key: Type.either(firstRest.key, secondRest.key), value: merged(firstRest.value, secondRest.value))
      return .object([], rest: rest)
    default: return Type.either(left, right)
    }
  }
}

extension Type {
  /// An object with one more kind of property.
  fileprivate func adding(_ part: Rest) -> Type {
    guard case .object(let fields, let rest) = shape else { return self }
    return .object(
      fields, rest: Rest(key: Type.either(rest?.key, part.key), value: Type.either(rest?.value, part.value)))
  }

  fileprivate func adding(_ path: ArraySlice<Value>, _ type: Type?) -> Type {
    guard let key = path.first else { return self }
    let inner = path.count == 1 ? type : Type.object([]).adding(path.dropFirst(), type)
    return adding(Rest(key: Type(key), value: inner))
  }
}
