package import BaileyCore

/// Keeps, holds and erases payloads: the only one who erases any.
///
/// One thing at a time, on what the log says at that moment. An erasure is recorded and synced before its file goes; one that was cut
/// short is finished from the log, without a second record. Whatever cannot be read, the log or the settings, stops all erasing.
package actor Retention {
  let log: any LogSource
  let recorder: any Recorder
  let store: any PayloadStore
  private let load: @Sendable () async throws(Fault) -> RetentionPolicy
  private let running: @Sendable () async -> Set<SessionID>
  let user: String
  let now: @Sendable () -> Int64
  var ledger = PayloadLedger()
  private(set) var lastFault: Fault?
  /// As of the last round: who asks what is wrong waits for no disk.
  private(set) var usage: (files: Int, bytes: Int64)?
  /// Until what a controller that died left behind is closed, nobody's turn comes.
  private var isBusy = true
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private static let batch = 512
  private static let stopping = Fault("controller-stopping", why: "the controller is stopping")

  /// - Parameters:
  ///   - policy: read anew for every use.
  ///   - running: sessions that are not over.
  ///   - user: the person, for the log.
  package init(
    log: any LogSource, recorder: any Recorder, store: any PayloadStore,
    policy: @escaping @Sendable () async throws(Fault) -> RetentionPolicy,
    running: @escaping @Sendable () async -> Set<SessionID>, user: String, now: @escaping @Sendable () -> Int64
  ) {
    self.log = log
    self.recorder = recorder
    self.store = store
    load = policy
    self.running = running
    self.user = user
    self.now = now
  }

  /// Closes left recordings, then applies the settings now and every hour, until it is cancelled.
  package func run(
    after recordings: (any RecordingKeeper)?, every pause: Duration = .seconds(3600),
    say: @Sendable (String) -> Void
  ) async {
    for fault in await recordings?.closeLeft(recorder, log, now: now) ?? [] { say(fault.description) }
    pass()
    while !Task.isCancelled {
      let before = lastFault
      do throws(Fault) { try await round() } catch { if error != before { say(error.description) } }
      do { try await Task.sleep(for: pause) } catch { return }
    }
  }

  /// Finishes what was begun, and erases what is due.
  package func round() async throws(Fault) {
    do throws(Fault) {
      usage = await store.usage()
      try await alone { () async throws(Fault) in
        var stuck: Fault?
        if await store.isErasing() { do throws(Fault) { try await finish() } catch { stuck = error } }
        let policy = try await load()
        if policy.erasesByItself, try await !prune(policy, isDryRun: false).erased.isEmpty {
          usage = await store.usage()
        }
        if let stuck { throw stuck }
      }
      lastFault = nil
    } catch {
      lastFault = error
      throw error
    }
  }

  /// What erases by itself does so now.
  package func prune(isDryRun: Bool) async throws(Fault) -> ErasureReport {
    try await alone { () async throws(Fault) in try await prune(try await load(), isDryRun: isDryRun) }
  }

  private func prune(_ policy: RetentionPolicy, isDryRun: Bool) async throws(Fault) -> ErasureReport {
    try await readLog()
    let running = await running()
    let due = policy.due(Array(ledger.kept.values), now: now()) { isHeld($0) || isRunning($0, running) }
    return isDryRun ? ErasureReport(erased: due) : try await erase(due, by: "retention", note: nil)
  }

  /// Returns once what a controller that died left behind is closed: until then recordings change and move.
  package func settled() async { try? await alone { () async throws(Fault) in } }

  // MARK: what the orders share

  /// Waits for its turn.
  func alone<Value>(_ body: () async throws(Fault) -> Value) async throws(Fault) -> Value {
    if isBusy { await withCheckedContinuation { waiting.append($0) } }
    isBusy = true
    defer { pass() }
    return try await body()
  }

  /// Hands the turn on; it stays taken for the one who gets it.
  func pass() {
    if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
  }

  /// Takes in all that the log has by now.
  func readLog() async throws(Fault) {
    while true {
      let entries = try await log.entries(from: ledger.next, limit: Self.batch)
      if entries.isEmpty { return }
      for entry in entries { ledger.take(entry) }
      if Task.isCancelled { throw Self.stopping }
    }
  }

  /// The record first. Killed after it, the next start finds the mark and finishes. One that cannot be removed holds up no other.
  ///
  /// - Returns: what was erased; what somebody named, held or runs by its turn is left.
  func erase(_ due: [RetentionPolicy.Due], by: String, note: String?) async throws(Fault) -> ErasureReport {
    var report = ErasureReport()
    if due.isEmpty { return report }
    // What an earlier one left is not finished by this one.
    let isOwn = await !store.isErasing()
    try await store.mark(isErasing: true)
    var stuck: Fault?
    for due in due {
      if Task.isCancelled { throw Self.stopping }
      guard try await isStillDue(due.payload) else {
        report.left.append(.init(payload: due.payload, why: "a session named it meanwhile, runs, or is held"))
        continue
      }
      let erasure = Erasure(payload: due.payload, reason: due.reason, by: by, note: note, time: now())
      try await recorder.append(erasure.record, .synced)
      report.erased.append(due)
      do throws(Fault) { try await store.remove(due.payload) } catch { stuck = stuck ?? error }
    }
    try await readLog()
    if let stuck { throw stuck }
    if isOwn { try await store.mark(isErasing: false) }
    return report
  }

  /// Erasing many takes minutes, in which others record. Who runs is asked first: who ends after that is left alone.
  private func isStillDue(_ payload: KeptPayload) async throws(Fault) -> Bool {
    let running = await running()
    try await readLog()
    return ledger.kept[payload.sha256] == payload && !isHeld(payload) && !isRunning(payload, running)
  }

  /// Removes what the log calls erased and nobody has named since.
  private func finish() async throws(Fault) {
    try await readLog()
    var stuck: Fault?
    for payload in await store.present(ledger.erased.values.map(\.payload)) {
      try await readLog()
      guard ledger.erased[payload.sha256] != nil else { continue }
      do throws(Fault) { try await store.remove(payload) } catch { stuck = stuck ?? error }
    }
    if let stuck { throw stuck }
    try await store.mark(isErasing: false)
  }

  func policy() async throws(Fault) -> RetentionPolicy { try await load() }
  func runningSessions() async -> Set<SessionID> { await running() }
  func isHeld(_ payload: KeptPayload) -> Bool { payload.owners.contains { ledger.holds[$0.session] != nil } }

  nonisolated func isRunning(_ payload: KeptPayload, _ running: Set<SessionID>) -> Bool {
    payload.owners.contains { running.contains($0.session) }
  }
}
