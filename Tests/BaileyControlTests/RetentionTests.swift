import BaileyCore
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyControl

/// A controller that dies at one of its steps, just before it or just after.
private final class Death: Sendable {
  static let fault = Fault("killed", why: "the controller is dead")
  private let state: Mutex<(left: Int, comesAfter: Bool, isDead: Bool)>

  init(atStep step: Int = .max, comesAfter: Bool = false) { state = Mutex((step, comesAfter, false)) }

  var isDead: Bool { state.withLock { $0.isDead } }

  func step(_ effect: () -> Void) throws(Fault) {
    let (isDead, acts) = state.withLock { state in
      if state.isDead { return (true, false) }
      state.left -= 1
      state.isDead = state.left < 0
      return (state.isDead, !state.isDead || state.comesAfter)
    }
    if acts { effect() }
    if isDead { throw Self.fault }
  }
}

/// A log in memory that may have no room.
private final class MemoryLog: LogSource, Recorder {
  let records = Mutex<[Record]>([])
  let isFull = Mutex(false)
  let death = Mutex(Death())
  /// What others record just after the first erasure.
  let others = Mutex<[Record]>([])

  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    if isFull.withLock({ $0 }) { throw Fault("log-unwritable", why: "no space") }
    try death.withLock { $0 }.step { records.withLock { $0.append(record) } }
    if record.body["event"] == "erased" {
      let others = others.withLock { others in
        defer { others = [] }
        return others
      }
      records.withLock { $0 += others }
    }
    return records.withLock { UInt64($0.count - 1) }
  }

  func entries(from index: UInt64, limit: Int) async throws(Fault) -> [LoggedRecord] {
    records.withLock { records in
      records.enumerated().dropFirst(Int(index)).prefix(limit).map {
        LoggedRecord(index: UInt64($0.offset), record: $0.element.json)
      }
    }
  }

  func size() async throws(Fault) -> UInt64 { records.withLock { UInt64($0.count) } }
  func evidence(for index: UInt64) async throws(Fault) -> LogEvidence { throw IdleResources.nowhere }
  func verify() async throws(Fault) -> LogFindings { throw IdleResources.nowhere }

  var erased: Set<String> { Set(erasures.compactMap { $0["sha256"]?.string }) }
  var erasures: [JSON] { records.withLock { $0.filter { $0.body["event"] == "erased" }.map(\.body) } }
}

/// Files by their hash; a removal can be made to fail, as when the controller is killed before it.
private final class MemoryStore: PayloadStore {
  struct State {
    var files: [String: Int64] = [:]
    var isErasing = false
    var stuck: Set<String> = []
  }
  let state = Mutex(State())
  let death = Mutex(Death())

  func remove(_ payload: KeptPayload) async throws(Fault) {
    if state.withLock({ $0.stuck.contains(payload.sha256) }) { throw Fault("payload-unremovable", why: "killed") }
    try death.withLock { $0 }.step { state.withLock { $0.files[payload.sha256] = nil } }
  }

  func present(_ payloads: [KeptPayload]) async -> [KeptPayload] {
    payloads.filter { payload in state.withLock { $0.files[payload.sha256] != nil } }
  }
  func mark(isErasing: Bool) async throws(Fault) {
    try death.withLock { $0 }.step { state.withLock { $0.isErasing = isErasing } }
  }

  func isErasing() async -> Bool { state.withLock { $0.isErasing } }
  func usage() async -> (files: Int, bytes: Int64) { state.withLock { ($0.files.count, 0) } }
  var files: Set<String> { state.withLock { Set($0.files.keys) } }
}

@Suite("Retention, holds and erasure")
struct RetentionTests {
  private static let day: Int64 = 86_400_000_000_000
  private static let now = 1000 * day
  private let log = MemoryLog()
  private let store = MemoryStore()
  private let sessions = (0..<4).map { _ in SessionID.random() }

  private func retention(
    _ policy: RetentionPolicy = .init(), fault: Fault? = nil, running: Set<SessionID> = []
  ) async -> Retention {
    let retention = Retention(
      log: log, recorder: log, store: store,
      policy: { () throws(Fault) in
        if let fault { throw fault }
        return policy
      }, running: { running }, user: "me", now: { Self.now })
    await retention.pass()
    return retention
  }

  /// A recording of each session, the first the oldest.
  private func record(_ sessions: [SessionID]? = nil) async throws -> [String] {
    var names: [String] = []
    for (index, session) in (sessions ?? self.sessions).enumerated() {
      let name = String(repeating: "\(index)", count: 64)
      let mark = TranscriptMark(program: 0, state: .ended, bytes: 100, sha256: name)
      let time = Self.now - Int64(10 - index) * Self.day
      _ = try await log.append(Record(.transcript, session: session, time: time, body: mark.body), .grouped)
      store.state.withLock { $0.files[name] = time }
      names.append(name)
    }
    return names
  }

  private static let aged = RetentionPolicy(limits: [.recording: .init(maximumAge: 8 * 86_400)])

  @Test("What is due goes oldest first, each with a record before it; running and held sessions stay")
  func rounds() async throws {
    let names = try await record()
    let held = await retention(Self.aged, running: [sessions[1]])
    try await held.hold(sessions[0], reason: nil)
    try await held.round()
    #expect(store.files == Set(names) && log.erasures.isEmpty)
    let free = await retention(Self.aged)
    try await free.release(sessions[0], reason: "over")
    #expect(try await free.prune(isDryRun: true).erased.map(\.payload.sha256) == [names[0], names[1]])
    #expect(store.files.count == 4)
    try await free.round()
    #expect(store.files == Set(names.dropFirst(2)))
    #expect(log.erasures.map { $0["sha256"]?.string } == [names[0], names[1]])
    #expect(log.erasures.allSatisfy { $0["reason"] == "max-age" && $0["by"] == "retention" && $0["size"] == 100 })
    try await free.round()
    #expect(log.erasures.count == 2)
  }

  @Test("Without a record nothing is erased")
  func full() async throws {
    let names = try await record()
    log.isFull.withLock { $0 = true }
    let retention = await retention(Self.aged)
    await #expect(throws: Fault.self) { try await retention.round() }
    await #expect(throws: Fault.self) {
      _ = try await retention.erase(session: sessions[3], note: nil, isDryRun: false)
    }
    #expect(store.files == Set(names) && log.erasures.isEmpty)
    #expect(await retention.examine().first?.state == .warn)
    log.isFull.withLock { $0 = false }
    try await retention.round()
    #expect(store.files.count == 2)
    #expect(await retention.examine().first?.state == .ok)
  }

  @Test("Killed between record and removal, the next start finishes without a second record, even with no settings")
  func killed() async throws {
    let names = try await record()
    store.state.withLock { $0.stuck = Set(names) }
    let first = await retention()
    await #expect(throws: Fault.self) { _ = try await first.erase(session: sessions[0], note: nil, isDryRun: false) }
    #expect(log.erasures.count == 1 && store.files == Set(names))
    store.state.withLock { $0.stuck = [] }
    let second = await retention(fault: nil)
    try await second.round()
    #expect(log.erasures.count == 1 && store.files == Set(names.dropFirst()))
    #expect(await !store.isErasing())
  }

  @Test("One that cannot be removed holds up no other, stays told, and is finished once it can be")
  func stuck() async throws {
    let names = try await record()
    store.state.withLock { $0.stuck = [names[0]] }
    let retention = await retention(Self.aged)
    for _ in 0..<2 {
      await #expect(throws: Fault.self) { try await retention.round() }
      #expect(log.erased == Set(names.prefix(2)) && store.files == Set(names).subtracting([names[1]]))
      #expect(await retention.examine().first?.state == .warn)
    }
    _ = try await retention.erase(session: sessions[2], note: nil, isDryRun: false)
    store.state.withLock { $0.stuck = [] }
    try await retention.round()
    #expect(store.files == [names[3]] && log.erasures.count == 3)
    #expect(await !store.isErasing())
  }

  @Test("Killed at any step, each erasure has one record, no file goes without one, and the next start finishes")
  func killedAnywhere() async throws {
    for step in 0..<8 {
      for comesAfter in [false, true] {
        let fixture = RetentionTests()
        let names = Set(try await fixture.record())
        let death = Death(atStep: step, comesAfter: comesAfter)
        fixture.log.death.withLock { $0 = death }
        fixture.store.death.withLock { $0 = death }
        try? await fixture.retention(Self.aged).round()
        #expect(death.isDead == (step < 6))
        #expect(fixture.log.erased.isSuperset(of: names.subtracting(fixture.store.files)))
        fixture.log.death.withLock { $0 = Death() }
        fixture.store.death.withLock { $0 = Death() }
        try await fixture.retention().round()
        #expect(fixture.log.erased == names.subtracting(fixture.store.files))
        #expect(fixture.log.erased.count == fixture.log.erasures.count)
        #expect(await !fixture.store.isErasing())
      }
    }
  }

  @Test("Killed before the record, nothing is erased at the next start")
  func killedEarly() async throws {
    let names = try await record()
    try await store.mark(isErasing: true)
    try await retention().round()
    #expect(log.erasures.isEmpty && store.files == Set(names))
  }

  @Test("A hold refuses erasure, by session and by content, until it is released, also for a new controller")
  func holds() async throws {
    let names = try await record()
    try await retention().hold(sessions[0], reason: "case 17")
    let next = await retention()
    let list = try await next.holds()
    #expect(list.map(\.session) == [sessions[0]] && list.first?.reason == "case 17" && list.first?.by == "me")
    for _ in 0..<2 {
      let refused = await #expect(throws: Fault.self) {
        _ = try await next.erase(session: sessions[0], note: nil, isDryRun: false)
      }
      #expect(refused?.code == "payload-held")
    }
    let content = await #expect(throws: Fault.self) {
      _ = try await next.erase(sha256: names[0], note: nil, isDryRun: false)
    }
    #expect(content?.code == "payload-held" && store.files.count == 4)
    try await next.release(sessions[0], reason: nil)
    let none = await #expect(throws: Fault.self) { try await next.release(sessions[0], reason: nil) }
    #expect(none?.code == "hold-none")
    #expect(try await next.erase(sha256: names[0], note: nil, isDryRun: false).erased.count == 1)
  }

  @Test("Content that another session names stays when one session is erased, and goes when it is named itself")
  func shared() async throws {
    let name = String(repeating: "e", count: 64)
    let body: JSON = ["event": "stored", "kind": "diff", "sha256": .string(name), "size": 3]
    for session in sessions.prefix(2) {
      _ = try await log.append(Record(.payload, session: session, time: 1, body: body), .grouped)
    }
    store.state.withLock { $0.files[name] = 1 }
    let retention = await retention()
    let report = try await retention.erase(session: sessions[0], note: nil, isDryRun: false)
    #expect(report.erased.isEmpty && report.left.count == 1 && store.files == [name])
    try await retention.hold(sessions[1], reason: nil)
    await #expect(throws: Fault.self) { _ = try await retention.erase(sha256: name, note: nil, isDryRun: false) }
    try await retention.release(sessions[1], reason: nil)
    _ = try await retention.erase(sha256: name, note: "why", isDryRun: false)
    #expect(store.files.isEmpty && log.erasures.first?["note"] == "why" && log.erasures.first?["by"] == "me")
    #expect(log.erasures.first?["sessions"]?.array?.count == 2)
    let again = await #expect(throws: Fault.self) {
      _ = try await retention.erase(sha256: name, note: nil, isDryRun: false)
    }
    #expect(again?.code == "payload-erased")
  }

  @Test("The administrator's minimum refuses orders, a running session too, and settings that cannot be read")
  func refusals() async throws {
    let names = try await record()
    let young = await retention(.init(minimumForOrders: 8 * 86_400))
    let refused = await #expect(throws: Fault.self) {
      _ = try await young.erase(sha256: names[3], note: nil, isDryRun: false)
    }
    #expect(refused?.code == "payload-too-young")
    #expect(try await young.erase(session: sessions[3], note: nil, isDryRun: false).left.count == 1)
    let runs = await retention(running: [sessions[0]])
    let running = await #expect(throws: Fault.self) {
      _ = try await runs.erase(session: sessions[0], note: nil, isDryRun: false)
    }
    #expect(running?.code == "session-running")
    let broken = await retention(fault: Fault("retention-settings", why: "w"))
    for code in ["retention-settings"] {
      let order = await #expect(throws: Fault.self) {
        _ = try await broken.erase(sha256: names[0], note: nil, isDryRun: false)
      }
      let round = await #expect(throws: Fault.self) { try await broken.round() }
      #expect(order?.code == code && round?.code == code)
    }
    #expect(await broken.examine().first?.state == .warn)
    #expect(store.files == Set(names) && log.erasures.isEmpty)
  }

  @Test("A hold that comes while an erasure is under way waits, and nothing that is held goes after it")
  func turns() async throws {
    _ = try await record()
    let retention = await retention()
    await withTaskGroup(of: Void.self) { group in
      for session in sessions {
        group.addTask { try? await retention.hold(session, reason: nil) }
        group.addTask { _ = try? await retention.erase(session: session, note: nil, isDryRun: false) }
      }
    }
    // In the log's order: no erasure of a session after its hold.
    let records = log.records.withLock { $0 }
    for session in sessions {
      let held = try #require(records.firstIndex { $0.session == session && $0.body["event"] == "held" })
      #expect(!records[held...].contains { $0.session == session && $0.body["event"] == "erased" })
    }
  }

  @Test("Applied at the start, after what was left behind is closed, and ended when it is cancelled")
  func starts() async throws {
    let names = try await record()
    let retention = Retention(
      log: log, recorder: log, store: store, policy: { Self.aged }, running: { [] }, user: "me", now: { Self.now })
    let task = Task { await retention.run(after: nil, say: { _ in }) }
    while store.files.count > 2 { await Task.yield() }
    task.cancel()
    await task.value
    #expect(store.files == Set(names.dropFirst(2)))
  }

  @Test("What a session names, or that is held, while others are erased is left, and said to be")
  func meanwhile() async throws {
    let body: JSON = [
      "event": "stored", "kind": "diff", "sha256": .string(String(repeating: "1", count: 64)), "size": 1,
    ]
    let hold = LegalHold(session: sessions[1], by: "me", reason: nil, time: Self.now)
    for other in [Record(.payload, session: sessions[3], time: Self.now, body: body), hold.record()] {
      let fixture = RetentionTests()
      fixture.log.others.withLock { $0 = [other] }
      let names = try await fixture.record(sessions)
      let report = try await fixture.retention(Self.aged).prune(isDryRun: false)
      #expect(report.erased.map(\.payload.sha256) == [names[0]] && report.left.map(\.payload.sha256) == [names[1]])
      #expect(fixture.log.erased == [names[0]] && fixture.store.files == Set(names.dropFirst()))
      #expect(await !fixture.store.isErasing())
    }
  }

  @Test("An erasure that was cut short is finished whatever the file's time says, unless the content was named again")
  func clocks() async throws {
    let names = try await record()
    let diff = String(repeating: "e", count: 64)
    let stored = Record(
      .payload, session: sessions[0], time: 1,
      body: ["event": "stored", "kind": "diff", "sha256": .string(diff), "size": 3])
    _ = try await log.append(stored, .grouped)
    store.state.withLock { state in
      state.files[diff] = Self.now + Self.day
      state.stuck = [diff]
    }
    let retention = await retention()
    await #expect(throws: Fault.self) { _ = try await retention.erase(sha256: diff, note: nil, isDryRun: false) }
    store.state.withLock { $0.stuck = [] }
    try await retention.round()
    #expect(store.files == Set(names))
    try await store.mark(isErasing: true)
    _ = try await log.append(stored, .grouped)
    store.state.withLock { $0.files[diff] = 0 }
    try await retention.round()
    #expect(store.files == Set(names + [diff]))
  }

  @Test("What becomes due later goes in a later round")
  func later() async throws {
    let names = try await record()
    let clock = Mutex(Self.now - 100 * Self.day)
    let retention = Retention(
      log: log, recorder: log, store: store, policy: { Self.aged }, running: { [] }, user: "me",
      now: { clock.withLock { $0 } })
    let task = Task { await retention.run(after: nil, every: .milliseconds(1), say: { _ in }) }
    while await retention.usage == nil { await Task.yield() }
    #expect(store.files == Set(names))
    clock.withLock { $0 = Self.now }
    while store.files.count > 2 { await Task.yield() }
    task.cancel()
    await task.value
    #expect(log.erased == Set(names.prefix(2)))
  }
}
