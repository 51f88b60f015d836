import Synchronization

/// How many connections of one kind there may be at a time: with opened TLS, where each keeps 100 KiB and more for both sides, or to servers.
final class Openings: Sendable {
  private let maximum: Int
  private let parent: Openings?
  private let count = Atomic<Int>(0)

  /// - Parameter parent: takes part of the same connections, and has a limit of its own.
  init(maximum: Int, within parent: Openings? = nil) {
    self.maximum = maximum
    self.parent = parent
  }

  /// - Returns: `false` where there is no place. Else `leave` gives it back.
  func enter() -> Bool {
    guard count.wrappingAdd(1, ordering: .relaxed).newValue <= maximum, parent?.enter() ?? true else {
      count.wrappingSubtract(1, ordering: .relaxed)
      return false
    }
    return true
  }

  func leave() {
    count.wrappingSubtract(1, ordering: .relaxed)
    parent?.leave()
  }
}
