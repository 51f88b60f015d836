package import BaileyCore
import Synchronization

extension Controller {
  /// All sessions, the running ones with their state of now, newest first.
  package func summaries() async throws(Fault) -> [SessionSummary] {
    var known = try await resources.archive.all()
    for index in known.indices where known[index].ended == nil {
      if let session = sessions[known[index].id] {
        known[index] = await session.status
      } else {
        known[index].state = .lost
      }
    }
    return known
  }

  /// For a person to look at.
  package func review(of session: SessionSummary) async throws(Fault) -> ChangeSet {
    _ = try resources.readRules()
    return try await resources.workspaces.review(of: session.id)
  }

  package func changes(of session: SessionSummary) async throws(Fault) -> ChangeSet {
    try await resources.workspaces.changes(of: session.id)
  }

  /// Applies what the person chose: a decided action, on record and synced before the first byte moves.
  package func apply(_ selection: ChangeSelection, of session: SessionSummary, digest: String) async throws(Fault)
    -> ApplyReport
  {
    _ = try resources.readRules()
    return try await mediated(.apply, session) { mediation async throws(Fault) -> ApplyReport in
      try await self.resources.workspaces.apply(selection, of: session.id, digest: digest) { set async throws(Fault) in
        try await mediation.request(
          .apply(
            session.subject, project: session.project, changes: set.changes.count,
            risky: set.changes.count { !$0.risks.isEmpty }, digest: digest,
            findings: FindingFacts(selection.chosen(of: set.changes), set.refs.filter(selection.selects)),
            isApproved: selection.isApproved))
        await self.recordDiff(set, session.id)
      }
    }
  }

  /// On record before the first byte moves; an apply does not fail for want of it.
  private func recordDiff(_ set: ChangeSet, _ id: SessionID) async {
    guard let body = await resources.keepDiff(set, of: id, secrets: secrets(of: id), "apply") else { return }
    _ = try? await resources.recorder.append(Record(.payload, session: id, time: resources.now(), body: body), .synced)
  }

  package func undo(_ session: SessionSummary) async throws(Fault) -> ApplyReport {
    try await mediated(.undo, session) { mediation async throws(Fault) -> ApplyReport in
      try await mediation.request(
        Action(.workspaceApply, session.subject, resource: ["project": .string(session.project), "undo": true]))
      return try await self.resources.workspaces.undo(session: session.id)
    }
  }

  package func discard(_ session: SessionSummary, paths: [[UInt8]]?) async throws(Fault) {
    if sessions[session.id] != nil {
      throw Fault(
        "session-running", subject: session.id.text, why: "a running session's view cannot be discarded",
        hint: "end it first: `bailey kill \(session.id.text)`")
    }
    try await resources.workspaces.discard(session: session.id, paths: paths)
    let body: JSON = [
      "event": "discarded", "count": paths.map { .int(Int64($0.count)) } ?? .null,
      "paths": paths.map(recorded) ?? .null,
    ]
    let record = Record(.note, session: session.id, time: resources.now(), body: body)
    try await resources.recorder.append(record, .grouped)
  }

  /// Resets the private home of a project that has no running session.
  package func resetHome(project: String) async throws(Fault) {
    for session in running where await session.status.project == project {
      throw Fault(
        "session-running", subject: session.id.text, why: "a session of this project is running",
        hint: "end it first: `bailey kill \(session.id.text)`")
    }
    try await resources.homes.reset(project: project)
  }

  /// Runs an effect that asks the gate by itself, as soon as it knows what it is to do; a dry run never asks.
  private func mediated(
    _ kind: Record.Kind, _ session: SessionSummary, _ effect: (Mediation) async throws(Fault) -> ApplyReport
  ) async throws(Fault) -> ApplyReport {
    let mediation = Mediation { () throws(Fault) in try await self.mediator(of: session) }
    let report: ApplyReport
    do { report = try await effect(mediation) } catch {
      await mediation.fail(error)
      throw error
    }
    guard let ruling = mediation.ruling else { return report }
    let body = report.summary.setting("intent", .int(Int64(clamping: ruling.record ?? 0)))
    do throws(Fault) {
      try await resources.recorder.append(Record(kind, session: session.id, time: resources.now(), body: body), .synced)
    } catch {
      throw Fault(
        "outcome-unrecorded", subject: session.project,
        why:
          "it was done, as the log's last entry says it was to be, but how it came out could not be recorded: \(error.why)",
        hint: error.hint)
    }
    return report
  }
}

extension Controller {
  /// For an order on what a session left: the floor and all policies are asked, with what is known of what the session did.
  fileprivate func mediator(of session: SessionSummary) async throws(Fault) -> SessionMediator {
    let policies = try await resources.manifests.policies(
      project: session.project, home: home, manifest: sessions[session.id]?.manifest)
    let gate = Gate(
      judges: [floor, OwnerJudge(), FindingsJudge()] + policies.judges, remoteJudges: policies.remoteJudges,
      versions: policies.versions)
    return SessionMediator(
      session: session.id, gate: gate, facts: facts(of: session.id), recorder: resources.recorder, now: resources.now,
      deciding: resources.deciding)
  }
}

/// The one question of an effect to the gate, and its answer.
private final class Mediation: Sendable {
  private let make: @Sendable () async throws(Fault) -> SessionMediator
  private let answer = Mutex<(mediator: SessionMediator, ruling: Ruling)?>(nil)

  init(_ make: @escaping @Sendable () async throws(Fault) -> SessionMediator) { self.make = make }

  /// `nil` as long as nothing was allowed.
  var ruling: Ruling? { answer.withLock { $0?.ruling } }

  func request(_ action: Action) async throws(Fault) {
    let mediator = try await make()
    let ruling = await mediator.request(action)
    guard ruling.isAllowed else { throw Fault(refusing: ruling) }
    answer.withLock { $0 = (mediator, ruling) }
  }

  func fail(_ fault: Fault) async {
    guard let (mediator, ruling) = answer.withLock({ $0 }) else { return }
    await mediator.complete(ruling, Outcome(succeeded: false, detail: ["fault": .string(fault.code)]))
  }
}

/// Paths as the log keeps them: up to 200, printable.
private func recorded(_ paths: [[UInt8]]) -> JSON {
  .array(paths.prefix(200).map { .string(printable(String(decoding: $0, as: UTF8.self))) })
}

extension ApplyReport {
  /// What the log keeps of it: counts and, up to 200, the paths.
  fileprivate var summary: JSON {
    [
      "applied": .int(Int64(applied.count)), "conflicts": .int(Int64(conflicts.count)),
      "held_back": .int(Int64(heldBack.count)),
      "paths": recorded(applied),
      "refs": .array(refs.prefix(100).map { .string($0.name) }),
    ]
  }
}
