import BaileyCore
import BaileyPolicy
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyControl

/// A policy that thinks until the barrier opens, and then allows.
private struct Slow: Judge {
  let barrier: Barrier
  var readsFacts: Bool { true }
  func judge(_ action: Action) -> [Reason] {
    barrier.pass()
    return [allow]
  }
}

private struct Quick: Judge {
  var readsFacts: Bool { true }
  func judge(_ action: Action) -> [Reason] { [allow] }
}

private final class Kinds: Recorder {
  let seen = Mutex<[Record.Kind]>([])
  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    seen.withLock { $0.append(record.kind) }
    return 0
  }
}

private final class Readings: Sendable {
  private let count = Atomic(0)
  var next: Int { count.add(1, ordering: .relaxed).newValue }
}

private struct Full: WorkQueue {
  func enqueue(_ work: @escaping @Sendable () -> Void) -> Bool { false }
}

private let subject = Subject(session: .random(), agent: "test", user: "nobody")
private let action = Action.connect(subject, host: "example.com", address: nil, port: 443, transport: "tls")
private let allow = Reason(.allow, "rule", "a rule allows it")

@Suite("Policies have a thread for each session")
struct DecidingThreadTests {
  private func mediator(
    _ judge: any Judge, deciding: @escaping @Sendable () -> (any WorkQueue)? = decidingThread
  ) -> SessionMediator {
    SessionMediator(
      session: .random(), gate: Gate(judges: [judge]), recorder: Kinds(), now: { 1 }, deciding: deciding)
  }

  @Test("While the policies of some sessions use up their time, those of another decide")
  func others() async {
    let barrier = Barrier()
    let quick = mediator(Quick())
    // More than there are processors: on the threads of tasks none would be left.
    let slow = (0..<64).map { _ in mediator(Slow(barrier: barrier)) }
    await withTaskGroup(of: Bool.self) { group in
      for mediator in slow { group.addTask { await mediator.request(action).isAllowed } }
      await barrier.arrival(slow.count)
      for _ in 0..<1_000 { #expect(await quick.request(action).isAllowed) }
      barrier.open()
      for await isAllowed in group { #expect(isAllowed) }
    }
  }

  @Test("A policy in Rego that goes on and on holds up no other session, and is a deny in the end")
  func rego() async throws {
    let (barrier, readings) = (Barrier(), Readings())
    let endless =
      "package p\nallow if {\n  some a in numbers.range(1, 1000)\n  some b in numbers.range(1, 1000)\n  a * b < 0\n}"
    func judges(_ text: String, _ clock: @escaping @Sendable () -> Int64) throws -> [any Judge] {
      let store = PolicyStore(storage: Files(texts: ["/u/p.rego": text]), roots: [.user: "/u"], monotonic: clock)
      #expect(try store.reload() == [])
      return store.judges(manifest: [:])
    }
    func mediator(_ judges: [any Judge]) -> SessionMediator {
      SessionMediator(
        session: .random(), gate: Gate(judges: judges), recorder: Kinds(), now: { 1 }, deciding: decidingThread)
    }
    // The first readings are of the start; one amid the rules waits, and after it all time is over.
    let slow = mediator(
      try judges(endless) {
        guard readings.next > 100 else { return 0 }
        barrier.pass()
        return 10_000_000_000
      })
    let quick = mediator(try judges("package p\nallow := true") { 0 })
    let pending = Task { await slow.request(action).decision }
    await barrier.arrival()
    for _ in 0..<100 { #expect(await quick.request(action).isAllowed) }
    barrier.open()
    #expect(await pending.value.reasons.map(\.code) == ["policy-limit"])
  }

  @Test("A kill does not wait for the session's policies; what they then allow is denied and not recorded")
  func kill() async throws {
    let (barrier, records) = (Barrier(), Kinds())
    let fixture = SessionFixture(recorder: records, gate: Gate(judges: [Slow(barrier: barrier)]))
    let pending = (0..<3).map { _ in Task { await fixture.mediator.request(action) } }
    await barrier.arrival()
    try await fixture.session.kill()
    #expect(records.seen.withLock { $0 } == [.sessionEnd])
    barrier.open()
    for ruling in pending { #expect(await ruling.value.decision.reasons.map(\.code) == ["session-closed"]) }
    #expect(barrier.arrived == 1 && records.seen.withLock { $0 } == [.sessionEnd])
  }

  @Test("Where too many wait or there is no thread, the rest is denied, and counts", arguments: [true, false])
  func busy(isFull: Bool) async {
    let mediator = mediator(Quick()) { isFull ? Full() : nil }
    let ruling = await mediator.request(action)
    #expect(ruling.decision.reasons.map(\.code) == ["policy-busy"] && ruling.record != nil)
    #expect(mediator.currentFacts.added(to: [:])["counters"]?["denied"]?["net.connect"]?.int == 1)
  }
}
