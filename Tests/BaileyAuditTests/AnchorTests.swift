import BaileyLinux
import BaileyMerkle
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
    let witnessing = try scratch.witnessing(log, witnesses.policy("group g all a b\nquorum g\n"), witnesses)
    witnesses.answer("b") { _ throws(HTTPFailure) in throw .timedOut }
    await witnessing.round()
    #expect(log.anchor.head == nil && log.anchor.faults.map(\.code) == ["witness-unreachable"])
    #expect(try SignedNote(parsing: Files.read(scratch.layout.checkpoint)).signatures.count == 2)
    #expect(try await log.verify().anchor?.sentence == "not anchored yet, unanchored since 1970-01-01T00:00:00Z")
    witnesses.answer("b", nil)
    await witnessing.round()
    #expect(witnesses.asked.sorted() == ["a", "b"], "one that failed is left out of a round")
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
      let witnessing = Witnessing(
        log, policies: [scratch.path + "/witness-policy"], caller: SoftWitnesses([]), interval: 60)
      #expect(witnessing == nil)
      let finding = try #require(await log.examine().last)
      #expect(finding.state == .warn && finding.consequence.contains(why), "\(finding.consequence)")
    }
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
    let witnessing = try #require(
      Witnessing(log, policies: [scratch.path + "/admin", scratch.path + "/user"], caller: theirs, interval: 60))
    await witnessing.round()
    #expect(theirs.asked == ["a"] && log.anchor.head != nil)
    await log.close()
  }

  @Test(
    "A witness's URL names a number and a port",
    arguments: [
      "http://localhost:1", "http://127.0.0.1:7380/w/", "http://[::1]:80/a/b", "https://x:1/", "http://x.example:1",
      "http://127.0.0.1", "http://127.0.0.1:0", "http://127.0.0.1:65536/", "http://a@127.0.0.1:1/",
      "http://127.0.0.1:1/?q",
      "http://127.0.0.1:1/ x", "http://127.0.0.1:1/\r\nx", "//127.0.0.1:1", "",
    ])
  func addresses(url: String) {
    let targets = [
      "http://localhost:1": "/add-checkpoint", "http://127.0.0.1:7380/w/": "/w/add-checkpoint",
      "http://[::1]:80/a/b": "/a/b/add-checkpoint",
    ]
    #expect(WitnessAddress(url)?.target == targets[url])
  }
}
