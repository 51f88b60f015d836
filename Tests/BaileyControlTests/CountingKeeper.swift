import BaileyCore
import BaileyTestSupport
import Synchronization

/// A workspace with these changes, that counts how often it changed its project.
final class CountingKeeper: WorkspaceKeeper {
  let effects = Mutex(0)
  private let changes: [Change]
  private let report = ApplyReport(applied: [[0x61]], conflicts: [], heldBack: [], refs: [])

  private let account: WorkspaceAccount?

  init(changes: [Change] = [], account: WorkspaceAccount? = nil) {
    self.changes = changes
    self.account = account
  }

  func apply(
    _ selection: ChangeSelection, of session: SessionID, digest: String,
    approve: @Sendable (ChangeSet) async throws(Fault) -> Void
  ) async throws(Fault) -> ApplyReport {
    try await approve(ChangeSet(changes: changes, refs: [], digest: digest))
    return try await undo(session: session)
  }
  func undo(session: SessionID) async throws(Fault) -> ApplyReport {
    effects.withLock { $0 += 1 }
    return report
  }
  func open(session: SessionID, project: String, mode: WorkspaceMode, sensitive: [Glob]) async throws(Fault)
    -> WorkspaceOpening
  { throw IdleResources.nowhere }
  func account(of session: SessionID, inputs: [[UInt8]]) async throws(Fault) -> WorkspaceAccount {
    if let account { return account }
    throw IdleResources.nowhere
  }
  func changes(of session: SessionID) async throws(Fault) -> ChangeSet {
    ChangeSet(changes: changes, refs: [], digest: "00")
  }
  func discard(session: SessionID, paths: [[UInt8]]?) async throws(Fault) { throw IdleResources.nowhere }
  func recover() async throws(Fault) -> [String] { [] }
  func watch(session: SessionID, report: @escaping @Sendable (WorkspaceEvent) -> Void) async throws(Fault) {}
  func isPresent(_ path: String) -> Bool { false }
  func unwatch(session: SessionID) async {}
  func close(session: SessionID) async {}
}

struct NoFloor: Judge {
  func judge(_ action: Action) -> [Reason] { [] }
}
