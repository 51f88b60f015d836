import BaileyCore
import Synchronization
import Testing

@testable import BaileyControl

/// A judge that says what it was made with.
private struct Fixed: Judge {
  let reasons: [Reason]
  func judge(_ action: Action) -> [Reason] { reasons }
}

/// Keeps records in memory, or refuses them.
private final class MemoryRecorder: Recorder {
  let records = Mutex<[(Record, Durability)]>([])
  let isFull: Bool

  init(isFull: Bool = false) { self.isFull = isFull }

  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    if isFull { throw Fault("log-write-failed", why: "no space") }
    return records.withLock {
      $0.append((record, durability))
      return UInt64($0.count - 1)
    }
  }
}

private let subject = Subject(session: .random(), agent: "test", user: "nobody")
private let action = Action.connect(subject, host: "example.com", address: nil, port: 443, transport: "tls")
private let allow = Reason(.allow, "rule", "a rule allows it")
private let ask = Reason(.ask, "careful", "a rule asks")
private let deny = Reason(.deny, "never", "a rule denies it")

private func mediator(_ reasons: [Reason], _ recorder: MemoryRecorder = MemoryRecorder()) -> SessionMediator {
  SessionMediator(gate: Gate(judges: reasons.map { Fixed(reasons: [$0]) }), recorder: recorder) { 42 }
}

@Suite("The one path")
struct MediatorTests {
  @Test("A denial is never overturned", arguments: [[deny, allow], [allow, deny], [ask, deny, allow], [deny, ask]])
  func denialStands(reasons: [Reason]) async {
    let ruling = await mediator(reasons).request(action)
    #expect(!ruling.isAllowed)
    #expect(ruling.decision.reasons == [deny])
  }

  @Test("Nothing said is a denial")
  func nothingSaid() async {
    let ruling = await mediator([]).request(action)
    #expect(ruling.decision.effect == .deny)
    #expect(ruling.decision.reasons.map(\.code) == ["nothing-allows"])
  }

  @Test("An ask with nobody to answer is a denial")
  func nobodyToAsk() async {
    let ruling = await mediator([allow, ask]).request(action)
    #expect(!ruling.isAllowed)
    #expect(ruling.decision.reasons.map(\.code) == ["nobody-to-ask"])
  }

  @Test("Without a record there is no effect")
  func noRecordNoEffect() async {
    let ruling = await mediator([allow], MemoryRecorder(isFull: true)).request(action)
    #expect(!ruling.isAllowed)
    #expect(ruling.decision.reasons.map(\.code) == ["log-unavailable"])
  }

  @Test("An allowed action is on record, with its decision, before the caller hears of it")
  func allowedIsRecorded() async {
    let recorder = MemoryRecorder()
    let ruling = await mediator([allow], recorder).request(action)
    #expect(ruling.isAllowed)
    let records = recorder.records.withLock { $0.map(\.0) }
    #expect(records.map(\.kind) == [.intent])
    #expect(records[0].body["decision"]?["effect"] == "allow")
    #expect(records[0].body["action"]?["context"]?["now_ns"] == 42)
  }

  @Test("A denied action is on record too")
  func deniedIsRecorded() async {
    let recorder = MemoryRecorder()
    _ = await mediator([deny], recorder).request(action)
    #expect(recorder.records.withLock { $0.count } == 1)
  }

  @Test("An apply is synced, a connection is not")
  func durability() async {
    let recorder = MemoryRecorder()
    let mediator = mediator([allow], recorder)
    _ = await mediator.request(.apply(subject, project: "/p", changes: 1, risky: 0, digest: "00"))
    _ = await mediator.request(action)
    let durabilities = recorder.records.withLock { $0.map { "\($0.1)" } }
    #expect(durabilities == ["synced", "grouped"])
  }

  @Test("A closed session is denied everything")
  func closed() async {
    let mediator = mediator([allow])
    mediator.close()
    let ruling = await mediator.request(action)
    #expect(ruling.decision.reasons.map(\.code) == ["session-closed"])
  }

  @Test(
    "Exit codes are those of DESIGN.md section 9",
    arguments: [
      (SessionEnd.program(.exited(code: 7)), Int32(7)), (.program(.signalled(15)), 143), (.killed, 137),
      (.limit("memory"), 124), (.program(.notStarted(code: 127)), 127), (.program(.notStarted(code: 126)), 126),
    ])
  func exitCodes(end: SessionEnd, code: Int32) { #expect(end.exitCode == code) }
}
