import BaileyCore
import BaileyWire

/// Long lists go ahead of their reply as events, a page at a time, so that no message grows with a project.
extension Exchange {
  /// Returns what the reply still holds.
  func send(pagesOf set: ChangeSet) async throws(Fault) -> ChangeSet {
    var rest = set
    while let page = rest.takePage() { try await sendWhenRoom(.changes(page)) }
    return rest
  }

  func send(pagesOf report: ApplyReport) async throws(Fault) -> ApplyReport {
    var rest = report
    while let page = rest.takePage() { try await sendWhenRoom(.report(page)) }
    return rest
  }
}
