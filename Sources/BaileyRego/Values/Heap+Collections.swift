extension Heap {
  package func integer(_ value: Int) -> Value {
    let small = Value(integer: value)
    return small.integer == value ? small : numberText(Array(String(value).utf8))
  }

  /// A set of these items, in whatever order they come.
  package func set(_ items: [Value]) -> Value {
    if items.count < 2 { return set(sorted: items) }
    let sorted = items.sorted { Value.compare($0, $1) < 0 }
    var unique: [Value] = []
    unique.reserveCapacity(sorted.count)
    for item in sorted where unique.last.map({ !Value.equal($0, item) }) ?? true { unique.append(item) }
    return set(sorted: unique)
  }

  /// An object of these pairs; of two with the same key the later one holds.
  package func object(_ pairs: [(key: Value, value: Value)]) -> Value {
    var unique = pairs
    if !Self.isSorted(pairs) {
      let order = pairs.indices.sorted {
        let keys = Value.compare(pairs[$0].key, pairs[$1].key)
        return keys != 0 ? keys < 0 : $0 < $1
      }
      unique = []
      unique.reserveCapacity(pairs.count)
      for index in order {
        if let last = unique.last, Value.equal(last.key, pairs[index].key) { unique.removeLast() }
        unique.append(pairs[index])
      }
    }
    var words: [Value] = []
    words.reserveCapacity(unique.count * 2)
    for pair in unique { words.append(pair.key) }
    for pair in unique { words.append(pair.value) }
    return object(sortedKeysThenValues: words)
  }

  private static func isSorted(_ pairs: [(key: Value, value: Value)]) -> Bool {
    for index in pairs.indices.dropFirst() where Value.compare(pairs[index - 1].key, pairs[index].key) >= 0 {
      return false
    }
    return true
  }
}

extension Value {
  package var items: [Value] { (0..<count).map { item($0) } }
  package var pairs: [(key: Value, value: Value)] { (0..<count).map { (item($0), value($0)) } }
}
