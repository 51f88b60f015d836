import BaileyLinux
import Synchronization

/// Descriptors that came with a message, closed unless somebody takes them.
package final class PassedDescriptors: Sendable {
  private let numbers: Mutex<[Int32]>

  package init(_ numbers: [Int32]) { self.numbers = Mutex(numbers) }

  deinit {
    for number in take() { _ = Descriptor(owning: number) }
  }

  package var count: Int { numbers.withLock { $0.count } }

  /// All of them, in order, and with them the duty to close each. A second call gets none.
  package func take() -> [Int32] {
    numbers.withLock { list in
      defer { list = [] }
      return list
    }
  }
}
