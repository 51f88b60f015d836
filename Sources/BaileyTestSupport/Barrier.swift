import Glibc
import Synchronization

/// Holds up whoever comes, on his thread, until it is opened.
package final class Barrier: Sendable {
  private let state = Mutex((isOpen: false, arrived: 0))

  package init() {}

  package func open() { state.withLock { $0.isOpen = true } }

  package func pass() {
    state.withLock { $0.arrived += 1 }
    while !state.withLock({ $0.isOpen }) { usleep(1_000) }
  }

  package var arrived: Int { state.withLock { $0.arrived } }

  /// Returns when so many have come.
  package func arrival(_ count: Int = 1) async {
    while arrived < count { await Task.yield() }
  }
}
