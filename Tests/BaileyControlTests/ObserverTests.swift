import BaileyCore
import Synchronization
import Testing

@testable import BaileyControl

/// Counts what it is given; observed events may be refused.
final class CountingRecorder: Recorder {
  struct Counts {
    var observed = 0
    var lost: Int64 = 0
    var kinds: [Record.Kind] = []
  }

  let counts = Mutex(Counts())
  let refusesObserved: Bool

  init(refusesObserved: Bool = false) { self.refusesObserved = refusesObserved }

  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    if refusesObserved, record.kind == .observed { throw Fault("log-write-failed", why: "no space") }
    counts.withLock { counts in
      if counts.kinds.last != record.kind { counts.kinds.append(record.kind) }
      if record.kind == .observed { counts.observed += 1 }
      if record.kind == .gap { counts.lost += record.body["lost"]?.int ?? 0 }
    }
    return 0
  }

  var total: Int { counts.withLock { $0.observed + Int($0.lost) } }
}

@Suite("What the kernel saw")
struct ObserverTests {
  private static let event = ObservedEvent(operation: .unlink, process: 7, path: "/tmp/x")
  private static let subject = Subject(session: .random(), agent: "test", user: "nobody")

  private static func observer(_ recorder: CountingRecorder) -> Observer {
    Observer(subject: subject, recorder: recorder, now: { 7 })
  }

  @Test("Of a burst at the end every event is a record or counted in a gap")
  func burst() async {
    let recorder = CountingRecorder()
    let observer = Self.observer(recorder)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 { group.addTask { for _ in 0..<25_000 { observer.observed(Self.event) } } }
    }
    await observer.finish()
    #expect(recorder.total == 100_000)
    #expect(recorder.counts.withLock { $0.observed } >= 8192)
  }

  @Test("Recorded reads take no room from changes, and those of too many paths are counted in a gap")
  func reads() async {
    let recorder = CountingRecorder()
    let observer = Self.observer(recorder)
    // More than the reserve; in parts, so that they find room while they wait.
    for _ in 0..<60 {
      for _ in 0..<1_000 {
        observer.observed(ObservedEvent(operation: .read, process: 7, path: "/tmp/x", found: .opened))
      }
      await observer.flush()
    }
    for _ in 0..<1_000 { observer.observed(Self.event) }
    var ledger = ReadLedger()
    (ledger.opens, ledger.recorded, ledger.beyond) = (60_123, 60_000, 123)
    observer.finished(ledger)
    await observer.finish()
    #expect(recorder.counts.withLock { $0.observed } == 61_000 && recorder.counts.withLock { $0.lost } == 123)
    #expect(observer.ledger == ledger && ledger.repeated == 0)
  }

  @Test(
    "Of a flood that never ends, what the reserve does not hold is counted, once a minute; a quiet hour fills it up again"
  )
  func flood() async {
    let recorder = CountingRecorder()
    let time = Mutex<Int64>(1)
    let observer = Observer(subject: Self.subject, recorder: recorder, now: { time.withLock { $0 } })
    let minute: Int64 = 60_000_000_000
    func storm(_ events: Int) async {
      for index in 0..<events {
        observer.observed(Self.event)
        // The queue is not what is tested: no more than it holds waits at once.
        if index % (Observer.limit / 2) == 0 { await observer.flush() }
      }
      await observer.flush()
    }
    await storm(60_000)
    #expect(recorder.counts.withLock { $0.observed } == Observer.burst + Observer.recordsPerMinute)
    #expect(recorder.counts.withLock { $0.lost } == 0)
    for _ in 0..<3 {
      time.withLock { $0 += minute }
      await storm(3_000)
    }
    let kept = Observer.burst + 4 * Observer.recordsPerMinute
    #expect(recorder.counts.withLock { $0.observed } == kept)
    #expect(recorder.counts.withLock { $0.lost } == 9_000 + 2 * 2_000)
    time.withLock { $0 += 60 * minute }
    await storm(20_000)
    #expect(recorder.counts.withLock { $0.observed } == kept + 20_000)
    await observer.finish()
    #expect(recorder.total == 89_000)
  }

  @Test("Long arguments use the reserve up by their size")
  func largeFlood() async {
    let recorder = CountingRecorder()
    let observer = Self.observer(recorder)
    let arguments = Array(repeating: String(repeating: "x", count: 1024), count: 32)
    let event = ObservedEvent(operation: .exec, process: 7, path: "/bin/x", arguments: arguments)
    for index in 0..<3_000 {
      observer.observed(event)
      if index % 256 == 0 { await observer.flush() }
    }
    await observer.finish()
    #expect(recorder.total == 3_000)
    #expect(recorder.counts.withLock { $0.observed } == (Observer.burst + Observer.recordsPerMinute) / 33)
  }

  @Test("Events that the log refuses are counted")
  func refused() async {
    let recorder = CountingRecorder(refusesObserved: true)
    let observer = Self.observer(recorder)
    for _ in 0..<100 { observer.observed(Self.event) }
    await observer.finish()
    #expect(recorder.counts.withLock { $0.lost } == 100)
  }

  @Test("A session's last events are on record before its end is")
  func order() async throws {
    let recorder = CountingRecorder()
    let fixture = SessionFixture(recorder: recorder)
    for _ in 0..<20_000 { fixture.observer.observed(Self.event) }
    try await fixture.session.kill()
    #expect(recorder.total == 20_000)
    #expect(recorder.counts.withLock { $0.kinds.last } == .sessionEnd)
    // What was under way when the session ended comes too late for a record.
    let subject = await fixture.session.status.subject
    _ = await fixture.mediator.request(
      Action.connect(subject, host: "a.example", address: nil, port: 443, transport: "tls"))
    #expect(recorder.counts.withLock { $0.kinds.last } == .sessionEnd)
  }

  @Test("Long arguments of a storm of programs fill no memory")
  func longArguments() async throws {
    let recorder = HeldRecorder()
    let observer = Observer(subject: Self.subject, recorder: recorder, now: { 7 })
    let arguments = Array(repeating: String(repeating: "x", count: 1024), count: 32)
    let event = ObservedEvent(operation: .exec, process: 7, path: "/bin/x", arguments: arguments)
    observer.observed(event)
    await recorder.isHeld()
    for _ in 0..<Observer.limit { observer.observed(event) }
    recorder.release()
    await observer.finish()
    let (observed, lost) = recorder.inner.counts.withLock { ($0.observed, Int($0.lost)) }
    #expect(observed + lost == Observer.limit + 1)
    #expect(observed * 32 * 1024 <= 2 * Observer.byteLimit)
  }
}

/// Takes nothing until it is released.
private final class HeldRecorder: Recorder {
  let inner = CountingRecorder()
  private let held = AsyncStream.makeStream(of: Void.self)
  private let free = AsyncStream.makeStream(of: Void.self)

  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    held.continuation.yield()
    for await _ in free.stream {}
    return try await inner.append(record, durability)
  }

  func isHeld() async { for await _ in held.stream { return } }
  func release() { free.continuation.finish() }
}
