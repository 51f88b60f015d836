import BaileyLinux
import BaileyMerkle
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyAudit
@testable import BaileyCore

@Suite("Witnesses and the anchor")
struct AnchorTests {
  private func opened(_ scratch: Scratch, _ count: Int) async throws -> AuditLog {
    let log = try AuditLog(scratch.layout)
    try await scratch.append(log, 0..<count)
    try await log.publish()
    return log
  }

  @Test(
    "With a quorum of two, the head of one is no anchor, though it is published; with the second it is, and who failed is asked later"
  )
  func quorum() async throws {
    let scratch = try Scratch()
    let witnesses = SoftWitnesses(["a", "b"])
    let log = try await opened(scratch, 3)
    let time = Ticks()
    let witnessing = try scratch.witnessing(log, witnesses.policy("group g all a b\nquorum g\n"), witnesses) {
      time.seconds * WitnessPause.second
    }
    witnesses.answer("b") { _ throws(HTTPFailure) in throw .timedOut }
    await witnessing.round()
    #expect(log.anchor.head == nil && log.anchor.faults.map(\.code) == ["witness-unreachable"])
    #expect(try SignedNote(parsing: Files.read(scratch.layout.checkpoint)).signatures.count == 2)
    #expect(try await log.verify().anchor?.sentence == "not anchored yet, unanchored since 1970-01-01T00:00:00Z")
    witnesses.answer("b", nil)
    await witnessing.round()
    #expect(witnesses.asked.sorted() == ["a", "b"], "one that failed is left alone for a while")
    time.set(60)
    await witnessing.round()
    #expect(witnesses.asked.sorted() == ["a", "b", "b"])
    #expect(log.anchor.head?.checkpoint.size == 3 && log.anchor.faults == [])
    #expect(try await log.verify().anchor == LogAnchor(size: 3, cosigners: ["a", "b"], unanchoredSince: nil))
    await witnessing.round()
    #expect(witnesses.asked.count == 3, "a head that all have cosigned is put before nobody")
    await log.close()
    let again = try AuditLog(scratch.layout)
    #expect(again.anchor.head?.checkpoint.size == 3)
    await again.close()
  }

  @Test("A cosignature that does not hold is not stored anywhere")
  func falseCosignatures() async throws {
    let scratch = try Scratch()
    let witnesses = SoftWitnesses(["a", "b"])
    let log = try await opened(scratch, 3)
    let text = log.head.checkpoint.text
    let before = try Files.read(scratch.layout.checkpoint)
    let good = witnesses.line("a", over: text)
    var flipped = good
    flipped[flipped.count - 20] = flipped[flipped.count - 20] == 0x41 ? 0x42 : 0x41
    let bodies: [[UInt8]] = [
      witnesses.line("a", over: text + "x\n"), witnesses.line("b", over: text), flipped, Array(good.dropLast()), [],
      Array("ok\n".utf8), good + Array("\n".utf8), Array(repeating: 0x41, count: 20_000), flipped + good,
    ]
    for body in bodies {
      witnesses.answer("a") { _ throws(HTTPFailure) in HTTPReply(status: 200, body: body) }
      let witnessing = try scratch.witnessing(
        log, witnesses.policy("quorum a\n").replacing("witness b", with: "# "), witnesses)
      await witnessing.round()
      #expect(log.anchor.head == nil && log.anchor.faults.map(\.code) == ["witness-answer-invalid"])
      #expect(try Files.read(scratch.layout.checkpoint) == before)
    }
    await log.close()
  }

  @Test("Whatever a witness answers is a clear fault or evidence, never a cosignature")
  func answers() async throws {
    let scratch = try Scratch()
    let witnesses = SoftWitnesses(["a"])
    let log = try await opened(scratch, 3)
    for (status, body, code) in [
      (400, "", "witness-refused"), (403, "", "witness-key-refused"), (404, "", "witness-unknown-log"),
      (409, "x\n", "witness-refused"), (409, "2\n", "witness-refused"), (500, "", "witness-refused"),
      (301, "", "witness-refused"), (204, "", "witness-refused"),
    ] {
      witnesses.answer("a") { _ throws(HTTPFailure) in HTTPReply(status: status, body: Array(body.utf8)) }
      await (try scratch.witnessing(log, witnesses.policy("quorum a\n"), witnesses)).round()
      #expect(log.anchor.faults.map(\.code) == [code], "\(status)")
      #expect(log.anchor.contradictions == [])
    }
    witnesses.answer("a") { _ throws(HTTPFailure) in HTTPReply(status: 422) }
    let witnessing = try scratch.witnessing(log, witnesses.policy("quorum a\n"), witnesses)
    for _ in 0..<3 { await witnessing.round() }
    #expect(log.anchor.contradictions.count == 1 && log.anchor.head == nil)
    #expect(await log.examine().map(\.state) == [.ok, .fail])
    await log.close()
  }

  @Test("A log that does not hold its anchored head does not start")
  func rolledBack() async throws {
    let scratch = try Scratch()
    try await scratch.filled(5)
    try scratch.copyState(to: "old")
    let witnesses = SoftWitnesses(["a"])
    let log = try AuditLog(scratch.layout)
    try await scratch.append(log, 5..<9)
    try await log.publish()
    await (try scratch.witnessing(log, witnesses.policy("quorum a\n"), witnesses)).round()
    #expect(log.anchor.head?.checkpoint.size == 9)
    await log.close()
    let anchor = try Files.read(scratch.layout.anchorFile)
    try scratch.restoreState(from: "old")
    try Scratch.write(scratch.layout.anchorFile, anchor)
    #expect(await fault { _ = try AuditLog(scratch.layout) } == "log-rolled-back")
    try Scratch.write(scratch.layout.anchorFile, Array(anchor.dropLast(90)))
    #expect(await fault { _ = try AuditLog(scratch.layout) } == "log-head-invalid")
  }

  @Test("Old heads put back over newer tiles are found by the anchored head, at the start and by verify")
  func oldHeads() async throws {
    let scratch = try Scratch()
    try await scratch.filled(5)
    let heads = [scratch.layout.headFile, scratch.layout.directory + "/checkpoint"]
    let old = try heads.map { path in try Files.read(path) }
    let witnesses = SoftWitnesses(["a"])
    let log = try AuditLog(scratch.layout)
    try await scratch.append(log, 5..<9)
    try await log.publish()
    await (try scratch.witnessing(log, witnesses.policy("quorum a\n"), witnesses)).round()
    await log.close()
    #expect(try LogReader(scratch.layout, verifierKey: log.verifierKey).verify().isWhole)
    for (path, head) in zip(heads, old) { try Scratch.write(path, head) }
    for name in try Descriptor.entries(of: scratch.layout.directory + "/wal").map(\.text) {
      try Descriptor.workingDirectory.unlink(scratch.layout.directory + "/wal/" + name)
    }
    #expect(await fault { _ = try AuditLog(scratch.layout) } == "log-rolled-back")
    let found = try LogReader(scratch.layout, verifierKey: log.verifierKey).verify()
    #expect(found.problems.contains { $0.code == "head-anchored" })
  }

  @Test("A policy that cannot be used is told by doctor, with its line, and the log goes on")
  func badPolicies() async throws {
    let scratch = try Scratch()
    let log = try await opened(scratch, 1)
    let stranger = try #require(LogKey.generate()).verifierKey.text
    let witness = SoftWitnesses(["a"]).policy("")
    for (text, why) in [
      ("\nquorums none\n", "witness-policy:2: a line begins with"),
      ("log \(stranger)\nquorum none\n", "is not among them"),
      (witness.replacing("http://127.0.0.1:9/a", with: "ftp://x") + "quorum a\n", "the URL of witness a"),
    ] {
      try Scratch.write(scratch.path + "/witness-policy", Array(text.utf8))
      let policies = [scratch.path + "/admin", scratch.path + "/witness-policy"]
      #expect(try Witnessing(log, policies: policies, caller: SoftWitnesses([])) == nil)
      let finding = try #require(await log.examine().last)
      #expect(finding.state == .warn && finding.consequence.contains(why), "\(finding.consequence)")
      let required = WitnessSettings(isRequired: true)
      #expect(
        await fault { _ = try Witnessing(log, policies: policies, caller: SoftWitnesses([]), settings: required) }
          == "witness-policy-invalid")
    }
    #expect(
      await fault {
        _ = try Witnessing(
          log, policies: [scratch.path + "/none"], caller: SoftWitnesses([]),
          settings: WitnessSettings(isRequired: true))
      } == "witness-policy-missing")
    try Scratch.write(scratch.path + "/admin", Array("quorums none\n".utf8))
    let policies = [scratch.path + "/admin", scratch.path + "/witness-policy"]
    #expect(try Witnessing(log, policies: policies, caller: SoftWitnesses([])) == nil)
    #expect(await log.examine().last?.state == .fail, "the administrator's")
    #expect(await fault { try await log.append(sample("2"), .synced) } == nil)
    await log.close()
  }

  @Test("The administrator's policy stands in the place of the person's")
  func layers() async throws {
    let scratch = try Scratch()
    let log = try await opened(scratch, 1)
    let (theirs, mine) = (SoftWitnesses(["a"]), SoftWitnesses(["b"]))
    try Scratch.write(scratch.path + "/admin", Array(theirs.policy("quorum a\n").utf8))
    try Scratch.write(scratch.path + "/user", Array(mine.policy("quorum b\n").utf8))
    let policies = [scratch.path + "/admin", scratch.path + "/user"]
    let witnessing = try Witnessing(log, policies: policies, caller: theirs)
    try await #require(witnessing).round()
    #expect(theirs.asked == ["a"] && log.anchor.head != nil)
    await log.close()
  }

  @Test(
    "A witness's URL names a host, in clear a number and a port",
    arguments: [
      "http://localhost:1", "http://127.0.0.1:7380/w/", "http://[::1]:80/a/b", "https://w.example/v1",
      "https://w.example:8443/",
      "https://127.0.0.1:1", "https://w..example", "https:///w", "ftp://127.0.0.1:1", "http://x.example:1",
      "http://127.0.0.1", "http://127.0.0.1:0", "http://127.0.0.1:65536/", "http://a@127.0.0.1:1/",
      "http://127.0.0.1:1/?q",
      "http://127.0.0.1:1/ x", "http://127.0.0.1:1/\r\nx", "//127.0.0.1:1", "",
    ])
  func addresses(url: String) {
    let targets = [
      "http://localhost:1": "/add-checkpoint", "http://127.0.0.1:7380/w/": "/w/add-checkpoint",
      "http://[::1]:80/a/b": "/a/b/add-checkpoint", "https://w.example/v1": "/v1/add-checkpoint",
      "https://w.example:8443/": "/add-checkpoint", "https://127.0.0.1:1": "/add-checkpoint",
    ]
    let address = WitnessAddress(url)
    #expect(address?.target == targets[url])
    // In clear nothing is asked of the other side; over TLS it proves its name, or its address.
    #expect((address?.security(nil) != nil) == (address != nil && url.hasPrefix("https:")))
    #expect(address?.security(nil)?.name?.text == (url.contains("w.example") ? "w.example" : nil))
  }

  @Test("A quorum that needs witnesses without a URL is told, and refused where witnesses are required")
  func unreachableQuorum() async throws {
    let scratch = try Scratch()
    let log = try await opened(scratch, 1)
    let witnesses = SoftWitnesses(["a", "b"])
    let policy = witnesses.policy("group g all a b\nquorum g\n").replacing(" http://127.0.0.1:9/b", with: "")
    await (try scratch.witnessing(log, policy, witnesses)).round()
    #expect(witnesses.asked == ["a"] && log.anchor.faults.map(\.code) == ["witness-quorum-unreachable"])
    #expect(await log.examine().map(\.state) == [.ok, .warn])
    #expect(
      await fault { _ = try scratch.witnessing(log, policy, witnesses, settings: WitnessSettings(isRequired: true)) }
        == "witness-quorum-unreachable")
    let needless = witnesses.policy("quorum none\n")
    #expect(
      await fault { _ = try scratch.witnessing(log, needless, witnesses, settings: WitnessSettings(isRequired: true)) }
        == "witness-policy-missing")
    await log.close()
  }

  @Test("The log's own key is no witness")
  func ownKey() async throws {
    let scratch = try Scratch()
    let log = try await opened(scratch, 1)
    let own = try #require(
      VerifierKey(
        name: "witness.example/a", type: VerifierKey.Algorithm.ed25519Cosignature, key: log.verifierKey.key,
        SHA256Tree.self))
    let text = "witness a \(own.text) http://127.0.0.1:9/a\nquorum a\n"
    let found = #expect(throws: Fault.self) {
      try WitnessPolicy(Array(text.utf8), path: "p", log: log.verifierKey)
    }
    #expect(found?.code == "witness-policy-invalid" && found?.why.contains("the log's own") == true)
    await log.close()
  }

  @Test(
    "A pause doubles with each failure, by chance within its second half, and is at least what the witness asks for")
  func pauses() {
    let second = WitnessPause.second
    var pause = WitnessPause()
    for (roll, seconds) in [(1.0, 60), (0, 60), (0.5, 180), (1, 480), (0, 480), (1, 1920), (1, 3600), (1, 3600)] {
      pause.fail(at: 7, base: 60 * second, asked: nil, roll: roll)
      #expect(pause.until == 7 + Int64(seconds) * second, "\(pause.failures)")
    }
    for (asked, seconds) in [(Int64(90), Int64(90)), (5, 30), (1 << 40, 86_400), (-9, 30), (.min, 30)] {
      var pause = WitnessPause()
      pause.fail(at: 0, base: 60 * second, asked: asked, roll: 0)
      #expect(pause.until == seconds * second, "\(asked)")
    }
    var slow = WitnessPause()
    for _ in 0..<100 { slow.fail(at: 0, base: 86_400 * second, asked: nil, roll: 1) }
    #expect(slow.until == 86_400 * second)
    for (header, seconds) in [
      ("120", 120), ("0", 0), ("-1", nil), ("1e3", nil), ("", nil), ("9999999999", nil),
      ("Sun, 06 Nov 1994 08:49:37 GMT", nil), (nil, nil),
    ] as [(String?, Int64?)] { #expect(WitnessPause.seconds(header) == seconds) }
  }

  @Test("A witness that says when it wants to be asked again is left alone until then")
  func retryAfter() async throws {
    let scratch = try Scratch()
    let log = try await opened(scratch, 1)
    let (witnesses, time) = (SoftWitnesses(["a"]), Ticks())
    let witnessing = try scratch.witnessing(log, witnesses.policy("quorum a\n"), witnesses) {
      time.seconds * WitnessPause.second
    }
    witnesses.answer("a") { _ throws(HTTPFailure) in HTTPReply(status: 503, headers: ["retry-after": "600"]) }
    for second in [Int64(0), 60, 599] {
      time.set(second)
      await witnessing.round()
      #expect(witnesses.asked.count == 1, "\(second) s")
    }
    witnesses.answer("a", nil)
    time.set(600)
    await witnessing.round()
    #expect(witnesses.asked.count == 2 && log.anchor.head?.checkpoint.size == 1)
    await log.close()
  }

  private static func wait(_ condition: () -> Bool) {
    for _ in 0..<1000 where !condition() { sleep(microseconds: 10_000) }
  }

  /// Keeps all of them open.
  private static func hold(_ pipes: ArraySlice<String>, until condition: () -> Bool) {
    guard let first = pipes.first else { return wait(condition) }
    let pipe = try? Descriptor.open(first, [.readWrite, .nonBlocking])
    hold(pipes.dropFirst(), until: condition)
    _ = consume pipe
  }

  @Test("However many witnesses' heads wait for the disk, other tasks go on")
  func ownThreads() async throws {
    let count = 16
    let scratches = try (0..<count).map { _ in try Scratch() }
    let pipes = scratches.map { $0.layout.anchorFile + ".tmp" }
    let (witnesses, goesOn, isDone) = (SoftWitnesses(["a"]), Flag(), Flag())
    var logs: [AuditLog] = []
    for scratch in scratches { logs.append(try await opened(scratch, 1)) }
    for pipe in pipes { #expect(try Tool("/usr/bin/mkfifo").run([pipe]).status == 0) }
    // Whoever opens one of them to write waits for a reader, as it would for a disk; the readers come when another task went on, or never will.
    let readers = try Background {
      Self.wait { witnesses.asked.count == count }
      Task { goesOn.set() }
      Self.wait { goesOn.isSet }
      let went = goesOn.isSet
      Self.hold(pipes[...]) { isDone.isSet }
      return went
    }
    await withTaskGroup(of: Void.self) { group in
      for (scratch, log) in zip(scratches, logs) {
        guard let witnessing = try? scratch.witnessing(log, witnesses.policy("quorum a\n"), witnesses) else { continue }
        group.addTask { await witnessing.round() }
      }
    }
    isDone.set()
    #expect(await readers.value)
    // A pipe cannot be synced: each came as far as that.
    for log in logs {
      #expect(log.anchor.faults.map(\.code) == ["log-write-failed"])
      await log.close()
    }
  }
}

/// A clock that stands until it is set.
private final class Ticks: Sendable {
  private let value = Atomic<Int64>(0)
  var seconds: Int64 { value.load(ordering: .relaxed) }
  func set(_ seconds: Int64) { value.store(seconds, ordering: .relaxed) }
}

private final class Flag: Sendable {
  private let value = Atomic(false)
  var isSet: Bool { value.load(ordering: .relaxed) }
  func set() { value.store(true, ordering: .relaxed) }
}
