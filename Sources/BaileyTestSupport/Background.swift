package import BaileyLinux
import Synchronization

/// Work that blocks, on a thread of its own: a blocked task would take one of the few threads on which all tests run.
package final class Background<Value: Sendable>: Sendable {
  private enum State: Sendable {
    case running
    case awaited(CheckedContinuation<Value, Never>)
    case done(Value)
  }

  private let state = Mutex(State.running)

  package init(_ work: @escaping @Sendable () -> Value) throws(Errno) {
    try startThread("test") {
      let value = work()
      let waiting = self.state.withLock { state in
        defer { state = .done(value) }
        if case .awaited(let continuation) = state { return continuation as CheckedContinuation<Value, Never>? }
        return nil
      }
      waiting?.resume(returning: value)
    }
  }

  package var value: Value {
    get async {
      await withCheckedContinuation { continuation in
        let done = state.withLock { state -> Value? in
          if case .done(let value) = state { return value }
          state = .awaited(continuation)
          return nil
        }
        if let done { continuation.resume(returning: done) }
      }
    }
  }
}
