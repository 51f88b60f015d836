package import BaileyCore

/// One run of one agent: its walls, its view, its gate, and its end.
package actor Session {
  package enum State: Sendable, Equatable {
    case running, frozen
    case ending(SessionEnd)
    case ended(SessionEnd)
  }

  package nonisolated let id: SessionID
  package nonisolated let sandbox: any RunningSandbox
  package nonisolated let mediator: SessionMediator
  package nonisolated let manifest: Manifest
  /// Who is asked beside policies in Rego.
  nonisolated let basis: [any Judge]
  /// Paths of the project that are covered against changes, not against reading.
  let readOnly: Set<ExactText>
  let resources: Resources
  /// Values that no recording and no diff may hold.
  nonisolated let secrets: [String]
  let observer: Observer
  let egress: any EgressSession
  var summary: SessionSummary
  var state = State.running
  var waiters: [CheckedContinuation<SessionEnd, Never>] = []
  /// Who ordered a kill, and hears why it takes so long.
  private var killers: [CheckedContinuation<Fault?, Never>] = []
  private var watchers: [Int: @Sendable (SessionEvent) -> Void] = [:]
  private var nextWatcher = 0
  private var granted: Set<ExactText> = []
  /// Waits for the watch's events; it would hold the session for ever.
  var guarding: Task<Void, Never>?
  /// Masks that are being put back, while all of the session stands still.
  var coverings = 0
  var hasEndRecord = false
  /// Why it was frozen without an order.
  var heldBecause: String?
  /// While its sandbox is being frozen for that.
  var isHolding = false
  /// Whether that is on record.
  var isHoldTold = false
  var transcripts: [Transcript] = []
  /// What the session's own terminal is to tell; taken once.
  var recording: (any SessionRecording)?
  /// Programs that were started beside the first.
  var programs = 0

  package enum SessionEvent: Sendable, Equatable {
    case stopped(signal: Int32)
  }

  init(
    summary: SessionSummary, sandbox: any RunningSandbox, observer: Observer, egress: any EgressSession,
    mediator: SessionMediator, manifest: Manifest, basis: [any Judge] = [], readOnly: Set<ExactText> = [],
    resources: Resources, secrets: [String] = []
  ) {
    id = summary.id
    self.summary = summary
    self.sandbox = sandbox
    self.observer = observer
    self.egress = egress
    self.mediator = mediator
    self.manifest = manifest
    self.basis = basis
    self.readOnly = readOnly
    self.resources = resources
    self.secrets = secrets
  }

  package var status: SessionSummary {
    var status = summary
    if state == .frozen { status.state = .frozen }
    return status
  }

  package var traffic: Traffic { egress.traffic }

  /// Follows the main program to its end, then closes everything. Called once, by the controller.
  func follow() async {
    for await event in sandbox.events {
      switch event {
      case .stopped(let signal): for watcher in watchers.values { watcher(.stopped(signal: signal)) }
      case .exited(.limit(let name)): await finish(.limit(name))
      case .exited(let status): await finish(.program(status))
      }
    }
    await finish(.program(.killed))
  }

  /// - Parameter body: must not block; it runs inside the session.
  /// - Returns: what `forget` takes.
  package func onEvent(_ body: @escaping @Sendable (SessionEvent) -> Void) -> Int {
    nextWatcher += 1
    watchers[nextWatcher] = body
    return nextWatcher
  }

  package func forget(watcher: Int) { watchers[watcher] = nil }

  /// Returns when the session has ended and its records are written.
  package func wait() async -> SessionEnd {
    if case .ended(let end) = state { return end }
    return await withCheckedContinuation { waiters.append($0) }
  }

  /// Returns when the session has ended.
  ///
  /// Errors: `session-not-killed` while a process does not end; the session stays, without any connection, until it does.
  package func kill() async throws(Fault) {
    if case .ended = state { return }
    let fault = await withCheckedContinuation { killer in
      killers.append(killer)
      Task { await finish(.killed) }
    }
    if let fault { throw fault }
  }

  func tellKillers(_ fault: Fault?) {
    for killer in killers { killer.resume(returning: fault) }
    killers = []
  }

  package func freeze() async throws(Fault) {
    if held != nil { return await keepFrozen() }
    guard state == .running else { throw notRunning }
    try await sandbox.freeze()
    if state == .running { state = .frozen }
    // The log's own freeze may have come first: it must not thaw this one.
    heldBecause = nil
    await note("frozen")
  }

  package func thaw() async throws(Fault) {
    guard state == .frozen else {
      throw Fault("session-not-frozen", subject: id.text, why: "the session is not frozen")
    }
    try await wake()
    await note("thawed")
  }

  func wake() async throws(Fault) {
    state = .running
    heldBecause = nil
    // A mask that is being put back holds the session still until it is done.
    if coverings == 0 {
      do throws(Fault) { try await sandbox.thaw() } catch {
        if state == .running { state = .frozen }
        throw error
      }
    }
  }

  /// Makes a path visible in the running session; the person's own order, so only the floor can refuse it.
  package func grant(path: String, writable: Bool) async throws(Fault) {
    guard isAlive else { throw notRunning }
    let ruling = await mediator.request(.mount(summary.subject, path: path, access: writable ? "write" : "read"))
    guard ruling.isAllowed else { throw Fault(refusing: ruling) }
    do {
      try await sandbox.grant(path: path, writable: writable)
    } catch {
      await mediator.complete(ruling, Outcome(succeeded: false, detail: ["fault": .string(error.code)]))
      throw error
    }
    granted.insert(ExactText(path))
    await mediator.complete(ruling, Outcome(succeeded: true))
    await write(.grant, ["path": .string(path), "access": .string(writable ? "write" : "read")])
  }

  package func revoke(path: String) async throws(Fault) {
    guard isAlive else { throw notRunning }
    guard granted.contains(ExactText(path)) else {
      throw Fault(
        "grant-unknown", subject: path, why: "this session has no such grant", hint: "`bailey ps --json` lists grants")
    }
    try await sandbox.revoke(path: path)
    granted.remove(ExactText(path))
    await write(.revoke, ["path": .string(path)])
  }

  package var grants: [String] { granted.sortedTexts() }

  package var isLive: Bool { isAlive }

  var isAlive: Bool { state == .running || state == .frozen }

  var notRunning: Fault {
    Fault(
      "session-not-running", subject: id.text, why: "the session is not running", hint: "`bailey ps` lists sessions")
  }

  /// A signal from the person's terminal; a frozen session stays as it is until `thaw`.
  package func signal(_ number: Int32) async throws(Fault) {
    guard state == .running else { throw notRunning }
    try await sandbox.signal(number)
  }

  func note(_ what: String) async { await write(.note, ["event": .string(what)]) }

  /// Nothing comes after the record of the session's end.
  func write(_ kind: Record.Kind, _ body: JSON) async {
    guard !hasEndRecord else { return }
    hasEndRecord = kind == .sessionEnd
    let record = Record(kind, session: id, time: resources.now(), body: body)
    do { try await resources.recorder.append(record, .grouped) } catch {}
  }
}

extension Fault {
  /// The fault that tells a person of a denied action.
  package init(refusing ruling: Ruling) {
    let reason = ruling.decision.reasons.first
    let place = reason?.source.map { " (\($0.text))" } ?? ""
    self.init(
      reason?.code ?? "policy-denied", subject: ruling.action.verb.rawValue,
      why: (reason?.sentence ?? "denied") + place,
      hint: ruling.record == nil
        ? "`bailey doctor` says what is wrong with the log; nothing is allowed until it is mended"
        : reason?.code == "approval-needed" ? "look at it with `bailey diff`; `bailey apply --approve` says yes" : nil)
  }
}
