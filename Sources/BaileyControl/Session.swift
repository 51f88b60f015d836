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
  /// Paths of the project that are covered against changes, not against reading.
  private let readOnly: Set<ExactText>
  private let resources: Resources
  private let observer: Observer
  private let egress: any EgressSession
  private var summary: SessionSummary
  private var state = State.running
  private var waiters: [CheckedContinuation<SessionEnd, Never>] = []
  /// Who ordered a kill, and hears why it takes so long.
  private var killers: [CheckedContinuation<Fault?, Never>] = []
  private var watchers: [Int: @Sendable (SessionEvent) -> Void] = [:]
  private var nextWatcher = 0
  private var granted: Set<ExactText> = []
  /// Waits for the watch's events; it would hold the session for ever.
  private var guarding: Task<Void, Never>?
  /// Masks that are being put back, while all of the session stands still.
  private var coverings = 0
  private var hasEndRecord = false

  package enum SessionEvent: Sendable, Equatable {
    case stopped(signal: Int32)
  }

  init(
    summary: SessionSummary, sandbox: any RunningSandbox, observer: Observer, egress: any EgressSession,
    mediator: SessionMediator, manifest: Manifest, readOnly: Set<ExactText> = [], resources: Resources
  ) {
    id = summary.id
    self.summary = summary
    self.sandbox = sandbox
    self.observer = observer
    self.egress = egress
    self.mediator = mediator
    self.manifest = manifest
    self.readOnly = readOnly
    self.resources = resources
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

  private func tellKillers(_ fault: Fault?) {
    for killer in killers { killer.resume(returning: fault) }
    killers = []
  }

  package func freeze() async throws(Fault) {
    guard state == .running else { throw notRunning }
    try await sandbox.freeze()
    if state == .running { state = .frozen }
    await note("frozen")
  }

  package func thaw() async throws(Fault) {
    guard state == .frozen else {
      throw Fault("session-not-frozen", subject: id.text, why: "the session is not frozen")
    }
    state = .running
    // A mask that is being put back holds the session still until it is done.
    if coverings == 0 {
      do throws(Fault) { try await sandbox.thaw() } catch {
        if state == .running { state = .frozen }
        throw error
      }
    }
    await note("thawed")
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

  /// Ends the session once, whoever asks first; the others wait for the same end.
  func finish(_ end: SessionEnd) async {
    switch state {
    case .ended: return
    case .ending:
      _ = await wait()
      return
    case .running, .frozen: state = .ending(end)
    }
    mediator.close()
    if end == .killed { await killEverything() } else { await endSandbox() }
    await observer.finish()
    let traffic = egress.traffic
    await egress.close()
    await mediator.end()
    await resources.workspaces.close(session: id)
    if end != .killed { summary = ended(end) }
    let summary = summary
    async let saved: Void = end == .killed ? () : save(summary)
    await write(.sessionEnd, Self.endBody(end, traffic))
    await saved
    state = .ended(end)
    guarding?.cancel()
    for waiter in waiters { waiter.resume(returning: end) }
    waiters = []
    tellKillers(nil)
  }

  /// An order to kill waits for nothing that can happen while the processes die: the cut of the connections, the end of the watch, the
  /// summary's way to the disk.
  private func killEverything() async {
    let ended = ended(.killed)
    async let cut: Void = egress.close()
    async let unwatched: Void = resources.workspaces.unwatch(session: id)
    async let saved: Void = save(ended)
    await endSandbox()
    await cut
    await unwatched
    await saved
    summary = ended
  }

  private func ended(_ end: SessionEnd) -> SessionSummary {
    var ended = summary
    ended.state = .ended
    ended.ended = resources.now()
    ended.exitCode = end.exitCode
    return ended
  }

  private nonisolated func save(_ summary: SessionSummary) async {
    do { try await resources.archive.save(summary) } catch {}
  }

  /// Nothing that a process may still need is taken from it, but all that it may still do outside.
  private func endSandbox() async {
    var isKnown = false
    while true {
      do throws(Fault) {
        if try await !sandbox.kill() { await note("watch-unfinished") }
        return
      } catch {
        let fault = Fault(error.code, subject: id.text, why: error.why, hint: error.hint)
        if !isKnown {
          await egress.close()
          await write(.note, ["event": "not-killed", "fault": fault.json])
        }
        isKnown = true
        tellKillers(fault)
      }
    }
  }

  private static func endBody(_ end: SessionEnd, _ traffic: Traffic) -> JSON {
    let cause: JSON =
      switch end {
      case .program: "program"
      case .killed: "killed"
      case .limit(let name): .string("limit:" + name)
      }
    return [
      "cause": cause, "exit_code": .int(Int64(end.exitCode)), "sent_bytes": .int(traffic.sent),
      "received_bytes": .int(traffic.received), "connections": .int(traffic.connections),
    ]
  }

  package var isLive: Bool { isAlive }

  private var isAlive: Bool { state == .running || state == .frozen }

  private var notRunning: Fault {
    Fault(
      "session-not-running", subject: id.text, why: "the session is not running", hint: "`bailey ps` lists sessions")
  }

  func startGuarding(_ events: AsyncStream<WorkspaceEvent>) {
    guarding = Task { await self.guardSensitiveFiles(events) }
  }

  /// Keeps what is sensitive covered until the session ends. What cannot be covered, or watched, ends it: it must not stay readable.
  func guardSensitiveFiles(_ events: AsyncStream<WorkspaceEvent>) async {
    for await event in events {
      guard isAlive else { return }
      do throws(Fault) {
        switch event {
        case .appeared(let path): try await cover(path)
        case .detached(let path): try await coverAgain(path)
        case .notice(let text): await write(.note, ["event": "watch", "notice": .string(text)])
        case .failed(let fault): throw fault
        }
      } catch {
        await expose(error)
      }
    }
  }

  /// A file that is gone again needs no cover; if it comes back, the watch says so.
  ///
  /// Where the agent looked for the name before it existed, overlayfs goes on saying that there is none: then nobody inside can read
  /// it, and it is covered as soon as it shows.
  private func cover(_ path: String) async throws(Fault) {
    do throws(Fault) { try await putCover(path) } catch {
      guard resources.workspaces.isPresent(path) else { return }
      guard error.code == "sandbox-path-missing" else { throw error }
      Task { await self.coverWhenShown(path) }
      return
    }
    await write(.note, ["event": readOnly.contains(ExactText(path)) ? "protected" : "masked", "path": .string(path)])
  }

  private func putCover(_ path: String) async throws(Fault) {
    if readOnly.contains(ExactText(path)) {
      try await sandbox.protect(path: path)
    } else {
      try await sandbox.mask(path: path)
    }
  }

  private func coverWhenShown(_ path: String) async {
    do { try await Task.sleep(for: .milliseconds(50)) } catch { return }
    guard isAlive else { return }
    do throws(Fault) { try await cover(path) } catch { await expose(error) }
  }

  /// What must not be readable may be: the session ends, and the log says why.
  private func expose(_ fault: Fault) async {
    guard isAlive else { return }
    await write(.note, ["event": "sensitive-file-exposed", "fault": fault.json])
    await finish(.killed)
  }

  /// Nothing of the session runs while its mask may be off.
  private func coverAgain(_ path: String) async throws(Fault) {
    coverings += 1
    defer { coverings -= 1 }
    try await sandbox.freeze()
    try await cover(path)
    if state == .running, coverings == 1 { try await sandbox.thaw() }
  }

  /// Starts a further program that the person ordered; on record before it runs.
  package func execute(
    command: [String], environment: [String: String], workingDirectory: String,
    takeStreams: @Sendable () -> StandardStreams, terminal: TerminalSize?
  ) async throws(Fault) -> any RunningProgram {
    guard state == .running else { throw notRunning }
    let body: JSON = ["event": "exec", "argv": .array(recorded(command).map(JSON.string))]
    let record = Record(.note, session: id, time: resources.now(), body: body)
    try await resources.recorder.append(record, .grouped)
    guard state == .running else { throw notRunning }
    return try await sandbox.execute(
      command: command, environment: environment, workingDirectory: workingDirectory, streams: takeStreams(),
      terminal: terminal)
  }

  /// A signal from the person's terminal; a frozen session stays as it is until `thaw`.
  package func signal(_ number: Int32) async throws(Fault) {
    guard state == .running else { throw notRunning }
    try await sandbox.signal(number)
  }

  private func note(_ what: String) async { await write(.note, ["event": .string(what)]) }

  /// Nothing comes after the record of the session's end.
  private func write(_ kind: Record.Kind, _ body: JSON) async {
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
        ? "`bailey doctor` says what is wrong with the log; nothing is allowed until it is mended" : nil)
  }
}
