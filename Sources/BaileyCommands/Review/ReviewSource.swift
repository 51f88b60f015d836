import BaileyCore
import BaileyWire

/// A session's changes as the controller sees them now.
struct ReviewSource {
  let client: Client
  let session: SessionID
  let changes: ChangeSet

  init(_ reference: SessionReference) throws(Failure) {
    client = try Client.open()
    guard case .changes(let session, let changes) = try client.ask(.changes(reference)) else { throw .misunderstood }
    self.session = session
    self.changes = changes
  }

  /// The real root of the session's project.
  func project() throws(Failure) -> String {
    guard case .sessions(let rows) = try Client.open().ask(.list(all: true)),
      let row = rows.first(where: { $0.summary.id == session })
    else { throw .misunderstood }
    return row.summary.project
  }
}
