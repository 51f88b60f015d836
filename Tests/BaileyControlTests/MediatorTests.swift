import BaileyCore
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyControl

/// A judge that says what it was made with.
private struct Fixed: Judge {
  let reasons: [Reason]
  func judge(_ action: Action) -> [Reason] { reasons }
}

/// Allows connections to one port.
private struct OnlyPort: Judge {
  let port: Int64
  init(_ port: Int64) { self.port = port }
  func judge(_ action: Action) -> [Reason] { action.resource["port"]?.int == port ? [allow] : [deny] }
}

/// Allows connections to one port, with obligations, and reads the facts of the session.
private struct Reader: Judge {
  let port: Int64
  let obligations: [JSON]
  var readsFacts: Bool { true }
  func judge(_ action: Action) -> [Reason] { action.resource["port"]?.int == port ? [allow] : [] }
  func opinion(_ action: Action) -> Opinion { Opinion(judge(action), obligations: obligations) }
}

/// Allows so many connections.
private struct AtMost: Judge {
  let count: Int64
  var readsFacts: Bool { true }
  func judge(_ action: Action) -> [Reason] {
    (action.context["counters"]?["allowed"]?["net.connect"]?.int ?? 0) < count ? [allow] : []
  }
}

/// A policy that comes into force while it is asked, and then allows only what has the facts.
private final class Arriving: Judge {
  private let hasArrived = Mutex(false)
  var readsFacts: Bool { hasArrived.withLock { $0 } }
  func judge(_ action: Action) -> [Reason] {
    hasArrived.withLock { $0 = true }
    return [action.context["counters"] == nil ? deny : allow]
  }
}

/// Allows until it is replaced, and reads the facts of the session.
private final class Replaced: Judge {
  private let count = Mutex(0)
  var generation: Int { count.withLock { $0 } }
  var readsFacts: Bool { true }
  func replace() { count.withLock { $0 += 1 } }
  func judge(_ action: Action) -> [Reason] { [generation == 0 ? allow : deny] }
}

/// Keeps records in memory, or refuses them; a slow one keeps none before it is told to go on.
private final class MemoryRecorder: Recorder {
  let records = Mutex<[(Record, Durability)]>([])
  let time = Mutex<Int64>(42)
  let started = Mutex(0)
  let isFull: Bool
  private let isWaiting: Mutex<Bool>

  init(isFull: Bool = false, isSlow: Bool = false) {
    self.isFull = isFull
    isWaiting = Mutex(isSlow)
  }

  var kinds: [Record.Kind] { records.withLock { $0.map(\.0.kind) } }

  func goOn() { isWaiting.withLock { $0 = false } }

  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    if isFull { throw Fault("log-write-failed", why: "no space") }
    started.withLock { $0 += 1 }
    while isWaiting.withLock({ $0 }) { await Task.yield() }
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
  SessionMediator(
    session: subject.session, gate: Gate(judges: reasons.map { Fixed(reasons: [$0]) }), recorder: recorder,
    now: { recorder.time.withLock { $0 } }, deciding: decidingThread)
}

/// Says what it was made with, and counts how often it was asked; one that waits answers only when told.
private final class Far: RemoteJudge {
  let reason: Reason
  let asked = Mutex(0)
  let isWaiting: Mutex<Bool>

  init(_ reason: Reason, isWaiting: Bool = false) {
    self.reason = reason
    self.isWaiting = Mutex(isWaiting)
  }

  func opinion(_ action: Action) async -> Opinion {
    asked.withLock { $0 += 1 }
    while isWaiting.withLock({ $0 }) { await Task.yield() }
    return Opinion([reason])
  }
}

@Suite("Which policies were in force, on record")
struct PolicyNoteTests {
  @Test("A note comes before the first decision of policies that are others than before, and is no more than that")
  func notes() async {
    let recorder = MemoryRecorder()
    let versions = Mutex<JSON>([:])
    let mediator = SessionMediator(
      session: subject.session,
      gate: Gate(judges: [Fixed(reasons: [allow])], versions: { versions.withLock { $0 } }),
      recorder: recorder, now: { recorder.time.withLock { $0 } }, deciding: decidingThread)
    let forms: [JSON] = [[:], ["user": ["sha256": "a"]], ["user": ["sha256": "a"]], ["user": ["sha256": "b"]], [:]]
    for form in forms {
      versions.withLock { $0 = form }
      #expect(await mediator.request(action).isAllowed)
    }
    let kinds = recorder.records.withLock { $0.map(\.0.kind) }
    #expect(kinds == [.intent, .note, .intent, .intent, .note, .intent, .note, .intent])
    let notes = recorder.records.withLock { $0.map(\.0).filter { $0.kind == .note }.map(\.body) }
    #expect(notes.map { $0["policies"] } == [forms[1], forms[3], forms[4]])
    #expect(notes.allSatisfy { $0["event"] == "policies" && $0["order"] == false })
  }

  @Test("Where the note cannot be written nothing is allowed")
  func full() async {
    let recorder = MemoryRecorder(isFull: true)
    let mediator = SessionMediator(
      session: subject.session, gate: Gate(judges: [Fixed(reasons: [allow])], versions: { ["user": [:]] }),
      recorder: recorder, now: { recorder.time.withLock { $0 } }, deciding: decidingThread)
    #expect(await mediator.request(action).decision.reasons.map(\.code) == ["log-unavailable"])
  }
}

@Suite("Judges elsewhere, on the one path")
struct RemoteMediatorTests {
  private func mediator(_ reasons: [Reason], _ far: [Far]) -> SessionMediator {
    SessionMediator(
      session: subject.session, gate: Gate(judges: reasons.map { Fixed(reasons: [$0]) }, remoteJudges: far),
      recorder: MemoryRecorder(), now: { 1 },
      deciding: decidingThread)
  }

  @Test("Their denial holds against an allow here, and their allow where nothing else is said")
  func combining() async {
    #expect(await mediator([allow], [Far(allow), Far(deny)]).request(action).decision.reasons == [deny])
    #expect(await mediator([], [Far(allow)]).request(action).isAllowed)
  }

  @Test("What is denied here is not told to them")
  func silence() async {
    let far = Far(allow)
    #expect(await !mediator([deny], [far]).request(action).isAllowed)
    #expect(far.asked.withLock { $0 } == 0)
  }

  @Test("They are told what the session did; what they deny was never allowed, but counts as long as they are asked")
  func facts() async {
    let far = Far(deny, isWaiting: true)
    let mediator = mediator([allow], [far])
    async let first = mediator.request(action)
    while far.asked.withLock({ $0 }) == 0 { await Task.yield() }
    async let second = mediator.request(action)
    while far.asked.withLock({ $0 }) == 1 { await Task.yield() }
    far.isWaiting.withLock { $0 = false }
    let contexts = await [first, second].map(\.action.context)
    #expect(contexts[0]["counters"]?["allowed"] == [:])
    #expect(contexts[1]["counters"]?["allowed"] == ["net.connect": 1] && contexts[1]["counters"]?["hosts"] == 1)
    let after = await mediator.request(action).action.context
    #expect(
      after["counters"] == ["allowed": [:], "denied": ["net.connect": 2], "uploaded_bytes": 0, "hosts": 0])
    #expect(after["history"]?["hosts"] == [])
    #expect(after["history"]?["recent"]?.array?.compactMap { $0["effect"]?.string } == ["deny", "deny"])
  }

  @Test("A session that is revoked while they are asked gets no allow")
  func revoked() async {
    let far = Far(allow, isWaiting: true)
    let mediator = mediator([allow], [far])
    async let ruling = mediator.request(action)
    while far.asked.withLock({ $0 }) == 0 { await Task.yield() }
    mediator.close()
    far.isWaiting.withLock { $0 = false }
    #expect(await ruling.decision.reasons.map(\.code) == ["session-closed"])
  }
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

  @Test("A closed session is denied everything, and only what was allowed before has a record")
  func closed() async {
    let recorder = MemoryRecorder()
    let mediator = mediator([allow], recorder)
    let before = await mediator.request(action)
    mediator.close()
    let ruling = await mediator.request(action)
    #expect(!ruling.isAllowed && ruling.decision.reasons.map(\.code) == ["session-closed"])
    await mediator.complete(before, Outcome(succeeded: true))
    #expect(recorder.kinds == [.intent, .outcome])
  }

  @Test(
    "Of 100,000 denials in a loop each is a record or counted in a gap, and an allowed action is not held back by them")
  func denialFlood() async {
    let recorder = MemoryRecorder()
    let mediator = SessionMediator(
      session: subject.session, gate: Gate(judges: [OnlyPort(443)]), recorder: recorder,
      now: { recorder.time.withLock { $0 } }, deciding: decidingThread)
    let refused = Action.connect(subject, host: "example.com", address: nil, port: 22, transport: "tcp")
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask { for _ in 0..<25_000 { #expect(await mediator.request(refused).decision.effect == .deny) } }
      }
    }
    #expect(recorder.kinds.count == SessionMediator.denialRecordsPerMinute)
    #expect(await mediator.request(action).isAllowed)
    recorder.time.withLock { $0 += 61 * 1_000_000_000 }
    _ = await mediator.request(refused)
    await mediator.end()
    let gaps = recorder.records.withLock { $0.map(\.0).filter { $0.kind == .gap } }
    #expect(gaps.map { $0.body["lost"]?.int } == [Int64(100_000 - SessionMediator.denialRecordsPerMinute)])
    #expect(gaps.allSatisfy { $0.session == subject.session && $0.body["denied"] == true })
    #expect(recorder.kinds.count == SessionMediator.denialRecordsPerMinute + 3)
  }

  @Test("What a person orders has its record, however many denials the agent made")
  func orderInFlood() async {
    let mediator = mediator([deny])
    for _ in 0...SessionMediator.denialRecordsPerMinute { _ = await mediator.request(action) }
    #expect(await mediator.request(action).record == nil)
    #expect(await mediator.request(.mount(subject, path: "/etc", access: "read")).record != nil)
  }

  @Test("After a session's end nothing is recorded for it, and the end waits for what is under way")
  func ended() async {
    let recorder = MemoryRecorder(isSlow: true)
    let mediator = mediator([allow], recorder)
    let early = Task { await mediator.request(action) }
    while recorder.started.withLock({ $0 }) == 0 { await Task.yield() }
    let end = Task { await mediator.end() }
    recorder.goOn()
    await end.value
    #expect(recorder.kinds == [.intent])
    let ruling = await early.value
    await mediator.complete(ruling, Outcome(succeeded: true))
    await mediator.observe(action, Outcome(succeeded: false))
    #expect(await mediator.request(action).record == nil)
    #expect(recorder.kinds == [.intent])
  }

  @Test("What a session did before is in the context of an action only where a judge reads it, and is recorded")
  func facts() async throws {
    let recorder = MemoryRecorder()
    let label = Reader(port: 443, obligations: [["label": "network"], ["sync": true], ["label": ""]])
    let reading = SessionMediator(
      session: subject.session, gate: Gate(judges: [label]), recorder: recorder, now: { 1 }, deciding: decidingThread)
    let first = await reading.request(action)
    await reading.complete(first, Outcome(succeeded: true, detail: ["sent": 70]))
    let refused = Action.connect(subject, host: "b.com", address: nil, port: 22, transport: "tcp")
    _ = await reading.request(refused)
    let context = await reading.request(action).action.context
    #expect(
      context["counters"] == [
        "allowed": ["net.connect": 1], "denied": ["net.connect": 1], "uploaded_bytes": 70, "hosts": 1,
      ])
    #expect(context["labels"] == ["network"] && context["history"]?["hosts"] == ["example.com"])
    #expect(context["history"]?["recent"]?.array?.compactMap { $0["effect"]?.string } == ["allow", "deny"])
    let recorded = recorder.records.withLock { $0.last?.0.body["action"]?["context"] }
    #expect(recorded == context)
    let plain = await mediator([allow]).request(action).action.context
    #expect(plain.object?.keys.sorted() == ["now_ns", "seed"])
  }

  @Test("What is kept of a session is bounded")
  func boundedFacts() {
    var facts = SessionFacts()
    for index in 0..<(SessionFacts.countedHosts + 10) {
      let action = Action.connect(subject, host: "h\(index).com", address: nil, port: 443, transport: "tls")
      _ = facts.note(action, Decision(combining: [allow]))
      facts.note(Outcome(succeeded: true, detail: ["sent": .int(.max)]))
    }
    let context = facts.added(to: [:])
    #expect(context["counters"]?["hosts"]?.int == Int64(SessionFacts.countedHosts))
    #expect(context["counters"]?["uploaded_bytes"]?.int == .max)
    #expect(context["history"]?["hosts"]?.array?.count == SessionFacts.namedHosts)
    #expect(context["history"]?["recent"]?.array?.count == SessionFacts.recentActions)
  }

  @Test("A project's labels take no place from others; a label that has no place is a deny, and is not kept")
  func labels() {
    var facts = SessionFacts()
    func give(_ label: String) -> String? {
      let decision = facts.note(action, Decision(combining: [allow], obligations: [["label": .string(label)]]))
      return decision.effect == .allow ? nil : decision.reasons.first?.code
    }
    for prefix in ["project:", ""] {
      for index in 0..<SessionFacts.maximumLabels { #expect(give("\(prefix)l\(index)") == nil) }
      #expect(give(prefix + "more") == "labels-full" && give(prefix + "l0") == nil)
    }
    let context = facts.added(to: [:])
    #expect(context["labels"]?.array?.count == 2 * SessionFacts.maximumLabels)
    #expect(context["counters"]?["denied"]?["net.connect"] == 2)
    facts = SessionFacts()
    let longest = String(repeating: "x", count: SessionFacts.longestLabel)
    #expect(give("project:" + longest) == nil && give(longest) == nil && give(longest + "x") == "labels-full")
  }

  @Test("A first policy that comes while an action is decided decides it with the facts")
  func arriving() async {
    let mediator = SessionMediator(
      session: subject.session, gate: Gate(judges: [Arriving()]), recorder: MemoryRecorder(), now: { 1 },
      deciding: decidingThread)
    let ruling = await mediator.request(action)
    #expect(ruling.isAllowed && ruling.action.context["counters"] != nil)
  }

  @Test("Of actions at the same time no two see the same counters")
  func countedOnce() async {
    let mediator = SessionMediator(
      session: subject.session, gate: Gate(judges: [AtMost(count: 5)]), recorder: MemoryRecorder(), now: { 1 },
      deciding: decidingThread)
    let allowed = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<50 { group.addTask { await mediator.request(action).isAllowed } }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(allowed == 5)
  }

  @Test(
    "Exit codes are those of DESIGN.md section 9",
    arguments: [
      (SessionEnd.program(.exited(code: 7)), Int32(7)), (.program(.signalled(15)), 143), (.killed, 137),
      (.limit("memory"), 124), (.program(.notStarted(code: 127)), 127), (.program(.notStarted(code: 126)), 126),
    ])
  func exitCodes(end: SessionEnd, code: Int32) { #expect(end.exitCode == code) }

  @Test("What was allowed is decided anew by the policies of now, with no record and no count, and not after the end")
  func reconsidered() async {
    let recorder = MemoryRecorder()
    let judge = Replaced()
    let mediator = SessionMediator(
      session: subject.session, gate: Gate(judges: [judge]), recorder: recorder, now: { 1 }, deciding: decidingThread)
    let ruling = await mediator.request(action)
    let (before, records) = (mediator.policies, recorder.kinds.count)
    let unchanged = await mediator.reconsider(ruling)
    #expect(ruling.isAllowed && unchanged.isAllowed)
    judge.replace()
    #expect(mediator.policies != before)
    let again = await mediator.reconsider(ruling)
    #expect(!again.isAllowed && again.decision.reasons.first?.code == "never")
    #expect(
      recorder.kinds.count == records
        && mediator.currentFacts.added(to: [:])["counters"]?["allowed"]?["net.connect"]?.int == 1)
    mediator.close()
    let closed = await mediator.reconsider(ruling)
    #expect(closed.decision.reasons.map(\.code) == ["session-closed"])
  }
}
