import BaileyCore
import BaileyWire

/// A session's changes as the controller sees them now.
struct ReviewSource {
  let client: Client
  let session: SessionID
  let changes: ChangeSet

  init(_ reference: SessionReference, _ console: Console) throws(Failure) {
    client = try Client.open()
    let progress = Progress("reading the changes", console)
    defer { progress.end() }
    var pages: [Change] = []
    let reply = try client.ask(.changes(reference)) { event in
      if case .changes(let page) = event { pages += page }
    }
    guard case .changes(let session, var changes) = reply else { throw .misunderstood }
    changes.changes = pages + changes.changes
    self.session = session
    self.changes = changes
  }

  /// The real root of the session's project.
  func project() throws(Failure) -> String {
    guard case .sessions(let rows, _) = try Client.open().ask(.list(all: true)),
      let row = rows.first(where: { $0.summary.id == session })
    else { throw .misunderstood }
    return row.summary.project
  }
}

extension Client {
  /// Asks for an apply or undo, and joins the pages of its report.
  static func report(
    of request: Request, _ what: String, _ console: Console
  ) throws(Failure) -> (session: SessionID, report: ApplyReport) {
    let progress = Progress(what, console)
    defer { progress.end() }
    var report = ApplyReport(applied: [], conflicts: [], heldBack: [], refs: [])
    let reply = try Client.open().ask(request) { event in
      if case .report(let page) = event { report.append(page) }
    }
    guard case .applied(let session, let last) = reply else { throw .misunderstood }
    report.append(last)
    return (session, report)
  }
}
