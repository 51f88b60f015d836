import BaileyControl
import BaileyCore
import BaileyLinux
import BaileyWire
import Synchronization

/// Requests that hold a program's terminal: run, exec, attach.
extension Exchange {
  func run(_ request: RunRequest, _ descriptors: PassedDescriptors, _ inbox: Inbox) async throws(Fault) -> Reply {
    var order = try order(request, descriptors)
    while true {
      switch try await controller.run(order) {
      case .running(let session, let notices):
        return try await follow(session, notices, request, inbox)
      case .needsTrust(let summary, let digest):
        order.agreedDigest = try await ask(summary, digest, request, inbox)
      }
    }
  }

  private func order(_ request: RunRequest, _ descriptors: PassedDescriptors) throws(Fault) -> RunOrder {
    let takeStreams = try lending(request.streams, descriptors)
    let account = try Self.account()
    return RunOrder(
      command: request.command, workingDirectory: request.workingDirectory, environment: request.environment,
      takeStreams: takeStreams, terminal: request.terminal?.size, options: request.options, agreedDigest: nil,
      caller: Caller(account, home: request.environment["HOME"]))
  }

  /// Refuses a wrong number of descriptors now; hands them over later, or closes them with the last reference.
  func lending(_ plan: StreamPlan, _ descriptors: PassedDescriptors) throws(Fault) -> @Sendable () -> StandardStreams {
    guard descriptors.count == plan.passedCount else { throw WireError.unexpectedDescriptors.fault }
    return { (try? plan.streams(descriptors.take())) ?? StandardStreams(input: nil, output: nil, error: nil) }
  }

  /// The person's yes to a manifest, or a fault.
  private func ask(_ summary: [String], _ digest: String, _ request: RunRequest, _ inbox: Inbox) async throws(Fault)
    -> String
  {
    let untrusted = Fault(
      "manifest-untrusted", subject: digest, why: "the project's manifest has not been agreed to in this form",
      hint: "read it with `bailey trust` and agree there")
    if request.noInput { throw untrusted }
    let project = try locate(request.workingDirectory).root
    try send(.needsTrust(TrustQuestion(project: project, summary: summary, digest: digest)))
    for await incoming in inbox {
      guard case .message(let json, _) = incoming else { continue }
      guard let control = try? Control(json: json), case .agree(let agreed) = control, agreed == digest else {
        throw untrusted
      }
      return agreed
    }
    throw untrusted
  }

  private func follow(_ session: Session, _ notices: [String], _ request: RunRequest, _ inbox: Inbox)
    async throws(Fault) -> Reply
  {
    let summary = await session.status
    await terminals.name(session.id, request.label)
    let relay = try await relay(session, echoes: request.terminal?.echoes ?? true)
    do throws(Fault) {
      try publish(session)
      try send(
        .started(Started(session: session.id, project: summary.project, mode: summary.mode, notices: notices)))
    } catch {
      // A port is taken, or the client went while its session started: nobody would be in charge of it.
      try? await session.kill()
      await terminals.forget(session.id)
      throw error
    }
    connection.waitForClient()
    relay?.attach(connection)
    let isLeft = await converse(session, relay, inbox, killsWhenLeft: true)
    if isLeft { return .detached(session.id) }
    let end = await session.wait()
    await relay?.drained()
    await terminals.forget(session.id)
    return .ended(await ending(session, summary, end, countsChanges: request.countsChanges))
  }

  /// Opens the ports of the manifest on the host's loopback until the session's end; all of them or none.
  private func publish(_ session: Session) throws(Fault) {
    var ports: [PublishedPort] = []
    do throws(Fault) {
      for port in session.manifest.publish { ports.append(try PublishedPort(port, of: session)) }
    } catch {
      for port in ports { port.close() }
      throw error
    }
    guard !ports.isEmpty else { return }
    Task { [ports] in
      _ = await session.wait()
      for port in ports { port.close() }
    }
  }

  private func relay(_ session: Session, echoes: Bool) async throws(Fault) -> TerminalRelay? {
    guard let master = session.sandbox.take(.terminal) else { return nil }
    let recording = await session.takeRecording()
    do throws(Errno) {
      let relay = try TerminalRelay(owning: master, echoes: echoes, recording: recording)
      await terminals.keep(relay, for: session.id)
      // A client may detach: whoever is attached at the end, the relay goes with the session.
      Task { [terminals] in
        _ = await session.wait()
        await relay.drained()
        await terminals.forget(session.id)
      }
      return relay
    } catch {
      recording?.ended()
      try? await session.kill()
      throw Fault("terminal-unusable", why: error.message)
    }
  }

  private func ending(_ session: Session, _ summary: SessionSummary, _ end: SessionEnd, countsChanges: Bool) async
    -> SessionEnding
  {
    var ending = SessionEnding(session: session.id, code: end.exitCode, cause: .program)
    switch end {
    case .program(.notStarted): ending.cause = .notStarted
    case .program(.killed), .killed: ending.cause = .killed
    case .limit(let name): ending.cause = .limit(name)
    case .program: break
    }
    guard countsChanges else { return ending }
    if summary.mode == .staged || summary.mode == .copy, let set = try? await controller.changes(of: summary) {
      let risky = set.changes.count { !$0.risks.isEmpty }
      let conflicts = set.changes.count { $0.conflict != nil } + set.refs.count { $0.conflict != nil }
      ending.pending = .init(files: set.changes.count + set.refs.count, risky: risky, conflicts: conflicts)
    }
    return ending
  }

  func attach(_ reference: SessionReference, _ terminal: TerminalRequest, _ inbox: Inbox) async throws(Fault) -> Reply {
    let session = try await live(reference)
    guard let relay = await terminals.relay(of: session.id) else {
      throw Fault("session-without-terminal", subject: session.id.text, why: "this session has no terminal")
    }
    let summary = await session.status
    try send(.started(Started(session: session.id, project: summary.project, mode: summary.mode, notices: [])))
    relay.resize(rows: terminal.size.rows, columns: terminal.size.columns)
    relay.attach(connection)
    // A client that vanishes has only looked on: the session goes on.
    let isLeft = await converse(session, relay, inbox, killsWhenLeft: false)
    if isLeft { return .detached(session.id) }
    let end = await session.wait()
    await relay.drained()
    return .ended(SessionEnding(session: session.id, code: end.exitCode, cause: end == .killed ? .killed : .program))
  }

  /// Carries keys and signals in and events out until the session ends or the client leaves.
  ///
  /// - Parameter killsWhenLeft: a client that goes without a word takes the session with it.
  /// - Returns: whether the client is gone and the session goes on.
  private func converse(_ session: Session, _ relay: TerminalRelay?, _ inbox: Inbox, killsWhenLeft: Bool) async -> Bool
  {
    let (answers, answer) = AsyncStream.makeStream(of: Bool.self)
    let (events, report) = AsyncStream.makeStream(of: Session.SessionEvent.self)
    let watcher = await session.onEvent { report.yield($0) }
    let ending = Task {
      _ = await session.wait()
      answer.yield(false)
    }
    let reading = Task {
      for await incoming in inbox where await Self.take(incoming, session, relay) {
        answer.yield(true)
        return
      }
      if Task.isCancelled { return }
      if killsWhenLeft { try? await session.kill() } else { answer.yield(true) }
    }
    let telling = Task { [connection] in
      for await event in events {
        if case .stopped(let signal) = event { try? connection.send(.stopped(signal: signal)) }
      }
    }
    var isLeft = false
    for await first in answers {
      isLeft = first
      break
    }
    await session.forget(watcher: watcher)
    for task in [ending, reading, telling] { task.cancel() }
    if isLeft { relay?.detach(connection) }
    return isLeft
  }

  /// Whether the client asked to leave.
  private static func take(_ incoming: Incoming, _ session: Session, _ relay: TerminalRelay?) async -> Bool {
    switch incoming {
    case .data(let bytes): relay?.type(bytes)
    case .message(let json, _):
      guard let control = try? Control(json: json) else { return false }
      switch control {
      case .resize(let size): relay?.resize(rows: size.rows, columns: size.columns)
      case .signal(let number): try? await session.signal(number)
      case .resume: try? await session.signal(18)
      case .detach: return true
      case .agree: break
      }
    }
    return false
  }
}

extension Caller {
  /// Root gives the agent an id that no account has: the unused range that systemd's UIDS-GIDS.md leaves free, a new one each time.
  init(_ account: Account, home: String?) {
    let isRoot = account.user == 0
    let agent = isRoot ? Self.freeBase + Self.next.wrappingAdd(1, ordering: .relaxed).newValue % 65536 : account.user
    self.init(
      user: account.user, group: CurrentProcess.group, agentUser: agent,
      agentGroup: isRoot ? agent : CurrentProcess.group,
      name: account.name, home: home.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? account.home)
  }

  private static let freeBase: UInt32 = 1_879_048_192
  private static let next = Atomic<UInt32>(0)
}
