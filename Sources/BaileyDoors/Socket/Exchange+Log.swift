import BaileyControl
import BaileyCore
import BaileyWire

extension Exchange {
  private static let exportBatch = 64

  /// Sends the matching entries as events; with `follow` it goes on until the client leaves.
  func log(_ query: LogQuery, _ inbox: Inbox) async throws(Fault) -> Reply {
    connection.waitForClient()
    var filter = query.filter
    // An export is evidence: nothing of it rests on the index.
    let index = query.scans || query.export != nil ? nil : services.index
    if let reference = query.session { filter.session = try await logged(reference, scans: index == nil) }
    if !query.follows, let index { try await Self.checkKnown(filter, index) }
    let search = await LogSearch(log: services.log, index: index, filter: filter)
    if let remark = search.remark { try send(.remark(remark)) }
    if query.reversed {
      try await sendNewestFirst(search, query.last)
      return .done
    }
    var next = try await search.start(ofNewest: query.last)
    if let options = query.export { return try await export(options, search, from: next) }
    next = try await search.upward(from: next) { rows async throws(Fault) in try await send(rows) }
    guard query.follows else { return .done }
    let client = ClientPresence(inbox)
    while await client.isThere {
      do { try await Task.sleep(for: .milliseconds(200)) } catch { break }
      next = try await search.upward(from: next) { rows async throws(Fault) in try await send(rows) }
    }
    return .done
  }

  func entry(_ index: UInt64) async throws(Fault) -> LogRow {
    guard let entry = try await services.log.whole(from: index, limit: 1).first, entry.index == index else {
      throw Fault("log-entry-unknown", subject: String(index), why: "the log has no entry with this number")
    }
    let evidence = try await services.log.evidence(for: index)
    return LogRow(index: index, record: entry.record, proof: evidence.proof, checkpoint: evidence.checkpoint)
  }

  /// Makes the index anew where that is asked for, and tells what it covers.
  func indexLog(rebuild: Bool) async throws(Fault) -> Reply {
    guard let index = services.index else {
      throw Fault("log-index-unusable", why: "this controller keeps no index of the log")
    }
    let end = rebuild ? try await index.rebuild() : await index.reach().end
    return .indexed(end, of: try await services.log.size())
  }

  /// The log remembers a session for longer than its summary is kept.
  func logged(_ reference: SessionReference, scans: Bool = false) async throws(Fault) -> SessionID {
    do throws(Fault) { return try await pick(reference).id } catch {
      guard case .named(let text) = reference, let id = SessionID(text) else { throw error }
      var filter = RecordFilter()
      filter.session = id
      let search = await LogSearch(log: services.log, index: scans ? nil : services.index, filter: filter)
      guard try await search.hasAny else { throw error }
      return id
    }
  }

  /// Sends what there is now in another program's form, a small batch at a time.
  private func export(_ options: ExportOptions, _ search: LogSearch, from index: UInt64) async throws(Fault) -> Reply {
    guard let exports = services.exports else { throw Fault("request-misplaced", why: "nothing here can export") }
    var encoder = try exports.encoder(options)
    _ = try await search.upward(from: index) { entries async throws(Fault) in
      for start in stride(from: 0, to: entries.count, by: Self.exportBatch) {
        try await send(try await encoder.encode(Array(entries[start..<min(entries.count, start + Self.exportBatch)])))
      }
    }
    try await send(encoder.finish())
    return .done
  }

  private func send(_ text: [UInt8]) async throws(Fault) {
    if !text.isEmpty { try await sendWhenRoom(.exported(String(decoding: text, as: UTF8.self))) }
  }

  /// A reason or an agent that no entry has is most likely misspelt.
  private static func checkKnown(_ filter: RecordFilter, _ index: any LogSearcher) async throws(Fault) {
    try await check(filter.reasons, .reasons, "reason", index)
    try await check(filter.agents, .agents, "agent", index)
  }

  private static func check(_ words: [String], _ facet: LogFacet, _ name: String, _ index: any LogSearcher)
    async throws(Fault)
  {
    if words.isEmpty { return }
    guard let known = await index.known(facet) else { return }
    for word in words where !known.contains(word) {
      throw Fault(
        "log-value-unknown", subject: word, why: "no entry of the log has this \(name)",
        hint: Spelling.nearest(to: word, among: known).map { "did you mean `\($0)`?" })
    }
  }

  private func sendNewestFirst(_ search: LogSearch, _ last: Int?) async throws(Fault) {
    var wanted = last ?? .max
    try await search.downward { rows async throws(Fault) in
      try await send(Array(rows.prefix(wanted)))
      wanted -= min(rows.count, wanted)
      return wanted > 0
    }
  }

  private func send(_ entries: [LoggedRecord]) async throws(Fault) {
    let rows = entries.map { LogRow(index: $0.index, record: $0.record) }
    if !rows.isEmpty { try await sendWhenRoom(.entries(rows)) }
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
