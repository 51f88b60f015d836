import BaileyCore
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyControl

private let nowhere = IdleResources.nowhere

/// A sandbox that writes down what is asked of it, and cannot mask the paths that it is told to fail at.
private final class RecordingSandbox: RunningSandbox {
  let calls = Mutex<[String]>([])
  let failing: Set<String>
  let initProcess: Int32 = 1
  let notices: [String] = []
  let events: AsyncStream<SandboxEvent>

  init(failing: Set<String> = []) {
    self.failing = failing
    events = AsyncStream { $0.finish() }
  }

  private func note(_ call: String) { calls.withLock { $0.append(call) } }

  func take(_ channel: SandboxChannel) -> Int32? { nil }
  func signal(_ number: Int32) async throws(Fault) { throw nowhere }
  func resize(_ size: TerminalSize) async throws(Fault) { throw nowhere }
  let holdsMemory = false
  func usage() -> Usage? { nil }
  func freeze() async throws(Fault) { note("freeze") }
  func thaw() async throws(Fault) { note("thaw") }
  func kill() async { note("kill") }
  func grant(path: String, writable: Bool) async throws(Fault) { throw nowhere }
  func revoke(path: String) async throws(Fault) { throw nowhere }
  func mask(path: String) async throws(Fault) {
    note("mask " + path)
    if failing.contains(path) { throw Fault("sandbox-request-failed", why: "no such file") }
  }
  func protect(path: String) async throws(Fault) { note("protect " + path) }
  func execute(
    command: [String], environment: [String: String], workingDirectory: String, streams: StandardStreams,
    terminal: TerminalSize?
  ) async throws(Fault) -> any RunningProgram { throw nowhere }
  func dial(port: UInt16) async throws(Fault) -> Int32 { throw nowhere }
}

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
    let idle = IdleResources(present: present)
    let resources = Resources(
      launcher: idle, workspaces: idle, egress: idle, recorder: notes, manifests: idle, locator: idle, archive: idle,
      homes: idle, now: { 1 })
    let summary = SessionSummary(
      id: .random(), state: .running, project: "/p", command: ["x"], mode: .staged, manifestDigest: "", user: "u",
      started: 0)
    let mediator = SessionMediator(gate: Gate(judges: []), recorder: notes, now: { 1 })
    let observer = Observer(subject: summary.subject, recorder: notes, now: { 1 })
    session = Session(
      summary: summary, sandbox: sandbox, observer: observer, egress: idle, mediator: mediator, manifest: Manifest(),
      readOnly: ["/p/.git/config"], resources: resources)
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

  @Test("A watch that fails ends the session")
  func failed() async {
    let guarded = Guarded()
    let calls = await guarded.send([.failed(Fault("sensitive-watch-failed", why: "too many")), .appeared("/p/.env")])
    #expect(calls == ["kill"])
    #expect(guarded.notes.events.first == "sensitive-file-exposed")
  }
}
