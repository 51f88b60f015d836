import Synchronization

/// Who came first: the one that is about to write, or the one that waits no longer.
private final class Lateness: Sendable {
  private let isWritten = Mutex<Bool?>(nil)

  /// - Returns: whether it is so.
  func settle(isWritten value: Bool) -> Bool {
    isWritten.withLock { settled in
      settled = settled ?? value
      return settled == value
    }
  }
}

/// What `body` gives, or the other value if that takes longer; then it goes on by itself, and may write nothing any more.
///
/// What is being written is waited for: a file that no record names could be erased by nobody.
///
/// - Parameter body: asks its argument before it writes.
func first<Value: Sendable>(
  within time: Duration, else other: Value,
  _ body: @escaping @Sendable (_ begins: @escaping @Sendable () -> Bool) async -> Value
) async -> Value {
  let lateness = Lateness()
  let (answers, answer) = AsyncStream.makeStream(of: Value.self)
  let patience = Task {
    do { try await Task.sleep(for: time) } catch { return }
    if lateness.settle(isWritten: false) { answer.yield(other) }
  }
  Task { answer.yield(await body { lateness.settle(isWritten: true) }) }
  defer { patience.cancel() }
  for await value in answers { return value }
  return other
}
