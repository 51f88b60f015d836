import BaileyCore
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyControl

/// A log with room for so many records.
private final class SmallLog: Recorder {
  let kinds = Mutex<[Record.Kind]>([])
  let room: Mutex<Int>

  init(room: Int) { self.room = Mutex(room) }

  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    let hasRoom = room.withLock { room in
      room -= 1
      return room >= 0
    }
    guard hasRoom else { throw Fault("log-write-failed", why: "no space", hint: "free space") }
    return kinds.withLock {
      $0.append(record.kind)
      return UInt64($0.count - 1)
    }
  }
}

/// A workspace that counts how often it changed its project.
private final class CountingKeeper: WorkspaceKeeper {
  let effects = Mutex(0)
  private let report = ApplyReport(applied: [[0x61]], conflicts: [], heldBack: [], refs: [])

  func apply(
    _ selection: ChangeSelection, of session: SessionID, digest: String,
    approve: @Sendable (ChangeSet) async throws(Fault) -> Void
  ) async throws(Fault) -> ApplyReport {
    try await approve(ChangeSet(changes: [], refs: [], digest: digest))
    return try await undo(session: session)
  }
  func undo(session: SessionID) async throws(Fault) -> ApplyReport {
    effects.withLock { $0 += 1 }
    return report
  }
  func open(session: SessionID, project: String, mode: WorkspaceMode, sensitive: [Glob]) async throws(Fault)
    -> WorkspaceOpening
  { throw IdleResources.nowhere }
  func changes(of session: SessionID) async throws(Fault) -> ChangeSet { throw IdleResources.nowhere }
  func discard(session: SessionID, paths: [[UInt8]]?) async throws(Fault) { throw IdleResources.nowhere }
  func recover() async throws(Fault) -> [String] { [] }
  func watch(session: SessionID, report: @escaping @Sendable (WorkspaceEvent) -> Void) async throws(Fault) {}
  func isPresent(_ path: String) -> Bool { false }
  func unwatch(session: SessionID) async {}
  func close(session: SessionID) async {}
}

private struct NoFloor: Judge {
  func judge(_ action: Action) -> [Reason] { [] }
}

@Suite("A full log under an order")
struct FullLogTests {
  @Test(
    "No apply or undo without its intent on record; one whose outcome finds no room says that it was done",
    arguments: [Record.Kind.apply, .undo], [0, 1, 2])
  func apply(kind: Record.Kind, room: Int) async {
    let (keeper, log) = (CountingKeeper(), SmallLog(room: room))
    let controller = Controller(
      resources: .idle(log, workspaces: keeper),
      floor: NoFloor(), home: "/h")
    let session = SessionSummary(
      id: .random(), state: .ended, project: "/p", command: ["x"], mode: .staged, manifestDigest: "", user: "nobody",
      started: 1)
    var told: Fault?
    do throws(Fault) {
      switch kind {
      case .apply: _ = try await controller.apply(ChangeSelection(), of: session, digest: "00")
      default: _ = try await controller.undo(session)
      }
    } catch { told = error }
    #expect(told?.code == ["log-unavailable", "outcome-unrecorded", nil][room])
    #expect((told?.hint == nil) == (room == 2))
    #expect(keeper.effects.withLock { $0 } == min(room, 1))
    // An effect that happened is never recorded as failed.
    #expect(log.kinds.withLock { $0 } == Array([.intent, kind].prefix(room)))
  }
}
