import BaileyCore
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyControl

private final class MemoryRecorder: Recorder {
  let records = Mutex<[Record]>([])

  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    records.withLock {
      $0.append(record)
      return UInt64($0.count - 1)
    }
  }

  var kinds: [Record.Kind] { records.withLock { $0.map(\.kind) } }
  var diff: JSON? { records.withLock { $0.first { $0.kind == .payload }?.body } }
}

private struct Keeping: DiffKeeper {
  /// What comes of it: `nil` never.
  var result: Result<StoredDiff, Fault>?
  /// What takes long: what comes before it is written, or the writing.
  var reading = Duration.zero
  var writing = Duration.zero
  /// What it was told when it asked whether it may write.
  let answer = AsyncStream.makeStream(of: Bool.self)

  func keep(
    _ set: ChangeSet, of session: SessionID, secrets: [String], begins: @escaping @Sendable () -> Bool
  ) async throws(Fault) -> StoredDiff {
    if secrets != ["of-the-manifest"], !secrets.isEmpty { throw Fault("x", why: "other secrets") }
    guard let result else {
      try? await Task.sleep(for: .seconds(3600))
      throw Fault("x", why: "nobody waits so long")
    }
    try? await Task.sleep(for: reading)
    let isWritten = begins()
    answer.continuation.yield(isWritten)
    if !isWritten { throw Fault("too-slow", why: "late") }
    try? await Task.sleep(for: writing)
    return try result.get()
  }
}

@Suite("Diffs on record")
struct DiffRecordTests {
  private static let stored = StoredDiff(sha256: "ab", size: 3, isCut: false)
  private static let full = Fault("payload-unwritable", why: "no space")
  private let log = MemoryRecorder()

  private func resources(_ result: Result<StoredDiff, Fault>?, changes: Int = 1) -> Resources {
    let change = Change(path: [0x61], kind: .added, type: .file)
    var resources = Resources.idle(
      log, workspaces: CountingKeeper(changes: .init(repeating: change, count: changes)))
    resources.diffs = Keeping(result: result)
    return resources
  }

  private func end(_ resources: Resources) async {
    await SessionFixture(recorder: log, resources: resources).session.finish(.program(.exited(code: 0)))
  }

  private func apply(_ resources: Resources) async throws {
    let controller = Controller(resources: resources, floor: NoFloor(), home: "/h")
    let session = SessionSummary(
      id: .random(), state: .ended, project: "/p", command: ["x"], mode: .staged, manifestDigest: "", user: "nobody",
      started: 1)
    _ = try await controller.apply(ChangeSelection(), of: session, digest: "00")
  }

  @Test("A diff is on record before the end and, with the digest that an apply is bound to, before its effect")
  func order() async throws {
    await end(resources(.success(Self.stored)))
    #expect(log.kinds == [.payload, .sessionEnd])
    #expect(log.diff?["of"] == "end" && log.diff?["sha256"] == "ab" && log.diff?["size"] == 3)
    log.records.withLock { $0 = [] }
    try await apply(resources(.success(Self.stored)))
    #expect(log.kinds == [.intent, .payload, .apply])
    #expect(log.diff?["of"] == "apply" && log.diff?["changes"] == "00")
  }

  @Test("A diff that cannot be stored, or takes too long, stops neither the apply nor the end, and the record says why")
  func failures() async throws {
    for (result, why) in [(Result<StoredDiff, Fault>.failure(Self.full), "payload-unwritable"), (nil, "too-slow")] {
      log.records.withLock { $0 = [] }
      await end(resources(result))
      #expect(log.kinds == [.payload, .sessionEnd])
      #expect(log.diff?["event"] == "not-stored" && log.diff?["why"]?.string == why)
    }
    log.records.withLock { $0 = [] }
    try await apply(resources(.failure(Self.full)))
    #expect(log.kinds == [.intent, .payload, .apply] && log.diff?["why"] == "payload-unwritable")
  }

  @Test("A diff that is late is never written, and one that is being written is waited for and named")
  func late() async throws {
    for (reading, writing, event) in [(600, 0, "not-stored"), (0, 600, "stored")] {
      log.records.withLock { $0 = [] }
      var resources = resources(nil)
      let keeping = Keeping(
        result: .success(Self.stored), reading: .milliseconds(reading), writing: .milliseconds(writing))
      resources.diffs = keeping
      await end(resources)
      #expect(log.kinds == [.payload, .sessionEnd] && log.diff?["event"]?.string == event)
      var answers = keeping.answer.stream.makeAsyncIterator()
      #expect(await answers.next() == (event == "stored"))
    }
  }

  @Test("Where nothing changed there is no diff and no record of one")
  func nothing() async throws {
    await end(resources(.success(Self.stored), changes: 0))
    #expect(log.kinds == [.sessionEnd])
  }

  @Test("The record of an end counts those of its session before it")
  func counted() async throws {
    let counts = RecordCounts(log)
    let id = SessionID.random()
    for session in [id, .random(), id, nil] {
      _ = try await counts.append(Record(.note, session: session, time: 1, body: [:]), .grouped)
    }
    #expect(await counts.observe([Record(.observed, session: id, time: 1, body: [:])]) == 0)
    let fixture = SessionFixture(recorder: counts, id: id)
    await fixture.session.finish(.program(.exited(code: 0)))
    #expect(log.records.withLock { $0.last?.body["records"] } == 3)
  }

  @Test("A statement that cannot be kept leaves the counts on record, and says why")
  func lostStatement() async throws {
    let output = SessionOutput(
      path: [0x61], kind: .added, before: nil, after: .sha256("ab", size: 1), isConflict: false)
    let keeper = CountingKeeper(account: WorkspaceAccount(outputs: [output]))
    var resources = Resources.idle(log, workspaces: keeper)
    resources.provenance = FullProvenance()
    await end(resources)
    #expect(log.kinds == [.note, .provenance, .sessionEnd])
    let bodies = log.records.withLock { $0.map(\.body) }
    #expect(bodies[0]["event"] == "provenance-lost" && bodies[0]["fault"]?["code"] == "payload-unwritable")
    let mark = try #require(ProvenanceMark(body: bodies[1]))
    #expect(mark.outputs == 1 && mark.payload == nil && mark.isLost)
  }

  @Test("What is being recorded when a session ends is counted, and what begins then comes after the end")
  func countedAtOnce() async throws {
    let slow = SlowRecorder(log)
    let counts = RecordCounts(slow)
    let id = SessionID.random()
    @Sendable func append(_ kind: Record.Kind) async {
      _ = try? await counts.append(Record(kind, session: id, time: 1, body: [:]), .grouped)
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await append(.apply) }
      await slow.reached()
      group.addTask { await append(.sessionEnd) }
      while !counts.isEnding(id) { await Task.yield() }
      group.addTask { await append(.note) }
      slow.letGo()
    }
    #expect(log.kinds == [.apply, .sessionEnd, .note])
    #expect(log.records.withLock { $0[1].body["records"] } == 1)
  }
}

private struct FullProvenance: ProvenanceKeeper {
  static let full = Fault("payload-unwritable", why: "no space")

  func keep(_ statement: @escaping @Sendable () -> [UInt8]) async throws(Fault) -> (sha256: String, bytes: Int64) {
    throw Self.full
  }
  func statement(sha256: String, bytes: Int64) throws(Fault) -> [UInt8] { throw Self.full }
}

/// Holds up the first record until it is let go.
private final class SlowRecorder: Recorder {
  private let recorder: any Recorder
  private let arrival = AsyncStream.makeStream(of: Void.self)
  private let gate = AsyncStream.makeStream(of: Void.self)
  private let isFirst = Mutex(true)

  init(_ recorder: any Recorder) { self.recorder = recorder }

  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    let waits = isFirst.withLock { isFirst in
      defer { isFirst = false }
      return isFirst
    }
    if waits {
      arrival.continuation.yield()
      for await _ in gate.stream { break }
    }
    return try await recorder.append(record, durability)
  }

  func reached() async { for await _ in arrival.stream { return } }
  func letGo() { gate.continuation.yield() }
}
