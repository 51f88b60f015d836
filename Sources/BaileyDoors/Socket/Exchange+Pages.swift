import BaileyCore
import BaileyWire

/// Long lists go ahead of their reply as events, a page at a time, so that neither a message nor what waits for the client grows with a
/// project.
extension Exchange {
  /// Returns what the reply still holds.
  func send(pagesOf set: ChangeSet) async throws(Fault) -> ChangeSet {
    for number in 0..<set.lastPage { try await sendWhenRoom(.changes(set.page(number).changes)) }
    return set.page(set.lastPage)
  }

  func send(pagesOf report: ApplyReport) async throws(Fault) -> ApplyReport {
    for number in 0..<report.lastPage { try await sendWhenRoom(.report(report.page(number))) }
    return report.page(report.lastPage)
  }
}
