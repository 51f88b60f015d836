internal import Crypto

/// What leaves came to, by their hash: the newest, up to a count. It holds no text of a leaf, but where something stood and its stand-in.
struct LeafMemory {
  private struct Entry {
    var edits: [Edit]
    var used: Int
  }

  let maximumCount: Int
  private var entries: [[UInt8]: Entry] = [:]
  private var clock = 0

  init(maximumCount: Int) { self.maximumCount = max(1, maximumCount) }

  var count: Int { entries.count }

  /// SHA-256 of the parts and their lengths.
  static func key(_ parts: [[UInt8]]) -> [UInt8] {
    var hash = SHA256()
    for part in parts {
      hash.update(data: (0..<8).map { UInt8(truncatingIfNeeded: part.count >> ($0 * 8)) })
      hash.update(data: part)
    }
    return Array(hash.finalize())
  }

  mutating func edits(_ key: [UInt8], _ make: () -> [Edit]) -> [Edit] {
    clock += 1
    if let known = entries[key] {
      entries[key]?.used = clock
      return known.edits
    }
    if entries.count >= maximumCount { forget() }
    let made = make()
    entries[key] = Entry(edits: made, used: clock)
    return made
  }

  /// The older half goes, so that a look-up costs nothing for order.
  private mutating func forget() {
    let middle = entries.values.map(\.used).sorted()[entries.count / 2]
    entries = entries.filter { $0.value.used > middle }
  }
}
