import BaileyCore

/// The steps from an order to a running session; each undoes the ones before it when it fails.
struct Starting: Sendable {
  let resources: Resources
  let order: RunOrder
  let place: ProjectLocation
  let resolved: ResolvedManifest
  let id = SessionID.random()
  /// What the agent gets in place of its secrets.
  private let standIns: [SecretStandIn]

  /// - Throws: `secrets-locked` and its like: what a manifest names must be there at the start.
  init(resources: Resources, order: RunOrder, place: ProjectLocation, resolved: ResolvedManifest) async throws(Fault) {
    self.resources = resources
    self.order = order
    self.place = place
    self.resolved = resolved
    standIns = try await Self.standIns(resolved.manifest, resources)
  }

  private var credentials: SessionCredentials? {
    resources.secrets.map { SessionCredentials(standIns: standIns, broker: $0) }
  }

  private static func standIns(_ manifest: Manifest, _ resources: Resources) async throws(Fault) -> [SecretStandIn] {
    guard !manifest.secrets.isEmpty else { return [] }
    guard let broker = resources.secrets else {
      throw Fault("secrets-missing", why: "this controller keeps no secrets")
    }
    return try await broker.issue(manifest.secrets)
  }

  private var known: [KnownSecret] {
    resolved.manifest.secrets(in: order.environment) + standIns.flatMap(\.known)
  }
  private var secrets: [String] { known.map { String(decoding: $0.value, as: UTF8.self) } }
  private var subject: Subject { summary.subject }

  /// As it is kept: with what looks like a secret masked.
  private var shownCommand: [String] {
    guard let masking = resources.masking else { return order.command }
    let masked = masking.masked(.array(order.command.map(JSON.string)), of: id)
    return masked.array?.compactMap(\.string) ?? []
  }

  private var summary: SessionSummary {
    SessionSummary(
      id: id, state: .running, project: place.root, command: shownCommand, mode: resolved.manifest.workspace,
      manifestDigest: resolved.manifest.digest, user: order.caller.name, started: resources.now())
  }

  func launch() async throws(Fault) -> (Session, [String]) {
    resources.masking?.know(known, of: id)
    let mediator = SessionMediator(
      session: id,
      gate: Gate(
        judges: resolved.judges + [FindingsJudge()], remoteJudges: resolved.remoteJudges, versions: resolved.versions),
      recorder: resources.recorder, now: resources.now, deciding: resources.deciding)
    let action = Action.start(
      subject, command: order.command, project: place.root, manifest: resolved.manifest.digest)
    let ruling = await mediator.request(action)
    guard ruling.isAllowed else {
      resources.masking?.forget(id)
      throw Fault(refusing: ruling)
    }
    do {
      let result = try await build(mediator)
      await mediator.complete(ruling, Outcome(succeeded: true))
      return result
    } catch {
      await mediator.complete(ruling, Outcome(succeeded: false, detail: ["fault": .string(error.code)]))
      await mediator.end()
      resources.masking?.forget(id)
      throw error
    }
  }

  private func build(_ mediator: SessionMediator) async throws(Fault) -> (Session, [String]) {
    let manifest = resolved.manifest
    let opening = try await resources.workspaces.open(
      session: id, project: place.root, mode: manifest.workspace, sensitive: manifest.sensitive)
    let summary = summary
    let saving = save(summary)
    do {
      let home = try await resources.homes.directory(for: place.root)
      let egress = try await resources.egress.prepare(
        subject: subject, rules: manifest.network, ceilings: resolved.ceilings, credentials: credentials)
      let request = request(opening, home: home, trust: egress.trust)
      return try await launch(request, opening, mediator, summary, egress) { () throws(Fault) in
        if let fault = await saving.value { throw fault }
      }
    } catch {
      _ = await saving.value
      await resources.workspaces.close(session: id)
      await markFailed()
      throw error
    }
  }

  /// On disk before anything of it runs; the plan is made meanwhile.
  private func save(_ summary: SessionSummary) -> Task<Fault?, Never> {
    let archive = resources.archive
    return Task {
      do throws(Fault) { try await archive.save(summary) } catch { return error }
      return nil
    }
  }

  private func launch(
    _ request: SandboxRequest, _ opening: WorkspaceOpening, _ mediator: SessionMediator, _ summary: SessionSummary,
    _ egress: any PreparedEgress, permit: @Sendable () async throws(Fault) -> Void
  ) async throws(Fault) -> (Session, [String]) {
    let observer = Observer(subject: subject, recorder: resources.recorder, now: resources.now)
    let recording = try await openRecording()
    var isLaunched = false
    do {
      let sandbox = try await resources.launcher.launch(
        request, streams: try streams(recording.opened), observer: observer, permit: permit)
      isLaunched = true
      let (session, notices) = try await connect(
        sandbox, observer, opening, mediator, summary, recording, egress)
      if let opened = recording.opened { await session.record(opened, isTerminals: order.terminal != nil) }
      return (session, notices)
    } catch {
      if let opened = recording.opened { await leave(opened, mayHoldOutput: isLaunched && order.terminal == nil) }
      await observer.finish()
      throw error
    }
  }

  /// What a program that ran for a moment has shown stays, on record; nobody has carried a terminal's bytes yet.
  private func leave(_ recording: any SessionRecording, mayHoldOutput: Bool) async {
    guard mayHoldOutput else { return await recording.discard() }
    await Transcript(recording, session: id, recorder: resources.recorder, now: resources.now) {}.finish(.seconds(2))
  }

  private func streams(_ recording: (any SessionRecording)?) throws(Fault) -> StandardStreams {
    let streams = order.takeStreams()
    guard order.terminal == nil, let recording, let keeper = resources.recordings else { return streams }
    return try keeper.tap(streams, recording)
  }

  private typealias OpenedRecording = (opened: (any SessionRecording)?, notices: [String])

  /// What cannot be recorded starts all the same, and says so, unless the rules require it.
  private func openRecording() async throws(Fault) -> OpenedRecording {
    let rules = resolved.manifest.recording
    guard let keeper = resources.recordings, rules.records(hasTerminal: order.terminal != nil) else {
      return (nil, [])
    }
    let size = order.terminal ?? .usual
    do throws(Fault) {
      return (try await keeper.open(id, program: 0, size: size, rules: rules, secrets: secrets), [])
    } catch {
      if rules.isRequired { throw error }
      return (nil, ["this session is not recorded: \(error.why) [\(error.code)]"])
    }
  }

  /// What never ran must not be found as the project's latest session.
  private func markFailed() async {
    var failed = summary
    failed.state = .ended
    failed.ended = resources.now()
    failed.exitCode = 125
    do { try await resources.archive.save(failed) } catch {}
  }

  private func connect(
    _ sandbox: any RunningSandbox, _ observer: Observer, _ opening: WorkspaceOpening, _ mediator: SessionMediator,
    _ summary: SessionSummary, _ recording: OpenedRecording, _ prepared: any PreparedEgress
  ) async throws(Fault) -> (Session, [String]) {
    var opened: (any EgressSession)?
    do {
      let limits = resolved.manifest.limits
      let egress = try await prepared.open(
        channels: channels(of: sandbox), uploadBudget: limits.uploadBytes,
        models: ModelBudget(tokens: limits.tokens, cost: limits.cost), mediator: mediator)
      opened = egress
      let (events, report) = AsyncStream.makeStream(of: WorkspaceEvent.self)
      try await resources.workspaces.watch(session: id) { report.yield($0) }
      let notices = resolved.notices + opening.notices + sandbox.notices + recording.notices
      try await recordStart(summary, notices, isRecorded: recording.opened != nil)
      let session = Session(
        summary: summary, sandbox: sandbox, observer: observer, egress: egress, mediator: mediator,
        manifest: resolved.manifest, basis: resolved.basis, readOnly: opening.readOnly.exact, resources: resources,
        secrets: secrets)
      await session.startGuarding(events)
      return (session, notices)
    } catch {
      mediator.close()
      await opened?.close()
      try await sandbox.kill()
      throw error
    }
  }

  private func channels(of sandbox: any RunningSandbox) -> [SandboxChannel: Int32] {
    let fixed: [SandboxChannel] = [
      .captureIPv4, .captureIPv6, .resolverIPv4, .resolverIPv6, .resolverStreamIPv4, .resolverStreamIPv6, .proxy,
    ]
    var taken: [SandboxChannel: Int32] = [:]
    for channel in fixed + resolved.manifest.hostPorts.map(SandboxChannel.hostPort) {
      if let descriptor = sandbox.take(channel) { taken[channel] = descriptor }
    }
    return taken
  }

  private func request(_ opening: WorkspaceOpening, home: String, trust: SandboxTrust) -> SandboxRequest {
    var request = SandboxRequest(
      session: id, workspace: opening.layers, mounts: opening.mounts, homeDirectory: home,
      homePath: order.caller.home,
      workingDirectory: place.workingDirectory, command: order.command, environment: order.environment,
      terminal: order.terminal, manifest: resolved.manifest, masks: opening.masks, caller: order.caller)
    request.readOnly = opening.readOnly
    request.pinned = opening.pinned
    request.trust = trust
    for standIn in standIns { request.manifest.environment.set.merge(standIn.variables) { _, new in new } }
    request.gitAccess = GitAccess.configuration(standIns)
    request.standIns = opening.variables.compactMapValues(content)
    return request
  }

  /// Of a masked file of variables: those that stand for secrets, and nothing else of it. `nil` where it has none.
  private func content(of names: [String]) -> String? {
    let variables = standIns.reduce(into: [:]) { all, one in all.merge(one.variables) { $1 } }
    let lines = names.compactMap { name in variables[name].map { "\(name)=\($0)\n" } }
    return lines.isEmpty ? nil : lines.joined()
  }

  /// - Parameter isRecorded: what is so, not what the rules want.
  private func recordStart(_ summary: SessionSummary, _ notices: [String], isRecorded: Bool) async throws(Fault) {
    let extent = isRecorded ? resolved.manifest.recording.effective : .off
    let body: JSON = [
      "argv": .array(summary.command.map(JSON.string)), "project": .string(summary.project),
      "mode": .string(summary.mode.rawValue), "manifest_sha256": .string(summary.manifestDigest),
      "notices": .array(notices.map(JSON.string)), "user": .string(summary.user),
      "recording": .string(extent.rawValue),
    ]
    let record = Record(.sessionStart, session: id, time: resources.now(), body: body)
    try await resources.recorder.append(record, .grouped)
  }
}
