import BaileyLinux
import BaileyMerkle
import BaileyTestSupport
import Testing

@testable import BaileyAudit
@testable import BaileyCore

@Suite("The log's key")
struct LogKeyTests {
  typealias Scratch = BaileyAuditTests.Scratch

  @Test("A log with a P-256 key is signed, verified, gone on with and proved like any other")
  func p256() async throws {
    let scratch = try Scratch()
    let layout = LogLayout(stateDirectory: scratch.path + "/bailey")
    let log = try AuditLog(layout, key: .p256)
    try await scratch.append(log, 0..<3)
    await log.close()
    #expect(log.verifierKey.type == VerifierKey.Algorithm.ecdsa)
    // One that is there keeps its own.
    let again = try AuditLog(layout, key: .ed25519)
    #expect(again.verifierKey == log.verifierKey && again.head.checkpoint.size == 3)
    try await scratch.append(again, 3..<300)
    #expect(try await again.verify().problems == [])
    await again.close()
    #expect(try LogReader(layout, verifierKey: log.verifierKey).verify().isWhole)
    let tool = Tool(Products.path("bailey-log"), environment: ["XDG_STATE_HOME": scratch.path, "HOME": "/nonexistent"])
    let (proof, entry) = (scratch.path + "/p", scratch.path + "/e")
    try Scratch.write(proof, Array(try tool.run(["proof", "77", "--entry", entry]).output.utf8))
    let check = ["verify", "--proof", proof, "--entry", entry, "--key"]
    let held = try tool.run(check + [log.verifierKey.text])
    #expect(held.status == 0 && held.output.hasPrefix("the proof holds: record 77 of 300"), "\(held)")
    #expect(try tool.run(check + [#require(LogKey.generate(.p256)).verifierKey.text]).status == 6)
  }

  @Test("A head of a P-256 log with another signature, or of another such key, is refused")
  func p256Heads() async throws {
    let scratch = try Scratch()
    let log = try AuditLog(scratch.layout, key: .p256)
    try await scratch.append(log, 0..<3)
    await log.close()
    let stranger = try #require(LogKey.generate(.p256))
    let checkpoint = Checkpoint(origin: log.origin, size: 3, root: log.head.checkpoint.root)
    var note = try SignedNote(parsing: log.head.note)
    note.signatures[0] = .init(key: note.signatures[0].key, bytes: try stranger.sign(Array(note.text.utf8)))
    for head in [note.encoded, try SignedHead(signing: checkpoint, with: stranger).note] {
      try Scratch.write(scratch.layout.headFile, head)
      #expect(await fault { _ = try AuditLog(scratch.layout) } == "log-head-invalid")
    }
  }

  @Test("The key's file is read back as it was written, and no other spelling of it", arguments: LogKeyType.allCases)
  func file(type: LogKeyType) throws {
    let key = try #require(LogKey.generate(type))
    let read = try #require(LogKey(text: key.text))
    #expect(read.verifierKey == key.verifierKey)
    let text = Array("some text\n".utf8)
    #expect(try #require(LogVerifier(key.verifierKey)).isValid(signature: try read.sign(text), of: text))
    for bad in ["", String(key.text.dropLast()), key.text + "\n", " " + key.text, key.text.replacing("=", with: "")] {
      #expect(bad == key.text || LogKey(text: bad) == nil, "\(bad.count)")
    }
    // The other kind of key with the same seed.
    let digits = key.text.split(separator: "+")
    for (type, count) in [(UInt8(1), 31), (2, 31), (2, 33), (3, 32), (4, 32)] {
      let seed = Base64.encode([type] + Array(repeating: 7, count: count))
      #expect(LogKey(text: "PRIVATE+KEY+\(digits[2])+\(digits[3])+\(seed)\n") == nil)
    }
    #expect(LogKey(text: "PRIVATE+KEY+n+00000000+\(Base64.encode([2] + Array(repeating: 0, count: 32)))\n") == nil)
  }
}
