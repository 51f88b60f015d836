package import BaileyCore

extension Retention {
  /// What is kept, oldest first.
  package func list(of session: SessionID?) async throws(Fault) -> [PayloadStatus] {
    try await alone { () async throws(Fault) in
      try await readLog()
      // Without readable settings nothing is due.
      let policy = (try? await policy()) ?? RetentionPolicy()
      let running = await runningSessions()
      return ledger.kept.values.filter { session == nil || $0.sessions.contains { $0 == session } }
        .sorted { ($0.time, $0.sha256) < ($1.time, $1.sha256) }
        .map { payload in
          let (held, runs) = (isHeld(payload), isRunning(payload, running))
          return PayloadStatus(
            payload: payload, isHeld: held, isRunning: runs, due: held || runs ? nil : policy.dueTime(payload))
        }
    }
  }

  /// Erases what only this session names; what others name, too, stays.
  package func erase(session: SessionID, note: String?, isDryRun: Bool) async throws(Fault) -> ErasureReport {
    try await alone { () async throws(Fault) in
      try await readLog()
      let (policy, running) = (try await policy(), await runningSessions())
      let named = ledger.kept.values.filter { $0.sessions.contains(session) }.sorted { $0.sha256 < $1.sha256 }
      guard !named.isEmpty else {
        throw Fault(
          "payload-none", subject: session.text, why: "nothing is kept of this session",
          hint: "`bailey payloads` lists what is")
      }
      if ledger.holds[session] != nil { throw Self.held([session]) }
      if running.contains(session) { throw Self.runs(session) }
      var report = ErasureReport()
      for payload in named {
        if payload.sessions.count > 1 {
          let why = "other sessions name it, too; `bailey payloads erase \(payload.sha256)` erases it for all"
          report.left.append(.init(payload: payload, why: why))
        } else if let fault = young(payload, policy) {
          report.left.append(.init(payload: payload, why: fault.why))
        } else {
          report.erased.append(.init(payload, .order))
        }
      }
      if isDryRun { return report }
      let done = try await erase(report.erased, by: user, note: note)
      return ErasureReport(erased: done.erased, left: report.left + done.left)
    }
  }

  /// Erases one content for all sessions that name it.
  package func erase(sha256: String, note: String?, isDryRun: Bool) async throws(Fault) -> ErasureReport {
    try await alone { () async throws(Fault) in
      try await readLog()
      let (policy, running) = (try await policy(), await runningSessions())
      guard let payload = ledger.kept[sha256] else { throw unknown(sha256) }
      let holders = payload.sessions.filter { ledger.holds[$0] != nil }
      if !holders.isEmpty { throw Self.held(holders) }
      if let session = payload.sessions.first(where: running.contains) { throw Self.runs(session) }
      if let fault = young(payload, policy) { throw fault }
      let due = [RetentionPolicy.Due(payload, .order)]
      return isDryRun ? ErasureReport(erased: due) : try await erase(due, by: user, note: note)
    }
  }

  package func hold(_ session: SessionID, reason: String?) async throws(Fault) {
    try await alone { () async throws(Fault) in
      let hold = LegalHold(session: session, by: user, reason: reason, time: now())
      try await recorder.append(hold.record(), .synced)
    }
  }

  package func release(_ session: SessionID, reason: String?) async throws(Fault) {
    try await alone { () async throws(Fault) in
      try await readLog()
      guard ledger.holds[session] != nil else {
        throw Fault(
          "hold-none", subject: session.text, why: "this session is not held", hint: "`bailey hold --list` lists holds")
      }
      let hold = LegalHold(session: session, by: user, reason: reason, time: now())
      try await recorder.append(hold.record(isReleased: true), .synced)
    }
  }

  /// Oldest first.
  package func holds() async throws(Fault) -> [LegalHold] {
    try await alone { () async throws(Fault) in
      try await readLog()
      return ledger.holds.values.sorted { ($0.time, $0.session.text) < ($1.time, $1.session.text) }
    }
  }

  private func unknown(_ sha256: String) -> Fault {
    if let erasure = ledger.erased[sha256] {
      return Fault("payload-erased", subject: sha256, why: "it was \(erasure.sentence)")
    }
    return Fault(
      "payload-unknown", subject: sha256, why: "the log names no such payload", hint: "`bailey payloads` lists them")
  }

  private func young(_ payload: KeptPayload, _ policy: RetentionPolicy) -> Fault? {
    let days = policy.minimumForOrders / 86_400
    guard payload.age(now()) / 1_000_000_000 < policy.minimumForOrders else { return nil }
    let span = days > 0 ? "\(days) days" : "\(policy.minimumForOrders) seconds"
    return Fault(
      "payload-too-young", subject: payload.sha256, why: "the administrator's retention.yaml keeps payloads for \(span)"
    )
  }

  private static func held(_ sessions: [SessionID]) -> Fault {
    let names = sessions.prefix(5).map(\.text).joined(separator: ", ")
    return Fault(
      "payload-held", subject: names, why: "a legal hold keeps what is left of it",
      hint: "`bailey hold --list` says why; `bailey hold --release SESSION` ends it")
  }

  private static func runs(_ session: SessionID) -> Fault {
    Fault(
      "session-running", subject: session.text, why: "nothing of a running session is erased",
      hint: "end it first: `bailey kill \(session.text)`")
  }
}
