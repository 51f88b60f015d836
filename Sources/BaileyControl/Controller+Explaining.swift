package import BaileyCore

extension Controller {
  /// What a decision of a session rests on beside its policies in Rego, for `bailey policy why`.
  ///
  /// Of a session that runs, what it began with; else what the manifests say now. Nothing is recorded and nobody elsewhere is asked.
  package func basis(of session: SessionSummary, for action: Action) async throws(Fault) -> JSON {
    let live = sessions[session.id]
    let basis = try await resources.manifests.basis(
      project: session.project, home: home, manifest: live?.manifest)
    // As `mediator(of:)` has it: the manifest has no say in what the person orders.
    let asked = action.verb == .workspaceApply ? [floor, OwnerJudge()] : live?.basis ?? basis.judges
    let judges = asked + [FindingsJudge()]
    return [
      "session": .string(session.id.text), "project": .string(session.project), "live": .bool(live != nil),
      "manifest_sha256": .string(session.manifestDigest), "manifest": basis.manifest,
      "reasons": .array(judges.flatMap { $0.judge(action) }.map(\.fullJSON)),
    ]
  }
}
