import BaileyLinux
import BaileyMerkle
import BaileyTestSupport
import Crypto
import Testing

@testable import BaileyAudit
@testable import BaileyCore
@testable import BaileyEvidence

@Suite("Evidence of a session")
struct EvidenceTests {
  let fixture: EvidenceFixture
  init() throws { fixture = try EvidenceFixture() }

  @Test("An archive has all of its session and nothing of another, and holds with nothing but the key")
  func whole() async throws {
    try await fixture.fill()
    let made = try fixture.make()
    #expect(made.status == 0, "\(made)")
    let names = try Parts(fixture.bytes()).files.map(\.name)
    let diff = "diffs/\(ContentDigest.hex(EvidenceFixture.diff)).diff"
    #expect(
      names == [
        "checkpoint", diff, "key.untrusted", "proofs", "recordings/0.cast", "records.jsonl", "statement.dsse.json",
      ])
    let records = String(decoding: try Parts(fixture.bytes())["records.jsonl"], as: UTF8.self)
    #expect(records.split(separator: "\n").count == 9 && records.contains("between") && !records.contains("another"))
    #expect(!records.contains("too-late"))
    let held = try fixture.verify()
    #expect(held.status == 0 && held.output.contains("the evidence holds: 9 records"), "\(held)")
    let told = try JSON.parse(fixture.verify(["--json"]).output)
    #expect(told["ok"] == true && told["complete"] == true)
    #expect(try fixture.verify(["--require-complete"]).status == 0)
    #expect(told["statement"]?["manifest_sha256"] == "cd")
    #expect(told["statement"]?["policies"] == [["user": ["sha256": "ab"]]])
  }

  @Test("The same session gives the same bytes, which tar reads")
  func deterministic() async throws {
    try await fixture.fill()
    #expect(try fixture.make().status == 0)
    let first = try fixture.bytes()
    #expect(try fixture.make().status == 0)
    #expect(try fixture.bytes() == first)
    let listed = try Tool("/bin/tar").run(["-tvf", fixture.archive])
    #expect(listed.status == 0 && listed.output.contains("1970-01-01") && listed.output.contains("records.jsonl"))
  }

  @Test("Whichever byte of an archive is changed, it is refused")
  func flipped() async throws {
    try await fixture.fill()
    #expect(try fixture.make().status == 0)
    let good = try fixture.bytes()
    #expect(try fixture.report(good).isSound)
    for at in stride(from: 0, to: good.count, by: 7) {
      var bad = good
      bad[at] ^= UInt8(1 << (at % 8))
      #expect(try !fixture.report(bad).isSound, "byte \(at)")
    }
  }

  @Test("Cut, lengthened, reordered, doubled, renamed and foreign files are refused")
  func shapes() async throws {
    try await fixture.fill()
    #expect(try fixture.make().status == 0)
    let good = try fixture.bytes()
    for cut in [0, 1, 511, 512, 1024, 5000, good.count - 512, good.count - 1] {
      #expect(try fixture.codes(Array(good.prefix(cut))).contains("archive-malformed"), "\(cut)")
    }
    #expect(try fixture.codes(good + [0]) == ["archive-malformed"])
    #expect(try fixture.codes(good + [UInt8](repeating: 0, count: 512)) == ["archive-malformed"])
    var parts = try Parts(good)
    parts.files.swapAt(0, 1)
    #expect(try fixture.codes(parts.bytes) == ["archive-malformed"])
    parts = try Parts(good)
    parts.files.insert(parts.files[0], at: 1)
    #expect(try fixture.codes(parts.bytes) == ["archive-malformed"])
    for name in ["../x", "/etc/passwd", "recordings/00.cast", "recordings/-1.cast", "diffs/ab.diff", "x"] {
      parts = try Parts(good)
      parts.files[0].name = name
      #expect(try fixture.codes(parts.bytes) == ["archive-malformed"], "\(name)")
    }
  }

  @Test("A link, a directory, an owner, a time and a large size in a header are refused")
  func headers() async throws {
    try await fixture.fill()
    #expect(try fixture.make().status == 0)
    let good = try fixture.bytes()
    for (offset, value) in [
      (156, "1"), (156, "2"), (156, "5"), (156, "x"), (108, "1"), (136, "1"), (157, "a"), (345, "p"), (124, "7"),
    ] {
      var bad = good
      bad[offset] = value.utf8.first ?? 0
      // With a checksum that fits.
      bad.replaceSubrange(148..<156, with: "        ".utf8)
      let sum = String(bad.prefix(512).reduce(0) { $0 + Int($1) }, radix: 8)
      bad.replaceSubrange(148..<156, with: (String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ").utf8)
      #expect(try fixture.codes(bad) == ["archive-malformed"], "\(offset)")
    }
  }

  @Test("What was changed, added or taken out is named, file by file")
  func tampered() async throws {
    try await fixture.fill()
    #expect(try fixture.make().status == 0)
    let good = try Parts(fixture.bytes())
    for name in good.files.map(\.name) where name != "statement.dsse.json" {
      var bad = good
      bad[name][bad[name].count - 2] ^= 1
      let findings = try fixture.report(bad.bytes).findings
      #expect(findings.contains { $0.code == "file-changed" && $0.place == name }, "\(name)")
      bad = good
      bad.remove(name)
      #expect(try fixture.report(bad.bytes).findings.contains { $0.code == "file-missing" && $0.place == name })
    }
    var bad = good
    bad["recordings/1.cast"] = [1]
    #expect(try fixture.codes(bad.bytes).isSuperset(of: ["file-unlisted", "content-unnamed"]))
    bad = good
    bad.remove("statement.dsse.json")
    #expect(try fixture.codes(bad.bytes) == ["statement-missing"])
    bad["statement.dsse.json"] = Array("{}".utf8)
    #expect(try fixture.codes(bad.bytes) == ["statement-malformed"])
  }

  @Test("Who has not the key cannot sign in its place, and no key is taken from the archive")
  func stranger() async throws {
    try await fixture.fill()
    #expect(try fixture.make().status == 0)
    let stranger = try #require(LogKey.generate())
    #expect(
      try fixture.report(fixture.bytes(), key: stranger.verifierKey).findings.map(\.code) == ["statement-unsigned"])
    var parts = try Parts(fixture.bytes())
    let envelope = try #require(Envelope(parsing: parts["statement.dsse.json"]))
    parts["statement.dsse.json"] = try Envelope(envelope.payload, type: envelope.payloadType, by: stranger).encoded
    #expect(try fixture.codes(parts.bytes) == ["statement-unsigned"])
    let unknown = try fixture.elsewhere.run(["verify-evidence", fixture.archive])
    #expect(unknown.status == 1, "\(unknown)")
    #expect(try fixture.elsewhere.run(["verify-evidence", fixture.archive, "--key", "x"]).status == 1)
    try fixture.scratch.write(try fixture.key + "\n", to: "k.pub")
    #expect(
      try fixture.elsewhere.run(["verify-evidence", fixture.archive, "--key", fixture.scratch.path + "/k.pub"]).status
        == 0)
  }

  @Test(
    "A statement that the log's owner signs over records that are changed, swapped or left out does not make them whole"
  )
  func resealed() async throws {
    try await fixture.fill()
    #expect(try fixture.make().status == 0)
    let good = try Parts(fixture.bytes())
    func resealed(_ change: (inout [[UInt8]], inout [String]) -> Void) throws -> Set<String> {
      var bad = good
      var lines = good["records.jsonl"].split(separator: 0x0A).map(Array.init)
      var blocks = String(decoding: good["proofs"], as: UTF8.self).split(separator: "\n\n").map(String.init)
      change(&lines, &blocks)
      bad["records.jsonl"] = lines.flatMap { $0 + [0x0A] }
      bad["proofs"] = blocks.flatMap { Array(($0 + "\n\n").utf8) }
      try bad.seal(fixture)
      return try fixture.codes(bad.bytes)
    }
    #expect(try resealed { _, _ in } == [])
    #expect(try resealed { lines, _ in lines[4][30] ^= 1 }.contains("record-unproved"))
    #expect(try resealed { lines, _ in lines.swapAt(1, 2) }.contains("record-unproved"))
    #expect(
      try resealed { lines, blocks in
        lines.swapAt(1, 2)
        blocks.swapAt(1, 2)
      }.contains("records-malformed"))
    for gone in [1, 2, 3, 5] {
      let found = try resealed { lines, blocks in
        lines.remove(at: gone)
        blocks.remove(at: gone)
      }
      #expect(found.contains("records-missing"), "\(gone): \(found)")
    }
    #expect(try resealed { lines, _ in lines.removeLast() }.contains("records-malformed"))
  }

  @Test("A session without an end says so, and one whose end counts nothing, too; neither is refused")
  func open() async throws {
    try await fixture.fill(fixture.records(ended: false))
    let made = try fixture.make()
    #expect(made.status == 0 && made.errors.contains("has no end on record"), "\(made)")
    let held = try fixture.verify()
    #expect(held.status == 0 && held.output.contains("no end on record"), "\(held)")
    #expect(held.output.contains("was left out") && !held.output.contains("what was recorded after"))
    let refused = try fixture.verify(["--require-complete", "--json"])
    #expect(refused.status == 6 && refused.output.contains("records-incomplete"), "\(refused)")
    #expect(try JSON.parse(refused.output)["complete"] == false)
    let uncounted = try EvidenceFixture()
    try await uncounted.fill(uncounted.records(counted: nil))
    #expect(try uncounted.make().status == 0)
    #expect(try uncounted.verify().output.contains("does not count the records"))
  }

  @Test("Diffs and statements of provenance are in one archive, whichever hash is smaller")
  func kinds() async throws {
    let statements = (0..<4).map { Array("{\"n\":\($0)}".utf8) }
    let named = statements.map { statement in
      var mark = ProvenanceMark(inputs: nil, outputs: 1, reads: nil)
      mark.name(sha256: ContentDigest.hex(statement), bytes: Int64(statement.count))
      return Record(.provenance, session: fixture.session, time: 2, body: mark.body)
    }
    for statement in statements { try fixture.store(statement) }
    try await fixture.fill(try fixture.records() + named)
    #expect(try fixture.make().status == 0)
    #expect(try fixture.codes(fixture.bytes()) == [])
    #expect(try Parts(fixture.bytes()).files.count { $0.name.hasPrefix("provenance/") } == 4)
  }

  @Test("An end that counts fewer records than are here is no measure of them, and is refused")
  func surplus() async throws {
    try await fixture.fill(fixture.records(counted: 6))
    #expect(try fixture.make().status == 0)
    #expect(try fixture.codes(fixture.bytes()) == ["records-uncounted"])
  }

  @Test("What was erased and stored again must be there, and when erased once more need not")
  func storedAgain() async throws {
    let records = try fixture.records()
    let hash = ContentDigest.hex(EvidenceFixture.diff)
    let erased = Record(
      .payload, session: nil, time: 2, body: ["event": "erased", "kind": "diff", "sha256": .string(hash), "size": 19])
    let again = Record(.payload, session: fixture.session, time: 3, body: EvidenceFixture.stored(EvidenceFixture.diff))
    try await fixture.fill(records + [erased, again])
    try Descriptor.workingDirectory.unlink(fixture.place(EvidenceFixture.diff))
    _ = try fixture.make()
    #expect(try fixture.codes(fixture.bytes()) == ["content-missing"])
    try await fixture.append([erased])
    #expect(try fixture.make().status == 0)
    #expect(try fixture.codes(fixture.bytes()) == [])
  }

  @Test("A recording that still grows is there as far as the log names it")
  func growing() async throws {
    let records = try fixture.records(ended: false).filter { $0.body["state"] != "ended" }
    try await fixture.fill(records)
    try Descriptor.workingDirectory.unlink(fixture.place(EvidenceFixture.cast))
    let place = fixture.layout.directory.dropLast(3) + "recordings/4f7c000000000000.0.cast"
    try WholeFile.replace(String(place), with: EvidenceFixture.cast)
    #expect(try fixture.make().status == 0)
    #expect(try Parts(fixture.bytes())["recordings/0.cast"].count == 30)
    #expect(try fixture.verify().output.contains("it went on"))
  }

  @Test("A log's own count of lost records is taken into account, and told")
  func lost() async throws {
    var records = try fixture.records(counted: 9)
    let gap: JSON = ["lost": 2, "sessions": [fixture.session.text: 2]]
    records.append(Record(.gap, session: nil, time: 1, body: gap))
    try await fixture.fill(records)
    #expect(try fixture.make().status == 0)
    let held = try fixture.verify()
    #expect(held.status == 0 && held.output.contains("2 records of the session that it lost"), "\(held)")
  }

  @Test("An erased payload is tolerated and told; a missing or changed one is neither")
  func erased() async throws {
    try await fixture.fill()
    try Descriptor.workingDirectory.unlink(fixture.place(EvidenceFixture.cast))
    let missing = try fixture.make()
    #expect(missing.status == 6, "\(missing)")
    let refused = try fixture.verify()
    #expect(refused.status == 6 && refused.errors.contains("[content-missing]"), "\(refused)")
    let body: JSON = [
      "event": "erased", "kind": "recording", "sha256": .string(ContentDigest.hex(EvidenceFixture.cast)),
      "size": .int(Int64(EvidenceFixture.cast.count)), "reason": "asked",
    ]
    try await fixture.append([Record(.payload, session: nil, time: 2, body: body)])
    let made = try fixture.make()
    #expect(made.status == 0 && made.errors.contains("was erased, on record"), "\(made)")
    let held = try fixture.verify()
    #expect(held.status == 0 && held.output.contains("recordings/0.cast was erased, on record"), "\(held)")
    try WholeFile.replace(fixture.place(EvidenceFixture.diff), with: Array("something else, as long".utf8))
    #expect(try fixture.make().status == 6)
    #expect(try fixture.verify().status == 6)
  }

  @Test("A session that nobody knows, and names that begin two, are refused")
  func names() async throws {
    try await fixture.fill(
      try fixture.records() + [
        Record(.note, session: SessionID("4f7d000000000000"), time: 1, body: [:]),
        Record(.note, session: SessionID("4f7c000000000001"), time: 1, body: [:]),
      ])
    for (name, code) in [("4f7c", "session-ambiguous"), ("9999", "session-unknown"), ("4F", "session-name-malformed")] {
      let result = try fixture.tool.run(["evidence", name])
      #expect(result.status == 1 && result.errors.contains("[\(code)]"), "\(result)")
    }
    #expect(try fixture.tool.run(["evidence", "4f7d", "-o", fixture.archive]).status == 0)
    #expect(
      try fixture.tool.run(["evidence", "4f7d", "-o", "/nonexistent/x"]).errors.contains("[log-file-unwritable]"))
    #expect(try fixture.tool.run(["evidence"]).status == 2)
  }

  @Test("Witnesses count by the policy only, also where they saw an older head that the newer one continues")
  func witnessed() async throws {
    let records = try fixture.records()
    try await fixture.fill(Array(records.prefix(5)))
    let witness = Curve25519.Signing.PrivateKey()
    let name = try #require(
      VerifierKey(
        name: "w.example/w", type: VerifierKey.Algorithm.ed25519Cosignature,
        key: Array(witness.publicKey.rawRepresentation), SHA256Tree.self))
    func cosign() throws {
      let head = try LogReader(fixture.layout).head()
      let message = Cosignature.message(time: 5, text: Array(head.checkpoint.text.utf8))
      let signature = Cosignature(time: 5, signature: Array(try witness.signature(for: message))).bytes
      try Files.replace(
        fixture.layout.anchorFile, with: try head.adding([.init(key: name.identity, bytes: signature)]).note)
    }
    try cosign()
    try await fixture.append(Array(records.dropFirst(5)))
    #expect(try fixture.make().status == 0)
    #expect(try Parts(fixture.bytes()).files.map(\.name).contains("consistency"))
    let policy = fixture.scratch.path + "/policy"
    try fixture.scratch.write("witness w \(name.text)\nquorum w\n", to: "policy")
    let unseen = try fixture.verify(["--witness-policy", policy])
    #expect(unseen.status == 6 && unseen.errors.contains("[records-unwitnessed]"), "\(unseen)")
    let older = try fixture.bytes()
    try cosign()
    #expect(try fixture.make().status == 0)
    #expect(try fixture.verify(["--witness-policy", policy]).status == 0)
    try WholeFile.replace(fixture.archive, with: older)
    let stranger = try #require(
      VerifierKey(
        name: "w.example/v", type: VerifierKey.Algorithm.ed25519Cosignature,
        key: Array(Curve25519.Signing.PrivateKey().publicKey.rawRepresentation), SHA256Tree.self))
    try fixture.scratch.write("witness w \(stranger.text)\nquorum w\n", to: "policy")
    let lacking = try fixture.verify(["--witness-policy", policy])
    #expect(lacking.status == 6 && lacking.errors.contains("[quorum-missing]"), "\(lacking)")
    var parts = try Parts(fixture.bytes())
    parts["consistency"] = Array(parts["consistency"].dropLast(45))
    try parts.seal(fixture)
    #expect(try fixture.codes(parts.bytes) == ["head-inconsistent"])
  }
}
