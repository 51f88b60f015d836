import Synchronization

/// Bytes that a session keeps in the controller's memory, and how many they may be.
final class HeldBytes: Sendable {
  private let most: Int64
  private let count = Atomic<Int64>(0)

  init(atMost most: Int64) { self.most = most }

  var now: Int64 { count.load(ordering: .relaxed) }

  /// - Parameter counted: what was counted for the same part of it last.
  /// - Returns: `false` when all of them together are more than they may be.
  func settle(_ bytes: Int, counted: inout Int) -> Bool {
    defer { counted = bytes }
    return count.wrappingAdd(Int64(bytes - counted), ordering: .relaxed).newValue <= most
  }
}
