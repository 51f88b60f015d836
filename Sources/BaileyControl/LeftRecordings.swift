package import BaileyCore

extension RecordingKeeper {
  /// Closes the recordings that a controller that died left behind, on record; a failure is tried again at the next start.
  package func closeLeft(_ recorder: any Recorder, now: @Sendable () -> Int64) async throws(Fault) {
    for (session, mark) in try await recover() {
      try await recorder.append(Record(.transcript, session: session, time: now(), body: mark.body), .grouped)
    }
    await keepRecovered()
  }
}
