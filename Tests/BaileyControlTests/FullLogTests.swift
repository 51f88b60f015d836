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
