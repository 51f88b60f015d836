import BaileyCore
import Synchronization
import Testing

@testable import BaileyControl

private final class Notes: Recorder {
  let bodies = Mutex<[JSON]>([])

  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    bodies.withLock { $0.append(record.body) }
    return 0
  }

  var events: [String] { bodies.withLock { $0.compactMap { $0["event"]?.string } } }
}

/// A session on a recorded sandbox, and what came of the events it was given.
private struct Guarded {
  let sandbox: RecordingSandbox
  let notes = Notes()
  let session: Session

  init(failing: Set<String> = [], present: Set<String> = []) {
    sandbox = RecordingSandbox(failing: failing)
    session =
      SessionFixture(sandbox, recorder: notes, present: present, readOnly: ["/p/.git/config"].exact).session
  }

  func send(_ events: [WorkspaceEvent]) async -> [String] {
    let (stream, source) = AsyncStream.makeStream(of: WorkspaceEvent.self)
    for event in events { source.yield(event) }
    source.finish()
    await session.guardSensitiveFiles(stream)
    return sandbox.calls.withLock { $0 }
  }
}

@Suite("Sensitive files while a session runs")
struct SensitiveGuardTests {
  @Test("A file that appears is covered, and the session goes on")
  func appeared() async {
    let guarded = Guarded()
    #expect(await guarded.send([.appeared("/p/.env"), .notice("limit")]) == ["mask /p/.env"])
    #expect(guarded.notes.events == ["masked", "watch"])
    #expect(await guarded.session.isLive)
  }

  @Test("A file that cannot be covered ends the session")
  func uncoverable() async {
    let guarded = Guarded(failing: ["/p/.env"], present: ["/p/.env"])
    #expect(await guarded.send([.appeared("/p/.env"), .appeared("/p/b.key")]) == ["mask /p/.env", "kill"])
    #expect(guarded.notes.events.first == "sensitive-file-exposed")
    #expect(await !guarded.session.isLive)
  }

  @Test("A file that is gone again when it is to be covered ends nothing")
  func gone() async {
    let guarded = Guarded(failing: ["/p/.env.tmp"])
    #expect(await guarded.send([.appeared("/p/.env.tmp"), .appeared("/p/.env")]).contains("kill") == false)
    #expect(guarded.notes.events == ["masked"])
  }

  @Test("A mask that came off is put back while nothing runs")
  func detached() async {
    let guarded = Guarded()
    #expect(await guarded.send([.detached("/p/.env")]) == ["freeze", "mask /p/.env", "thaw"])
    #expect(await guarded.session.isLive)
  }

  @Test("A file that a direct session must not change is covered again against changes, not against reading")
  func protectedAgain() async {
    let guarded = Guarded()
    #expect(await guarded.send([.detached("/p/.git/config")]) == ["freeze", "protect /p/.git/config", "thaw"])
    #expect(guarded.notes.events == ["protected"])
  }

  @Test("A mask that came off and cannot be put back ends the session, which never runs again")
  func detachedForGood() async {
    let guarded = Guarded(failing: ["/p/.env"], present: ["/p/.env"])
    #expect(await guarded.send([.detached("/p/.env")]) == ["freeze", "mask /p/.env", "kill"])
    #expect(await !guarded.session.isLive)
  }

  @Test("A session that the person froze stays frozen")
  func staysFrozen() async throws {
    let guarded = Guarded()
    try await guarded.session.freeze()
    #expect(await guarded.send([.detached("/p/.env")]) == ["freeze", "freeze", "mask /p/.env"])
  }

  @Test("What is done when the session has ended meanwhile is not on record after its end")
  func endedMeanwhile() async {
    let guarded = Guarded()
    guarded.sandbox.meanwhile.withLock { $0 = { [session = guarded.session] in try? await session.kill() } }
    #expect(await guarded.send([.appeared("/p/.env")]) == ["mask /p/.env", "kill"])
    #expect(guarded.notes.events.isEmpty)
    #expect(guarded.notes.bodies.withLock { $0.map { $0["cause"]?.string } } == ["killed"])
  }

  @Test("A watch that fails ends the session")
  func failed() async {
    let guarded = Guarded()
    let calls = await guarded.send([.failed(Fault("sensitive-watch-failed", why: "too many")), .appeared("/p/.env")])
    #expect(calls == ["kill"])
    #expect(guarded.notes.events.first == "sensitive-file-exposed")
  }
}
