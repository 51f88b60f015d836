/// Who may work on what: one at a time on each name, in the order of asking. Different names do not wait for each other.
///
/// Whoever takes several takes them in one order: the session first, then its project.
struct Turns {
  private var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]

  /// Whether the turn was free; it is the caller's then.
  mutating func takeIfFree(_ name: String) -> Bool {
    if waiting[name] != nil { return false }
    waiting[name] = []
    return true
  }

  mutating func await(_ name: String, _ continuation: CheckedContinuation<Void, Never>) {
    waiting[name, default: []].append(continuation)
  }

  /// Hands the turn to the next one.
  mutating func pass(_ name: String) {
    guard var queue = waiting[name] else { return }
    if queue.isEmpty {
      waiting[name] = nil
    } else {
      let next = queue.removeFirst()
      waiting[name] = queue
      next.resume()
    }
  }
}
