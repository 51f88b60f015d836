import BaileyControl
import BaileyCore
import BaileyLinux
import BaileyWire

/// Requests with one answer and no terminal.
extension Exchange {
  func simple(_ request: Request) async throws(Fault) -> Reply {
    switch request {
    case .version: return .version(services.version)
    case .list(let all): return .sessions(try await rows(all: all), log: services.log.fault)
    case .kill, .killAll, .freeze, .thaw, .grant, .revoke: return try await order(request)
    case .changes, .apply, .discard, .undo, .resetHome: return try await review(request)
    case .showTrust(let directory): return .trust(try await trustQuestion(directory))
    case .agree(let directory, let digest):
      try await controller.resources.manifests.trust(project: try locate(directory).root, digest: digest)
      return .done
    case .doctor: return .doctor(await findings())
    case .logEntry(let index): return .entry(try await entry(index))
    case .verifyLog:
      var result = LogVerification(try await services.log.verify())
      try await addRecordings(to: &result)
      return .verified(result)
    case .payloads, .erasePayloads, .prunePayloads, .hold, .release, .holds: return try await payloads(request)
    case .indexLog(let rebuild): return try await indexLog(rebuild: rebuild)
    case .secrets: return try await secrets()
    case .policies(let reload): return .policies(services.policies?.status(reload: reload) ?? [])
    case .policyBasis(let session, let action): return .policyBasis(try await basis(session, action))
    case .shutdown:
      await controller.stop()
      return .done
    case .run, .exec, .attach, .log, .replay, .provenance, .secretOrder:
      throw Fault("request-misplaced", why: "this request needs its own exchange")
    }
  }

  private func basis(_ reference: SessionReference, _ json: JSON) async throws(Fault) -> JSON {
    guard let action = Action(json: json) else {
      throw Fault("action-malformed", why: "this is no action", hint: "docs/policy-input.md has the form")
    }
    return try await controller.basis(of: try await start(reference, action), for: action)
  }

  /// The session, or the start of one that was denied: then there never was one, and its action says where.
  private func start(_ reference: SessionReference, _ action: Action) async throws(Fault) -> SessionSummary {
    do throws(Fault) { return try await pick(reference) } catch {
      guard action.verb == .sessionStart, let project = action.resource["project"]?.string else { throw error }
      return SessionSummary(
        id: action.subject.session, state: .ended, project: project, command: [], mode: .staged,
        manifestDigest: action.resource["manifest_sha256"]?.string ?? "", user: action.subject.user, started: 0)
    }
  }

  private func findings() async -> [HealthFinding] {
    var findings: [HealthFinding] = []
    for probe in services.health { findings += await probe.examine() }
    return findings
  }

  private func order(_ request: Request) async throws(Fault) -> Reply {
    switch request {
    case .kill(let session):
      try await controller.kill(try await pick(session).id)
      return .killed(count: 1)
    case .killAll: return .killed(count: try await controller.killAll())
    case .freeze(let session): try await live(session).freeze()
    case .thaw(let session): try await live(session).thaw()
    case .grant(let session, let path, let writable): try await live(session).grant(path: path, writable: writable)
    case .revoke(let session, let path): try await live(session).revoke(path: path)
    default: break
    }
    return .done
  }

  private func review(_ request: Request) async throws(Fault) -> Reply {
    switch request {
    case .changes(let reference):
      let session = try await pick(reference)
      return .changes(session.id, try await send(pagesOf: try await controller.review(of: session)))
    case .apply(let reference, let selection, let digest):
      let session = try await pick(reference)
      let report = try await controller.apply(selection, of: session, digest: digest)
      return .applied(session.id, try await send(pagesOf: report))
    case .undo(let reference):
      let session = try await pick(reference)
      return .applied(session.id, try await send(pagesOf: try await controller.undo(session)))
    case .discard(let reference, let paths):
      let session = try await pick(reference)
      try await controller.discard(session, paths: paths)
    case .resetHome(let directory): try await controller.resetHome(project: try locate(directory).root)
    default: break
    }
    return .done
  }

  func live(_ reference: SessionReference) async throws(Fault) -> Session {
    try await controller.session(try await pick(reference).id)
  }

  private func rows(all: Bool) async throws(Fault) -> [SessionRow] {
    var rows: [SessionRow] = []
    for summary in try await controller.summaries() {
      var row = SessionRow(summary: summary, label: await terminals.label(of: summary.id))
      if let session = try? await controller.session(summary.id) {
        row.process = session.sandbox.initProcess
        row.usage = session.sandbox.usage()
        row.traffic = await session.traffic
        row.grants = await session.grants
        row.held = await session.held
      } else if !all {
        continue
      }
      rows.append(row)
    }
    return rows
  }

  private func trustQuestion(_ directory: String) async throws(Fault) -> TrustQuestion? {
    let place = try locate(directory)
    let resolved = try await controller.resources.manifests.resolve(
      project: place.root, workingDirectory: place.workingDirectory, home: try Self.account().home,
      options: ManifestOptions())
    guard case .needed(let summary, let digest) = resolved.trust else { return nil }
    return TrustQuestion(project: place.root, summary: summary, digest: digest)
  }
}

extension LogVerification {
  init(_ findings: LogFindings) {
    self.init(
      size: findings.size, root: findings.root, checkpoint: findings.checkpoint, problems: findings.problems,
      firstBad: findings.firstBad, anchor: findings.anchor)
  }
}
