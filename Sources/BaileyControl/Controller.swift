package import BaileyCore

/// All sessions of one person, and the only way to start one.
package actor Controller {
  package nonisolated let resources: Resources
  /// The floor, for orders that belong to no running session (an apply after the end, for instance).
  let floor: any Judge
  /// The person's, for `~/` in manifests.
  let home: String
  var sessions: [SessionID: Session] = [:]
  /// What sessions that are over did, for orders on what they left; the last ones, until the controller ends.
  private var ended: [(id: SessionID, facts: SessionFacts, secrets: [String])] = []
  private static let remembered = 64
  private var isStopping = false
  /// Looks in a row at which the log was well.
  var calm = 0
  /// Counts the orders to kill all: a session that was starting meanwhile is killed, too.
  private var killings = 0

  package init(resources: Resources, floor: any Judge, home: String) {
    var counting = resources
    if let masking = resources.masking {
      counting.recorder = MaskedRecorder(recorder: resources.recorder, masking: masking)
    }
    counting.recorder = RecordCounts(counting.recorder)
    self.resources = counting
    self.floor = floor
    self.home = home
  }

  /// What `run` gives back: a live session, or the question that must be answered first.
  package enum Start: Sendable {
    case running(Session, notices: [String])
    case needsTrust(summary: [String], digest: String)
  }

  /// Takes a session from an order to a running program, or leaves nothing behind.
  package func run(_ order: RunOrder) async throws(Fault) -> Start {
    guard !isStopping else { throw Fault("controller-stopping", why: "the controller is stopping") }
    guard !order.command.isEmpty else { throw Fault("command-missing", why: "no command was given") }
    let warnings = try resources.readRules()
    let place = try resources.locator.locate(from: order.workingDirectory, home: order.caller.home)
    var resolved = try await resolve(order, place)
    if case .needed(_, let digest) = resolved.trust, order.agreedDigest == digest {
      try await resources.manifests.trust(project: place.root, digest: digest)
      // Policies of the project are compiled only now.
      resolved = try await resolve(order, place)
    }
    if case .needed(let summary, let digest) = resolved.trust {
      return .needsTrust(summary: summary, digest: digest)
    }
    let before = killings
    let starting = try await Starting(resources: resources, order: order, place: place, resolved: resolved)
    let (session, notices) = try await starting.launch()
    if isStopping || killings != before {
      try await session.kill()
      throw Fault("session-killed", subject: session.id.text, why: "all sessions were killed while this one started")
    }
    admit(session)
    Task { [weak self] in
      await session.follow()
      await self?.forget(session.id)
    }
    watch(session, resolved.manifest.limits)
    return .running(session, notices: warnings + notices)
  }

  private func resolve(_ order: RunOrder, _ place: ProjectLocation) async throws(Fault) -> ResolvedManifest {
    try await resources.manifests.resolve(
      project: place.root, workingDirectory: place.workingDirectory, home: order.caller.home, options: order.options)
  }

  func admit(_ session: Session) { sessions[session.id] = session }

  private nonisolated func watch(_ session: Session, _ limits: Limits) {
    let warden = LimitWarden(limits: limits)
    Task {
      guard let exceeded = await warden.watch(session) else { return }
      await session.finish(.limit(exceeded))
    }
  }

  func forget(_ id: SessionID) {
    guard let session = sessions.removeValue(forKey: id) else { return }
    if ended.count == Self.remembered { resources.masking?.forget(ended.removeFirst().id) }
    ended.append((id, session.mediator.currentFacts, session.secrets))
  }

  /// What a session did, as far as it is known.
  func facts(of id: SessionID) -> SessionFacts {
    sessions[id]?.mediator.currentFacts ?? ended.last { $0.id == id }?.facts ?? SessionFacts()
  }

  /// What no diff of it may hold, as far as it is known.
  func secrets(of id: SessionID) -> [String] {
    sessions[id]?.secrets ?? ended.last { $0.id == id }?.secrets ?? []
  }

  package func session(_ id: SessionID) throws(Fault) -> Session {
    guard let session = sessions[id] else {
      throw Fault(
        "session-not-running", subject: id.text, why: "no running session has this name",
        hint: "`bailey ps` lists sessions")
    }
    return session
  }

  package var running: [Session] { Array(sessions.values) }

  package func kill(_ id: SessionID) async throws(Fault) { try await (try session(id)).kill() }

  /// Kills every session, all at once, and returns how many there were.
  ///
  /// Errors: `session-not-killed`, naming each that goes on.
  package func killAll() async throws(Fault) -> Int {
    killings += 1
    let victims = running
    let faults = await withTaskGroup(of: Fault?.self) { group in
      for victim in victims { group.addTask { await Self.kill(victim) } }
      return await group.reduce(into: []) { faults, fault in faults += fault.map { [$0] } ?? [] }
    }
    guard let first = faults.first else { return victims.count }
    let names = faults.compactMap(\.subject).sorted().joined(separator: ", ")
    throw Fault(first.code, subject: names, why: first.why, hint: first.hint)
  }

  private static func kill(_ session: Session) async -> Fault? {
    do throws(Fault) { try await session.kill() } catch { return error }
    return nil
  }

  /// Refuses new sessions and ends the running ones; for an orderly end of the controller.
  package func stop() async {
    isStopping = true
    // Who could not be killed is on record.
    _ = try? await killAll()
  }
}
