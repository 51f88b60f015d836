package import BaileyCore

/// Recordings of what a session's programs show.
extension Session {
  /// Begins to chain a recording into the log.
  ///
  /// - Parameter isTerminals: `false` where its bytes are carried already.
  @discardableResult
  func record(_ recording: any SessionRecording, isTerminals: Bool) async -> Transcript {
    if isTerminals { self.recording = recording }
    let isRequired = manifest.recording.isRequired
    let transcript = Transcript(recording, session: id, recorder: resources.recorder, now: resources.now) {
      [weak self] in
      await self?.note("recording-lost")
      // Evidence that is required and cannot be kept ends what it was to show.
      if isRequired { Task { await self?.finish(.limit("recording")) } }
    }
    transcripts.append(transcript)
    await transcript.start()
    return transcript
  }

  /// For whoever carries the terminal's bytes; `nil` where nothing is recorded.
  package func takeRecording() -> (any SessionRecording)? {
    defer { recording = nil }
    return recording
  }

  /// What cannot be recorded runs all the same, and that is on record, unless the rules require it.
  func openRecording(_ program: Int, _ terminal: TerminalSize?) async throws(Fault) -> (any SessionRecording)? {
    let rules = manifest.recording
    guard let keeper = resources.recordings, rules.records(hasTerminal: terminal != nil) else { return nil }
    do throws(Fault) {
      let size = terminal ?? .usual
      return try await keeper.open(id, program: program, size: size, rules: rules, secrets: secrets)
    } catch {
      if rules.isRequired { throw error }
      await write(.note, ["event": "not-recorded", "program": .int(Int64(program)), "fault": error.json])
      return nil
    }
  }
}
