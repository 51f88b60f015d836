package import BaileyCore

/// Every resource of a session, doing nothing: what a test needs of one, it gives itself.
package struct IdleResources: WorkspaceKeeper, EgressGate, PreparedEgress, EgressSession, SandboxLauncher,
  ManifestProvider, ProjectLocator, SessionArchive, HomeKeeper
{
  package let present: Set<String>
  package let traffic = Traffic()

  /// No fault of Bailey, so `docs/errors.md` does not know its code.
  private static let code = "not-in-this-test"
  package static let nowhere = Fault(code, why: "this test does not come here")

  package init(present: Set<String> = []) { self.present = present }

  package func open(session: SessionID, project: String, mode: WorkspaceMode, sensitive: [Glob]) async throws(Fault)
    -> WorkspaceOpening
  { throw Self.nowhere }
  package func changes(of session: SessionID) async throws(Fault) -> ChangeSet { throw Self.nowhere }
  package func account(of session: SessionID, inputs: [[UInt8]]) async throws(Fault) -> WorkspaceAccount {
    throw Self.nowhere
  }
  package func apply(
    _ selection: ChangeSelection, of session: SessionID, digest: String,
    approve: @Sendable (ChangeSet) async throws(Fault) -> Void
  ) async throws(Fault) -> ApplyReport { throw Self.nowhere }
  package func discard(session: SessionID, paths: [[UInt8]]?) async throws(Fault) { throw Self.nowhere }
  package func undo(session: SessionID) async throws(Fault) -> ApplyReport { throw Self.nowhere }
  package func recover() async throws(Fault) -> [String] { [] }
  package func watch(session: SessionID, report: @escaping @Sendable (WorkspaceEvent) -> Void) async throws(Fault) {}
  package func isPresent(_ path: String) -> Bool { present.contains(path) }
  package func unwatch(session: SessionID) async {}
  package func close(session: SessionID) async {}
  package var trust: SandboxTrust { SandboxTrust(authority: [], bundle: [], keyStore: []) }
  package func prepare(
    subject: Subject, rules: [NetworkRule], ceilings: [[NetworkRule]], credentials: SessionCredentials?
  ) async throws(Fault) -> any PreparedEgress { self }
  package func open(
    channels: [SandboxChannel: Int32], uploadBudget: Int64?, models: ModelBudget, mediator: any Mediator
  ) async throws(Fault) -> any EgressSession { self }
  package func close() async {}
  package func launch(
    _ request: SandboxRequest, streams: StandardStreams, observer: any SandboxObserver,
    permit: @Sendable () async throws(Fault) -> Void
  ) async throws(Fault) -> any RunningSandbox { throw Self.nowhere }
  package func resolve(project: String, workingDirectory: String, home: String, options: ManifestOptions)
    async throws(Fault)
    -> ResolvedManifest
  { throw Self.nowhere }
  package func policies(project: String, home: String, manifest: Manifest?) async throws(Fault) -> PolicyJudges {
    PolicyJudges()
  }
  package func basis(project: String, home: String, manifest: Manifest?) async throws(Fault) -> PolicyBasis {
    PolicyBasis(manifest: .object([:]), judges: [])
  }
  package func trust(project: String, digest: String) async throws(Fault) {}
  package func locate(from directory: String, home: String) throws(Fault) -> ProjectLocation { throw Self.nowhere }
  package func save(_ summary: SessionSummary) async throws(Fault) {}
  package func load(_ id: SessionID) async throws(Fault) -> SessionSummary? { nil }
  package func all() async throws(Fault) -> [SessionSummary] { [] }
  package func directory(for project: String) async throws(Fault) -> String { throw Self.nowhere }
  package func reset(project: String) async throws(Fault) {}
}
