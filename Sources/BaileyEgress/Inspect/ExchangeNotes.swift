import BaileyCore
import Synchronization

/// What the guards of one exchange leave for each other and for its record.
final class ExchangeNotes: Sendable {
  struct Content: Sendable {
    /// In the request so far.
    var findings = PassageFindings()
    /// What the outcome says besides. It must hold no secret.
    var detail: [String: JSON] = [:]
    /// Of a request to a model.
    var ticket: ModelTicket?
  }

  private let content = Mutex(Content())

  func read<Value: Sendable>(_ body: (Content) -> Value) -> Value { content.withLock { body($0) } }
  func write(_ body: (inout Content) -> Void) { content.withLock { body(&$0) } }
}
