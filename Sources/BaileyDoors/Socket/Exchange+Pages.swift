import BaileyCore
import BaileyWire

/// Long lists go ahead of their reply as events, a page at a time, so that no message grows with a project.
extension Exchange {
  /// Returns what the reply still holds.
  func send(pagesOf set: ChangeSet) throws(Fault) -> ChangeSet {
    var rest = set
    while let page = rest.takePage() { try send(.changes(page)) }
    return rest
  }

  func send(pagesOf report: ApplyReport) throws(Fault) -> ApplyReport {
    var rest = report
    while let page = rest.takePage() { try send(.report(page)) }
    return rest
  }
}
