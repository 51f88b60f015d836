extension Registry {
  static let documents: [Builtin] = [
    Builtin("json.filter", 2) { (a, c) throws(BuiltinFailure) in
      let object = try a.object(0)
      return try PathTree(a, 1, c).filter(object, c.heap)
    },
    Builtin("json.remove", 2) { (a, c) throws(BuiltinFailure) in
      let object = try a.object(0)
      return try PathTree(a, 1, c).remove(object, c.heap)
    },
    Builtin("json.marshal_with_options", 2) { (a, c) throws(BuiltinFailure) in
      let options = try a.object(1)
      var (pretty, indent, prefix) = (options.count > 0, Array("\t".utf8), [UInt8]())
      for (key, value) in options.pairs {
        switch (String(key), value.tag) {
        case ("pretty", .boolean): pretty = value.bits == Value.true.bits
        case ("indent", .string): indent = Array(value.text)
        case ("prefix", .string): prefix = Array(value.text)
        case ("pretty", _), ("indent", _), ("prefix", _):
          throw BuiltinFailure("key \"\(String(key))\" has the wrong type", kind: .type)
        default: throw BuiltinFailure("object contained unknown key \"\(String(key))\"", kind: .type)
        }
      }
      guard pretty else { return c.heap.string(JSONWriter.write(a[0], limit: c.heap.room)) }
      var out = prefix
      PrettyJSON(indent: indent, prefix: prefix, limit: c.heap.room).write(a[0], 0, &out)
      return c.heap.string(out)
    },
  ]
}

/// Paths in a document, as a tree of keys; a leaf stands for all below.
final class PathTree {
  private var children: [(key: Value, node: PathTree)] = []
  private var isLeaf = false

  private init() {}

  init(_ a: Arguments, _ index: Int, _ context: BuiltinContext) throws(BuiltinFailure) {
    guard a[index].tag == .array || a[index].tag == .set else { throw a.mismatch(index, "one of {set, array}") }
    for path in a[index].items {
      // Keys are looked for one by one.
      try context.spend(children.count >> 4)
      guard let keys = Self.keys(path, context.heap) else {
        throw BuiltinFailure(
          "operand \(index + 1) must be one of {set, array} containing string paths or array of path segments but got "
            + path.typeName, kind: .type)
      }
      insert(keys[...])
    }
  }

  /// `a/b`, with `~1` for a slash and `~0` for a tilde, or a list of keys.
  static func keys(_ path: Value, _ heap: Heap) -> [Value]? {
    if path.tag == .array { return path.items }
    guard path.tag == .string else { return nil }
    var text = path.text[...]
    if text.first == 0x2F { text = text.dropFirst() }
    if text.isEmpty, path.text.isEmpty { return [] }
    return text.split(separator: 0x2F, omittingEmptySubsequences: false).map { part in
      let name = String(decoding: part, as: UTF8.self)
      guard name.utf8.contains(0x7E) else { return heap.string(name) }
      return heap.string(unescaped(Array(part)))
    }
  }

  private static func unescaped(_ part: [UInt8]) -> [UInt8] {
    var (out, rest) = ([UInt8](), part[...])
    while let byte = rest.popFirst() {
      if byte == 0x7E, rest.first == 0x30 || rest.first == 0x31 {
        out.append(rest.removeFirst() == 0x31 ? 0x2F : 0x7E)
      } else {
        out.append(byte)
      }
    }
    return out
  }

  private func insert(_ keys: ArraySlice<Value>) {
    guard let key = keys.first else {
      isLeaf = true
      return
    }
    if let existing = child(key) {
      existing.insert(keys.dropFirst())
    } else {
      let node = PathTree()
      children.append((key, node))
      node.insert(keys.dropFirst())
    }
  }

  private func child(_ key: Value) -> PathTree? { children.first { Value.equal($0.key, key) }?.node }

  private func child(_ index: Int, _ heap: Heap) -> PathTree? {
    child(heap.string(String(index))) ?? child(Value(integer: index))
  }

  func filter(_ value: Value, _ heap: Heap) -> Value {
    if isLeaf { return value }
    switch value.tag {
    case .object:
      return heap.object(
        value.pairs.compactMap { pair in child(pair.key).map { (pair.key, $0.filter(pair.value, heap)) } })
    case .array:
      return heap.array(value.items.enumerated().compactMap { child($0, heap)?.filter($1, heap) })
    case .set: return heap.set(value.items.compactMap { child($0)?.filter($0, heap) })
    default: return value
    }
  }

  func remove(_ value: Value, _ heap: Heap) -> Value {
    func rest(_ node: PathTree?, _ value: Value) -> Value? {
      guard let node else { return value }
      return node.isLeaf ? nil : node.remove(value, heap)
    }
    switch value.tag {
    case .object:
      return heap.object(value.pairs.compactMap { pair in rest(child(pair.key), pair.value).map { (pair.key, $0) } })
    case .array: return heap.array(value.items.enumerated().compactMap { rest(child($0, heap), $1) })
    case .set: return heap.set(value.items.compactMap { rest(child($0), $0) })
    default: return value
    }
  }
}

/// Go's `json.MarshalIndent`.
struct PrettyJSON {
  let indent: [UInt8]
  let prefix: [UInt8]
  /// Stops soon after so many bytes.
  let limit: Int

  func write(_ value: Value, _ depth: Int, _ out: inout [UInt8]) {
    if out.count > limit { return }
    let room = limit - out.count
    guard value.isCollection, value.count > 0 else {
      out +=
        value.tag == .object
        ? Array("{}".utf8) : (value.isCollection ? Array("[]".utf8) : JSONWriter.write(value, limit: room))
      return
    }
    out.append(value.tag == .object ? 0x7B : 0x5B)
    for index in 0..<value.count where out.count <= limit {
      if index > 0 { out.append(0x2C) }
      newLine(depth + 1, &out)
      if value.tag == .object {
        let key = value.item(index)
        let text = JSONWriter.write(key, limit: room)
        out += key.tag == .string ? text : [0x22] + text + [0x22]
        out += ": ".utf8
      }
      write(value.tag == .object ? value.value(index) : value.item(index), depth + 1, &out)
    }
    newLine(depth, &out)
    out.append(value.tag == .object ? 0x7D : 0x5D)
  }

  private func newLine(_ depth: Int, _ out: inout [UInt8]) {
    out += [0x0A] + prefix
    for _ in 0..<depth where out.count <= limit { out += indent }
  }
}
