internal import BaileyCore
internal import Synchronization

/// A thread of its own for work that may take long, one piece after the other.
///
/// The first piece starts it. Without work it ends after a while, so an idle controller has no such threads; who lets go of it lets
/// go of nothing that is under way. At most so many pieces wait as `limit` says.
package final class WorkThread: WorkQueue {
  private enum Thread { case none, busy, resting }

  private struct State {
    var waiting: [@Sendable () -> Void] = []
    var thread = Thread.none
  }

  /// That of a main thread: what runs here may recurse.
  private static let stackBytes = 8 << 20

  private let name: String
  private let limit: Int
  private let rest: Int32
  private let bell: Descriptor
  private let state = Mutex(State())

  /// - Parameters:
  ///   - name: at most 15 bytes.
  ///   - rest: milliseconds without work after which the thread ends.
  /// - Throws: where there are no more descriptors.
  package init(_ name: String, limit: Int = 1_024, rest: Int32 = 2_000) throws(Errno) {
    self.name = name
    self.limit = limit
    self.rest = rest
    bell = try Descriptor.eventCounter()
  }

  /// Whether there is a thread at the moment.
  package var isStarted: Bool { state.withLock { $0.thread != .none } }

  package func enqueue(_ work: @escaping @Sendable () -> Void) -> Bool {
    let wasResting = state.withLock { state -> Bool? in
      guard state.waiting.count < limit, state.thread != .none || starts() else { return nil }
      state.waiting.append(work)
      defer { state.thread = .busy }
      return state.thread == .resting
    }
    if wasResting == true { bell.notify() }
    return wasResting != nil
  }

  /// The thread waits for the lock that its starter holds.
  private func starts() -> Bool {
    (try? startThread(name, stackBytes: Self.stackBytes) { [self] in run() }) != nil
  }

  private func run() {
    while true {
      while let work = next() { work() }
      let readiness = try? poll([(bell.raw, .input)], milliseconds: rest)
      if readiness?.first == .input { bell.drain() } else if hasEnded() { return }
    }
  }

  private func next() -> (@Sendable () -> Void)? {
    state.withLock { state in
      if state.waiting.isEmpty {
        state.thread = .resting
        return nil
      }
      return state.waiting.removeFirst()
    }
  }

  /// Unless work came in the last moment.
  private func hasEnded() -> Bool {
    state.withLock { state in
      guard state.waiting.isEmpty else { return false }
      state.thread = .none
      return true
    }
  }
}
