import BaileyCore
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyControl

/// Counts how often the connections of a session are closed.
private final class ClosingEgress: EgressSession {
  let closed = Mutex(0)
  let traffic = Traffic()
  func close() async { closed.withLock { $0 += 1 } }
}

private final class Kinds: Recorder {
  let seen = Mutex<[String]>([])
  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    seen.withLock { $0.append(record.body["event"]?.string ?? record.kind.rawValue) }
    return 0
  }
}

@Suite("Killing what does not end")
struct KillTests {
  private let egress = ClosingEgress()
  private let records = Kinds()

  private func session(_ sandbox: RecordingSandbox, _ id: SessionID = .random()) -> Session {
    SessionFixture(sandbox, recorder: records, egress: egress, id: id).session
  }

  @Test("Who kills a session that does not end is told which and how; it loses its connections, and ends when it can")
  func survivor() async throws {
    let id = SessionID.random()
    let session = session(RecordingSandbox(survives: 3), id)
    do {
      try await session.kill()
      Issue.record("it was killed")
    } catch {
      #expect(error.code == "session-not-killed" && error.subject == id.text && error.why == "it hangs")
      #expect(egress.closed.withLock { $0 } >= 1)
    }
    #expect(await session.wait() == .killed)
    #expect(records.seen.withLock { $0 } == ["not-killed", "session.end"])
    try await session.kill()
  }

  @Test("A kill tells nothing where nothing hangs")
  func ordinary() async throws {
    try await session(RecordingSandbox()).kill()
    #expect(records.seen.withLock { $0 } == ["session.end"])
  }
}
