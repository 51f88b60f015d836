/// Finds the keys that leave a session running: Ctrl-] three times in a row.
///
/// The first two pass at once, so that a program that uses Ctrl-] itself is never kept waiting.
struct DetachKeys: Sendable {
  private var count = 0
  private static let key: UInt8 = 0x1D

  /// - Returns: the keys to pass on, and whether to detach after them.
  mutating func take(_ keys: [UInt8]) -> (keys: [UInt8], detaches: Bool) {
    for (index, key) in keys.enumerated() {
      count = key == Self.key ? count + 1 : 0
      if count == 3 {
        count = 0
        return (Array(keys[..<index]), true)
      }
    }
    return (keys, false)
  }
}
