import BaileyCore

/// Chains a recording into the log: its hash so far every few seconds while it grows, and at its end.
///
/// An actor of its own, so that neither the disk nor the log holds its session up.
actor Transcript {
  private let recording: any SessionRecording
  private let session: SessionID
  private let recorder: any Recorder
  private let now: @Sendable () -> Int64
  /// Called once, when the recording cannot go on.
  private let onLoss: @Sendable () async -> Void
  private var marked: Int64 = 0
  private var isLost = false
  private var following: Task<Void, Never>?

  /// Seconds between syncs, and syncs between records.
  private static let syncsPerMark = 5

  init(
    _ recording: any SessionRecording, session: SessionID, recorder: any Recorder, now: @escaping @Sendable () -> Int64,
    onLoss: @escaping @Sendable () async -> Void
  ) {
    self.recording = recording
    self.session = session
    self.recorder = recorder
    self.now = now
    self.onLoss = onLoss
  }

  func start() { following = Task { await follow() } }

  private func follow() async {
    var syncs = 0
    for await _ in recording.news {
      if syncs > 0 { do { try await Task.sleep(for: .seconds(1)) } catch { return } }
      do throws(Fault) {
        let mark = try await recording.sync()
        if mark.isFinal { return await lose() }
        if syncs % Self.syncsPerMark == 0 { try await append(mark) }
      } catch {
        return await lose()
      }
      syncs += 1
    }
  }

  private func append(_ mark: TranscriptMark) async throws(Fault) {
    guard mark.bytes > marked || mark.isFinal else { return }
    try await recorder.append(Record(.transcript, session: session, time: now(), body: mark.body), .grouped)
    marked = mark.bytes
  }

  private func lose() async {
    if isLost { return }
    isLost = true
    await onLoss()
  }

  /// To be called when nothing of the session runs any more, before the record of its end.
  ///
  /// What a client that reads nothing holds up is given up after two seconds.
  func finish() async {
    let patience = Task { [recording] in
      do { try await Task.sleep(for: .seconds(2)) } catch { return }
      recording.ended()
    }
    await recording.drained()
    patience.cancel()
    following?.cancel()
    await following?.value
    do throws(Fault) { try await append(try await recording.close()) } catch { return }
    await recording.keep()
  }
}
