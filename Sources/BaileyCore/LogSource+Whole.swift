extension LogSource {
  /// Entries from a number on, in order, at most `limit`; fewer only where the log ends.
  ///
  /// A log gives too few for a moment while the newest ones move from its segments into tiles. That must not pass for its end.
  package func whole(from start: UInt64, limit: Int) async throws(Fault) -> [LoggedRecord] {
    let size = try await size()
    guard start < size, limit > 0 else { return [] }
    let wanted = Int(clamping: min(UInt64(limit), size - start))
    var found: [LoggedRecord] = []
    for _ in 0..<4 {
      found += try await entries(from: start + UInt64(found.count), limit: limit - found.count)
      if found.count >= wanted { return found }
    }
    throw Fault(
      "log-read-failed", subject: "\(start + UInt64(found.count))",
      why: "the log has \(size) entries, but does not give this one",
      hint: "try again; `bailey log verify` tells whether the log is whole")
  }
}
