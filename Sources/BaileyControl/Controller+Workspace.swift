package import BaileyCore

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

  package func changes(of session: SessionSummary) async throws(Fault) -> ChangeSet {
    try await resources.workspaces.changes(of: session.id)
  }

  /// Applies what the person chose: a decided action, on record and synced before the first byte moves.
  package func apply(_ selection: ChangeSelection, of session: SessionSummary, digest: String) async throws(Fault)
    -> ApplyReport
  {
    let set = try await resources.workspaces.changes(of: session.id)
    guard set.digest == digest else {
      throw Fault(
        "changes-moved", subject: session.id.text, why: "the session changed files since they were shown",
        hint: "look again with `bailey diff`")
    }
    if selection.isDryRun {
      return try await resources.workspaces.apply(selection, of: session.id, digest: digest)
    }
    let action = Action.apply(
      session.subject, project: session.project, changes: set.changes.count,
      risky: set.changes.count { !$0.risks.isEmpty }, digest: digest)
    return try await mediated(action, .apply) { () async throws(Fault) -> ApplyReport in
      try await self.resources.workspaces.apply(selection, of: session.id, digest: digest)
    }
  }

  package func undo(_ session: SessionSummary) async throws(Fault) -> ApplyReport {
    let action = Action(
      .workspaceApply, session.subject, resource: ["project": .string(session.project), "undo": true])
    return try await mediated(action, .undo) { () async throws(Fault) -> ApplyReport in
      try await self.resources.workspaces.undo(session: session.id)
    }
  }

  package func discard(_ session: SessionSummary, paths: [String]?) async throws(Fault) {
    if sessions[session.id] != nil {
      throw Fault(
        "session-running", subject: session.id.text, why: "a running session's view cannot be discarded",
        hint: "end it first: `bailey kill \(session.id.text)`")
    }
    try await resources.workspaces.discard(session: session.id, paths: paths)
    let body: JSON = ["event": "discarded", "paths": paths.map { .array($0.map(JSON.string)) } ?? .null]
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

  private func mediated(
    _ action: Action, _ kind: Record.Kind, _ effect: () async throws(Fault) -> ApplyReport
  ) async throws(Fault) -> ApplyReport {
    let mediator = SessionMediator(
      gate: Gate(judges: [floor, OwnerJudge()]), recorder: resources.recorder, now: resources.now)
    let ruling = await mediator.request(action)
    guard ruling.isAllowed else { throw Fault(refusing: ruling) }
    do {
      let report = try await effect()
      let body = report.summary.setting("intent", .int(Int64(clamping: ruling.record ?? 0)))
      let record = Record(kind, session: action.subject.session, time: resources.now(), body: body)
      try await resources.recorder.append(record, .synced)
      return report
    } catch {
      await mediator.complete(ruling, Outcome(succeeded: false, detail: ["fault": .string(error.code)]))
      throw error
    }
  }
}

extension ApplyReport {
  /// What the log keeps of it: counts and, up to 200, the paths.
  fileprivate var summary: JSON {
    [
      "applied": .int(Int64(applied.count)), "conflicts": .int(Int64(conflicts.count)),
      "held_back": .int(Int64(heldBack.count)),
      "paths": .array(applied.prefix(200).map { .string(printable(String(decoding: $0, as: UTF8.self))) }),
      "refs": .array(refs.prefix(100).map { .string($0.name) }),
    ]
  }
}
