import BaileyCore
import BaileyWire

/// What a session read and changed.
extension Exchange {
  /// Sends the statement that the log names, as data; it is not sent where it is not what was stored.
  func provenance(_ reference: SessionReference) async throws(Fault) -> Reply {
    let session = try await pick(reference)
    guard let keeper = services.provenance, let mark = try await mark(of: session.id) else {
      throw Fault(
        "provenance-none", subject: session.id.text, why: "the log has no provenance of this session",
        hint: "it is made at a session's end; one that a dead controller left has none")
    }
    if mark.isLost {
      throw Fault(
        "provenance-lost", subject: session.id.text, why: "its statement could not be kept at the session's end",
        hint: "`bailey log show \(session.id.text)` has a note that says why")
    }
    let statement = try mark.payload.map { payload throws(Fault) in
      try keeper.statement(sha256: payload.sha256, bytes: payload.bytes)
    }
    let bytes =
      statement ?? ProvenanceStatement(session, ledger: nil, outputs: mark.outputs.map { _ in [] }).json.canonical
    connection.waitForClient()
    for start in stride(from: 0, to: bytes.count, by: Self.piece) {
      try await sendWhenRoom(data: Array(bytes[start..<min(start + Self.piece, bytes.count)]))
    }
    return .done
  }

  private func mark(of session: SessionID) async throws(Fault) -> ProvenanceMark? {
    var filter = RecordFilter()
    filter.session = session
    filter.kinds = [.provenance]
    let search = await LogSearch(log: services.log, index: services.index, filter: filter)
    var found: ProvenanceMark?
    _ = try await search.upward(from: 0) { rows async throws(Fault) in
      found = rows.compactMap { $0.record["body"].flatMap(ProvenanceMark.init(body:)) }.last ?? found
    }
    return found
  }
}
