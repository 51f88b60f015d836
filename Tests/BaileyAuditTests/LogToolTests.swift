import BaileyLinux
import BaileyMerkle
import BaileyTestSupport
import Testing

@testable import BaileyAudit
@testable import BaileyCore

@Suite("Proofs as files")
struct LogToolTests {
  private let scratch: BaileyAuditTests.Scratch
  private let layout: LogLayout
  private let tool: Tool

  init() throws {
    scratch = try BaileyAuditTests.Scratch()
    layout = LogLayout(stateDirectory: scratch.path + "/bailey")
    tool = Tool(Products.path("bailey-log"), environment: ["XDG_STATE_HOME": scratch.path, "HOME": "/nonexistent"])
  }

  /// A log of seven records, its key, and the proof of record 3 as files.
  private func proved() async throws -> (key: String, proof: String, entry: String) {
    let log = try AuditLog(layout)
    for number in 0..<7 { try await log.append(sample("\(number)"), .grouped) }
    await log.close()
    let (proof, entry) = (scratch.path + "/x.tlog-proof", scratch.path + "/x.json")
    let made = try tool.run(["proof", "3", "--entry", entry])
    #expect(made.status == 0 && made.output.hasPrefix("c2sp.org/tlog-proof@v1\nindex 3\n"), "\(made)")
    try BaileyAuditTests.Scratch.write(proof, Array(made.output.utf8))
    return (log.verifierKey.text, proof, entry)
  }

  @Test("A proof is made from the files of the log, and checked with nothing but proof, record and key")
  func offline() async throws {
    let (key, proof, entry) = try await proved()
    #expect(try Files.read(entry) == sample("3").json.canonical)
    #expect(try tool.run(["verify", "--proof", proof]).status == 0)
    let elsewhere = Tool(Products.path("bailey-log"), environment: ["HOME": "/nonexistent"])
    let held = try elsewhere.run(["verify", "--proof", proof, "--entry", entry, "--key", key])
    #expect(held.status == 0 && held.output.hasPrefix("the proof holds: record 3 of 7, root "), "\(held)")
    #expect(try tool.run(["proof", "7"]).errors.contains("[log-no-such-record]"))
  }

  @Test("Another record, another key, a changed proof and a missing cosignature are refused with exit code 6")
  func refusals() async throws {
    let (key, proof, entry) = try await proved()
    let good = try Files.read(proof)
    func check(_ more: [String] = []) throws -> Int32 {
      try tool.run(["verify", "--proof", proof, "--entry", entry, "--key", key] + more).status
    }
    for at in stride(from: 0, to: good.count, by: 7) {
      var bad = good
      bad[at] ^= 2
      try BaileyAuditTests.Scratch.write(proof, bad)
      #expect(try check() == 6, "byte \(at)")
    }
    try BaileyAuditTests.Scratch.write(proof, good)
    #expect(try check() == 0)
    let policy = scratch.path + "/policy"
    try BaileyAuditTests.Scratch.write(policy, Array(SoftWitnesses(["a"]).policy("quorum a\n").utf8))
    #expect(try check(["--witness-policy", policy]) == 6)
    try BaileyAuditTests.Scratch.write(policy, Array("log \(key)\nquorum none\n".utf8))
    #expect(try check(["--witness-policy", policy]) == 0)
    let stranger = try #require(LogKey.generate()).verifierKey.text
    #expect(try tool.run(["verify", "--proof", proof, "--entry", entry, "--key", stranger]).status == 6)
    #expect(try tool.run(["verify", "--proof", proof, "--entry", entry, "--key", "x"]).status == 1)
    try BaileyAuditTests.Scratch.write(entry, sample("4").json.canonical)
    #expect(try check() == 6)
    #expect(try tool.run(["verify", "--proof", scratch.path + "/none"]).status == 1)
    #expect(try tool.run(["verify"]).status == 2)
  }

  @Test("A proof of a record that witnesses cover ends in the head that they cosigned")
  func anchored() async throws {
    let log = try AuditLog(layout)
    for number in 0..<3 { try await log.append(sample("\(number)"), .grouped) }
    try await log.publish()
    let witnesses = SoftWitnesses(["a"])
    let policy = scratch.path + "/policy"
    try BaileyAuditTests.Scratch.write(policy, Array(witnesses.policy("quorum a\n").utf8))
    let witnessing = try Witnessing(log, policies: [policy], caller: witnesses)
    try await #require(witnessing).round()
    for number in 3..<300 { try await log.append(sample("\(number)"), .grouped) }
    await log.close()
    let proof = scratch.path + "/p"
    for (index, status) in [("0", Int32(0)), ("2", 0), ("3", 6)] {
      try BaileyAuditTests.Scratch.write(proof, Array(try tool.run(["proof", index]).output.utf8))
      #expect(
        try tool.run(["verify", "--proof", proof, "--witness-policy", policy]).status == status, "record \(index)")
      #expect(try tool.run(["verify", "--proof", proof]).status == 0)
    }
  }
}
