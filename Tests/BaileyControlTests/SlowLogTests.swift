import BaileyCore
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyControl

/// Takes what it is given, and says what events it was told.
private final class Notes: Recorder {
  let events = Mutex<[String]>([])

  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    events.withLock { $0.append(record.body["event"]?.string ?? record.kind.rawValue) }
    return 0
  }
}

private struct Nobody: Judge {
  func judge(_ action: Action) -> [Reason] { [] }
}

@Suite("A log that does not keep up")
struct SlowLogTests {
  private static let second: Int64 = 1_000_000_000
  private let notes = Notes()

  private func calls(_ fixture: SessionFixture) -> [String] { fixture.sandbox.calls.withLock { $0 } }

  private func controller(_ fixture: SessionFixture) async -> Controller {
    let controller = Controller(resources: .idle(notes), floor: Nobody(), home: "/h")
    await controller.admit(fixture.session)
    return controller
  }

  @Test("Sessions freeze at the bound without a record, say why, and thaw when the log is well; then it is on record")
  func freezesAndThaws() async {
    let fixture = SessionFixture(recorder: notes)
    let controller = await controller(fixture)
    await controller.heed(Controller.longestWait - 1)
    #expect(await fixture.session.held == nil && calls(fixture) == [])
    await controller.heed(Controller.longestWait + Self.second)
    await controller.heed(Controller.longestWait + 2 * Self.second)
    #expect(await fixture.session.status.state == .frozen && calls(fixture) == ["freeze"])
    #expect(await fixture.session.held == "the log waits for the disk since 11 s")
    #expect(notes.events.withLock { $0 } == [])
    await controller.heed(2 * Self.second)
    #expect(await fixture.session.status.state == .frozen)
    await well(controller)
    #expect(await fixture.session.status.state == .running && calls(fixture) == ["freeze", "thaw"])
    #expect(await fixture.session.held == nil && notes.events.withLock { $0 } == ["frozen", "thawed"])
  }

  private func well(_ controller: Controller) async {
    for _ in 0..<Controller.calmLooks { await controller.heed(0) }
  }

  @Test(
    "One group that came through does not thaw: the log must be well for a while, and what tells of the freeze tries it"
  )
  func wellForAWhile() async {
    let fixture = SessionFixture(recorder: notes)
    let controller = await controller(fixture)
    await controller.heed(Controller.longestWait)
    for slow in [2 * Self.second, Controller.longestWait, Self.second] {
      for _ in 1..<Controller.calmLooks { await controller.heed(0) }
      #expect(await fixture.session.held != nil && notes.events.withLock { $0 } == ["frozen"])
      await controller.heed(slow)
    }
    await well(controller)
    #expect(await fixture.session.held == nil && notes.events.withLock { $0 } == ["frozen", "thawed"])
  }

  @Test("A sandbox that hangs keeps no other session from being frozen, and is frozen itself once it goes on")
  func hangs() async {
    let (hanging, other) = (SessionFixture(recorder: notes), SessionFixture(recorder: notes))
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    hanging.sandbox.freezing.withLock { $0 = { for await _ in gate {} } }
    let controller = await controller(hanging)
    await controller.admit(other.session)
    await controller.heed(Controller.longestWait)
    #expect(await other.session.held != nil && calls(hanging) == ["freeze"])
    #expect(await hanging.session.status.state == .running)
    await controller.heed(Controller.longestWait)
    #expect(calls(hanging) == ["freeze"], "it is under way")
    open.finish()
    while await hanging.session.held == nil { await Task.yield() }
    await well(controller)
    #expect(await hanging.session.held == nil)
    #expect(await other.session.held == nil)
  }

  @Test(
    "A session that the person froze is not thawed by the log, and one that he thaws is frozen again while it waits")
  func ordersOfThePerson() async throws {
    let fixture = SessionFixture(recorder: notes)
    let controller = await controller(fixture)
    try await fixture.session.freeze()
    await controller.heed(Controller.longestWait)
    await well(controller)
    #expect(await fixture.session.status.state == .frozen && calls(fixture) == ["freeze"])
    try await fixture.session.thaw()
    await controller.heed(Controller.longestWait)
    try await fixture.session.thaw()
    #expect(await fixture.session.held == nil)
    await controller.heed(Controller.longestWait)
    #expect(await fixture.session.held != nil)
    try await fixture.session.kill()
    await well(controller)
    #expect(await !fixture.session.isLive)
  }

  @Test("A freeze of the person's that the log's own overtakes stays")
  func overtaken() async throws {
    let fixture = SessionFixture(recorder: notes)
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    fixture.sandbox.freezing.withLock { $0 = { for await _ in gate {} } }
    let controller = await controller(fixture)
    async let order: Void = fixture.session.freeze()
    while calls(fixture).isEmpty { await Task.yield() }
    fixture.sandbox.freezing.withLock { $0 = {} }
    await controller.heed(Controller.longestWait)
    #expect(await fixture.session.held != nil)
    open.finish()
    try await order
    await well(controller)
    #expect(await fixture.session.status.state == .frozen && !calls(fixture).contains("thaw"))
  }
}
