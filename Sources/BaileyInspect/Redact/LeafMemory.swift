internal import Crypto

/// What leaves came to, by their hash: the newest, up to a count. It holds no text of a leaf.
package struct LeafMemory<Value> {
  private struct Entry {
    var value: Value
    var used: Int
  }

  let maximumCount: Int
  private var entries: [[UInt8]: Entry] = [:]
  private var clock = 0

  package init(maximumCount: Int) { self.maximumCount = max(1, maximumCount) }

  package var count: Int { entries.count }

  package mutating func value(_ key: [UInt8]) -> Value? {
    clock += 1
    entries[key]?.used = clock
    return entries[key]?.value
  }

  package mutating func keep(_ value: Value, _ key: [UInt8]) {
    if entries[key] == nil, entries.count >= maximumCount { forget() }
    clock += 1
    entries[key] = Entry(value: value, used: clock)
  }

  /// The older half goes, so that a look-up costs nothing for order.
  private mutating func forget() {
    let middle = entries.values.map(\.used).sorted()[entries.count / 2]
    entries = entries.filter { $0.value.used > middle }
  }
}

/// What a leaf is known by.
package enum LeafKey {
  /// SHA-256 of the parts and their lengths. Under a key, which is a part then, it tells nobody what the leaf was.
  package static func of(_ parts: [[UInt8]]) -> [UInt8] {
    var hash = SHA256()
    for part in parts {
      hash.update(data: (0..<8).map { UInt8(truncatingIfNeeded: part.count >> ($0 * 8)) })
      hash.update(data: part)
    }
    return Array(hash.finalize())
  }
}

extension LeafMemory where Value == [Edit] {
  mutating func edits(_ key: [UInt8], _ make: () -> [Edit]) -> [Edit] {
    if let known = value(key) { return known }
    let made = make()
    keep(made, key)
    return made
  }
}
