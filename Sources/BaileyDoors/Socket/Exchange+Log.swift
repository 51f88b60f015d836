import BaileyControl
import BaileyCore
import BaileyWire

extension Exchange {
  private static let batch = 512
  private static let exportBatch = 64

  /// Sends the matching entries as events; with `follow` it goes on until the client leaves.
  func log(_ query: LogQuery, _ inbox: Inbox) async throws(Fault) -> Reply {
    connection.waitForClient()
    var session: SessionID?
    if let reference = query.session { session = try await pick(reference).id }
    let matches = { (entry: LoggedRecord) in Self.matches(entry, session: session, query) }
    var next = try await start(query, matches)
    if let options = query.export { return try await export(options, from: next, matches) }
    next = try await send(from: next, matches)
    guard query.follows else { return .done }
    let client = ClientPresence(inbox)
    while await client.isThere {
      do { try await Task.sleep(for: .milliseconds(200)) } catch { break }
      next = try await send(from: next, matches)
    }
    return .done
  }

  func entry(_ index: UInt64) async throws(Fault) -> LogRow {
    guard let entry = try await services.log.entries(from: index, limit: 1).first, entry.index == index else {
      throw Fault("log-entry-unknown", subject: String(index), why: "the log has no entry with this number")
    }
    let evidence = try await services.log.evidence(for: index)
    return LogRow(index: index, record: entry.record, proof: evidence.proof, checkpoint: evidence.checkpoint)
  }

  private static func matches(_ entry: LoggedRecord, session: SessionID?, _ query: LogQuery) -> Bool {
    if let session, entry.record["session"]?.string != session.text { return false }
    if let since = query.since, entry.record["time_ns"]?.int ?? 0 < since { return false }
    if query.kinds.isEmpty { return true }
    return query.kinds.contains { $0.rawValue == entry.record["kind"]?.string }
  }

  /// The index from which the newest `last` matching entries begin.
  private func start(_ query: LogQuery, _ matches: (LoggedRecord) -> Bool) async throws(Fault) -> UInt64 {
    guard let last = query.last else { return 0 }
    var found = 0
    var end = try await services.log.size()
    while end > 0 {
      let begin = end > UInt64(Self.batch) ? end - UInt64(Self.batch) : 0
      for entry in try await services.log.entries(from: begin, limit: Int(end - begin)).reversed() where matches(entry)
      {
        if found == last { return entry.index + 1 }
        found += 1
      }
      end = begin
    }
    return 0
  }

  /// Sends what there is now in another program's form, a small batch at a time.
  private func export(_ options: ExportOptions, from index: UInt64, _ matches: (LoggedRecord) -> Bool)
    async throws(Fault) -> Reply
  {
    guard let exports = services.exports else { throw Fault("request-misplaced", why: "nothing here can export") }
    var encoder = try exports.encoder(options)
    var next = index
    while true {
      let entries = try await services.log.entries(from: next, limit: Self.exportBatch)
      guard let last = entries.last else { break }
      try await send(try await encoder.encode(entries.filter(matches)))
      next = last.index + 1
    }
    try await send(encoder.finish())
    return .done
  }

  private func send(_ text: [UInt8]) async throws(Fault) {
    if !text.isEmpty { try await sendWhenRoom(.exported(String(decoding: text, as: UTF8.self))) }
  }

  /// Sends up to the present end and returns the index after it.
  private func send(from index: UInt64, _ matches: (LoggedRecord) -> Bool) async throws(Fault) -> UInt64 {
    var next = index
    while true {
      let entries = try await services.log.entries(from: next, limit: Self.batch)
      guard let last = entries.last else { return next }
      let rows = entries.filter(matches).map { LogRow(index: $0.index, record: $0.record) }
      if !rows.isEmpty { try await sendWhenRoom(.entries(rows)) }
      next = last.index + 1
    }
  }
}

/// Knows when a client that says nothing more has left.
private actor ClientPresence {
  private(set) var isThere = true

  init(_ inbox: Exchange.Inbox) {
    Task { [weak self] in
      for await _ in inbox {}
      await self?.leave()
    }
  }

  private func leave() { isThere = false }
}
