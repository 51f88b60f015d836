package import BaileyCore

extension RecordingKeeper {
  /// Closes the recordings that a controller that died left behind, on record; a failure is tried again at the next start.
  ///
  /// - Returns: what could not be closed, or is none of ours.
  package func closeLeft(_ recorder: any Recorder, _ log: any LogSource, now: @Sendable () -> Int64) async
    -> [Fault]
  {
    do throws(Fault) {
      let left = try await recover { (sessions) throws(Fault) in try await log.transcripts(of: sessions) }
      for (session, mark) in left.marks {
        try await recorder.append(Record(.transcript, session: session, time: now(), body: mark.body), .synced)
      }
      await keepRecovered()
      return left.faults
    } catch {
      return [error]
    }
  }
}

extension LogSource {
  private static var batch: Int { 512 }

  /// What the log says of the recordings of these sessions, in order; those that it does not know are left out.
  fileprivate func transcripts(of sessions: Set<SessionID>) async throws(Fault) -> [SessionID: [TranscriptMark]] {
    var found: [SessionID: [TranscriptMark]] = [:]
    var next: UInt64 = 0
    let size = try await size()
    while next < size {
      let entries = try await entries(from: next, limit: Self.batch)
      guard let last = entries.last else {
        throw Fault(
          "log-entry-unknown", subject: "\(next)", why: "the log has no entry \(next)", hint: "`bailey log verify`")
      }
      for entry in entries {
        guard let session = entry.record["session"]?.string.flatMap(SessionID.init), sessions.contains(session) else {
          continue
        }
        found[session, default: []] += Self.mark(entry.record).map { [$0] } ?? []
      }
      next = last.index + 1
    }
    return found
  }

  private static func mark(_ record: JSON) -> TranscriptMark? {
    guard record["kind"]?.string == Record.Kind.transcript.rawValue else { return nil }
    return record["body"].flatMap(TranscriptMark.init(body:))
  }
}
