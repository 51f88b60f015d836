/// A set of variable slots.
struct SlotSet: Sendable, Equatable {
  private var words: [UInt64] = []

  init() {}

  init(_ range: Range<Int>) { for slot in range { insert(slot) } }

  func contains(_ slot: Int) -> Bool { slot >> 6 < words.count && words[slot >> 6] & 1 << UInt64(slot & 63) != 0 }

  mutating func insert(_ slot: Int) {
    while words.count <= slot >> 6 { words.append(0) }
    words[slot >> 6] |= 1 << UInt64(slot & 63)
  }

  mutating func formUnion(_ other: SlotSet) {
    while words.count < other.words.count { words.append(0) }
    for index in other.words.indices { words[index] |= other.words[index] }
  }

  func isSubset(of other: SlotSet) -> Bool {
    for (index, word) in words.enumerated() where word & ~(index < other.words.count ? other.words[index] : 0) != 0 {
      return false
    }
    return true
  }

  func subtracting(_ other: SlotSet) -> SlotSet {
    var result = self
    for index in result.words.indices where index < other.words.count { result.words[index] &= ~other.words[index] }
    return result
  }

  var members: [Int] { (0..<(words.count * 64)).filter(contains) }
  var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
}
