import BaileyCore

/// Chains a recording into the log: its hash so far every few seconds while it grows, and at its end.
///
/// An actor of its own, so that neither the disk nor the log holds its session up.
actor Transcript {
  private let recording: any SessionRecording
  private let session: SessionID
  private let recorder: any Recorder
  private let now: @Sendable () -> Int64
  /// Between syncs.
  private let interval: Duration
  /// Called once, when the recording cannot go on.
  private let onLoss: @Sendable () async -> Void
  /// What the log has, and since when.
  private var marked: (mark: TranscriptMark, at: ContinuousClock.Instant)?
  private var synced: TranscriptMark?
  /// Bytes are owed to the log.
  private var isBehind = false
  private var isLost = false
  private var isClosing = false
  /// The next round is not waited for.
  private var isUrgent = false
  private var sleep: Task<Void, Never>?
  private var following: Task<Void, Never>?
  private var ending: Task<Void, Never>?

  private static let syncsPerMark = 5

  init(
    _ recording: any SessionRecording, session: SessionID, recorder: any Recorder, now: @escaping @Sendable () -> Int64,
    interval: Duration = .seconds(1), onLoss: @escaping @Sendable () async -> Void
  ) {
    self.recording = recording
    self.session = session
    self.recorder = recorder
    self.now = now
    self.interval = interval
    self.onLoss = onLoss
  }

  func start() {
    following = Task { await follow() }
    Task { [weak self, recording] in
      for await _ in recording.losses { await self?.hurry() }
    }
  }

  /// While there is news, and as long after it as the log is behind.
  private func follow() async {
    for await _ in recording.news {
      repeat {
        await round()
        if isLost || isClosing { return }
        await pause()
        if isClosing { return }
      } while isBehind
    }
  }

  private func round() async {
    isBehind = true
    // What could not be tried now is tried again.
    guard let mark = try? await recording.sync() else { return }
    synced = mark
    if mark.isFinal || isDue { await append(mark) }
    if mark.isFinal { await lose() }
    isBehind = mark != marked?.mark
  }

  private var isDue: Bool {
    guard let marked else { return true }
    return ContinuousClock.now - marked.at >= interval * Self.syncsPerMark
  }

  private func pause() async {
    if !isUrgent {
      let sleep = Task { [interval] in _ = try? await Task.sleep(for: interval) }
      self.sleep = sleep
      await sleep.value
    }
    isUrgent = false
  }

  private func hurry() {
    isUrgent = true
    sleep?.cancel()
  }

  /// What the log does not take now, it is asked to take again.
  private func append(_ mark: TranscriptMark) async {
    if mark == marked?.mark { return }
    let record = Record(.transcript, session: session, time: now(), body: mark.body)
    do throws(Fault) {
      // The file is renamed to what the last mark says: the mark must be there then.
      try await recorder.append(record, mark.isFinal ? .synced : .grouped)
      marked = (mark, .now)
    } catch {}
  }

  private func lose() async {
    if isLost { return }
    isLost = true
    await onLoss()
  }

  /// To be called when nothing of the session runs any more, before the record of its end.
  ///
  /// - Parameter patience: what a client that reads nothing holds up is given up after it.
  func finish(_ patience: Duration) async {
    // A program's end and its session's may both ask for it.
    let ending = ending ?? Task { await end(patience) }
    self.ending = ending
    await ending.value
  }

  private func end(_ patience: Duration) async {
    let giveUp = Task { [recording] in
      do { try await Task.sleep(for: patience) } catch { return }
      recording.ended()
    }
    await recording.drained()
    giveUp.cancel()
    isClosing = true
    hurry()
    await following?.value
    guard let mark = await closed() else { return await lose() }
    await append(mark)
    if mark.state != .ended { await lose() }
    if marked?.mark == mark { await recording.keep() }
  }

  /// Of one that cannot be closed, what is known; `nil` where that is nothing.
  private func closed() async -> TranscriptMark? {
    do throws(Fault) { return try await recording.close() } catch {
      var mark = synced
      mark?.state = .failed
      return mark
    }
  }
}
