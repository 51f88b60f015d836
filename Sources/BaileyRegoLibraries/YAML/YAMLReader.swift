internal import BaileyRego

/// Reads the first document of YAML into a value, as Go does by way of JSON.
///
/// Values of anchors are shared, but count each time they are used: a small text may not stand for a huge value.
struct YAMLReader {
  private struct Collection {
    let isMapping: Bool
    let anchor: String?
    var items: [Value] = []
    var weight = 1
  }

  private let events: YAMLEvents
  private let heap: Heap
  private var open: [Collection] = []
  private var anchors: [String: (value: Value, weight: Int)] = [:]
  private var weight = 0

  static let maximumSize = 8 << 20
  private static let maximumWeight = 1_000_000

  static func read(_ source: [UInt8], into heap: Heap) throws(BuiltinFailure) -> Value {
    guard source.count <= maximumSize else { throw BuiltinFailure("yaml: document is too long") }
    var reader = YAMLReader(events: YAMLEvents(source), heap: heap)
    return try reader.stream()
  }

  private init(events: YAMLEvents, heap: Heap) {
    (self.events, self.heap) = (events, heap)
  }

  /// The end of the document is read too: what follows the value may be wrong.
  private mutating func stream() throws(BuiltinFailure) -> Value {
    guard let value = try document() else { return .null }
    _ = try events.next()
    return value
  }

  /// Nil for a stream that holds nothing.
  private mutating func document() throws(BuiltinFailure) -> Value? {
    while true {
      let done: Value?
      switch try events.next() {
      case .streamStart, .documentStart: done = nil
      case .streamEnd, .documentEnd: return nil
      case .sequenceStart(let anchor): done = start(Collection(isMapping: false, anchor: anchor))
      case .mappingStart(let anchor): done = start(Collection(isMapping: true, anchor: anchor))
      case .end: done = try close()
      case .alias(let name):
        if open.contains(where: { $0.anchor == name }) {
          throw BuiltinFailure("yaml: anchor '\(name)' value contains itself")
        }
        guard let known = anchors[name] else { throw BuiltinFailure("yaml: unknown anchor '\(name)' referenced") }
        done = try add(known.value, known.weight)
      case .scalar(let text, let tag, let isQuoted, let anchor):
        let value = try scalar(text, tag, isQuoted)
        if let anchor { anchors[anchor] = (value, 1) }
        done = try add(value, 1)
      }
      if let done { return done }
    }
  }

  private mutating func start(_ collection: Collection) -> Value? {
    open.append(collection)
    return nil
  }

  /// Puts a value into the collection around it; the value itself when there is none.
  private mutating func add(_ value: Value, _ count: Int) throws(BuiltinFailure) -> Value? {
    weight += count
    guard weight <= Self.maximumWeight else { throw BuiltinFailure("yaml: document contains excessive aliasing") }
    guard !heap.exhausted else { throw BuiltinFailure("memory limit exceeded", kind: .halt) }
    guard !open.isEmpty else { return finished(value) }
    open[open.count - 1].items.append(value)
    open[open.count - 1].weight += count
    return nil
  }

  private func finished(_ value: Value) -> Value { value.bits == Self.merge.bits ? heap.string("<<") : value }

  private mutating func close() throws(BuiltinFailure) -> Value? {
    guard let collection = open.popLast() else { return .null }
    let value = collection.isMapping ? try mapping(collection.items) : heap.array(collection.items.map(finished))
    if let anchor = collection.anchor { anchors[anchor] = (value, collection.weight) }
    // What is inside was counted already.
    weight -= collection.weight - 1
    return try add(value, collection.weight)
  }

  /// Later keys hold; `<<` takes in the pairs of other mappings where it stands.
  private func mapping(_ items: [Value]) throws(BuiltinFailure) -> Value {
    var pairs: [(key: Value, value: Value)] = []
    for at in stride(from: 0, to: items.count - 1, by: 2) {
      let (key, value) = (items[at], finished(items[at + 1]))
      guard key.bits == Self.merge.bits else {
        pairs.append((try self.key(key), value))
        continue
      }
      let sources = value.tag == .array ? value.items.reversed() : [value]
      for source in sources {
        guard source.tag == .object else {
          throw BuiltinFailure("yaml: map merge requires map or sequence of maps as the value")
        }
        pairs += source.pairs
      }
    }
    return heap.object(pairs)
  }

  /// Keys become strings.
  private func key(_ value: Value) throws(BuiltinFailure) -> Value {
    switch value.tag {
    case .string: return value
    case .boolean, .integer, .number: return heap.string(JSONWriter.write(value))
    case .null, .undefined: throw BuiltinFailure("unsupported map key of type: null")
    case .array, .object, .set: throw BuiltinFailure("yaml: invalid map key")
    }
  }

  /// Stands for the key `<<`; no scalar is a set.
  private static var merge: Value { .emptySet }

  private func scalar(_ text: [UInt8], _ tag: String, _ isQuoted: Bool) throws(BuiltinFailure) -> Value {
    let string = String(decoding: text, as: UTF8.self)
    let prefix = "tag:yaml.org,2002:"
    let name = tag.hasPrefix(prefix) ? String(tag.dropFirst(prefix.count)) : (tag == "!" || tag.isEmpty ? "" : "str")
    if tag == "!" || name.isEmpty && isQuoted { return heap.string(string) }
    switch name {
    case "": return try value(YAMLScalar(string), string)
    case "str", "timestamp": return heap.string(string)
    case "binary":
      guard let bytes = try? GoBase64.decode(text) else {
        throw BuiltinFailure("yaml: !!binary value contains invalid base64 data")
      }
      return heap.string(String(decoding: bytes, as: UTF8.self))
    default: return try typed(name, string)
    }
  }

  private func typed(_ name: String, _ text: String) throws(BuiltinFailure) -> Value {
    let scalar = YAMLScalar(text)
    switch (name, scalar) {
    case ("int", .integer), ("float", .integer), ("float", .float), ("bool", .boolean), ("null", .null):
      return try value(scalar, text)
    default: throw BuiltinFailure("yaml: cannot decode !!\(scalar.type) `\(text)` as a !!\(name)")
    }
  }

  private func value(_ scalar: YAMLScalar, _ text: String) throws(BuiltinFailure) -> Value {
    switch scalar {
    case .null: return .null
    case .boolean(let flag): return Value(flag)
    case .merge: return Self.merge
    case .timestamp, .text: return heap.string(text)
    case .integer(let digits): return number(digits)
    case .float(let number):
      guard number.isFinite else {
        throw BuiltinFailure("json: unsupported value: " + (number.isNaN ? "NaN" : (number > 0 ? "+Inf" : "-Inf")))
      }
      return self.number(GoDouble(number).json)
    }
  }

  private func number(_ text: String) -> Value { (try? JSONReader.read(Array(text.utf8), into: heap)) ?? .null }
}
