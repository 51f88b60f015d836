import BaileyHTTP
import BaileyLinux
import BaileyMerkle
import BaileyTestSupport
import Testing

@testable import BaileyAudit
@testable import BaileyCore

extension Scratch {
  /// A witnessing of the log by the policy of this text.
  func witnessing(
    _ log: AuditLog, _ policy: String, _ caller: any HTTPCaller, settings: WitnessSettings = WitnessSettings(),
    now: @escaping @Sendable () -> Int64 = { Clock.monotonic }
  ) throws -> Witnessing {
    try Scratch.write(path + "/witness-policy", Array(policy.utf8))
    let policies = [path + "/none", path + "/witness-policy"]
    let witnessing = try Witnessing(log, policies: policies, caller: caller, settings: settings, now: now)
    return try #require(witnessing)
  }

  /// Puts the whole state away, or back.
  func copyState(to name: String) throws { try Scratch.copy(path + "/state", to: path + "/" + name) }

  func restoreState(from name: String) throws {
    Scratch.remove(path + "/state")
    try Scratch.copy(path + "/" + name, to: path + "/state")
    try Descriptor.open(layout.keyFile, .readWrite).setMode(0o600)
  }
}

@Suite("A real witness", .serialized)
struct RealWitnessTests {
  private let scratch: BaileyAuditTests.Scratch
  private let witness: RealWitness

  init() throws {
    scratch = try BaileyAuditTests.Scratch()
    witness = try RealWitness(scratch.path + "/witness")
  }

  private func opened() async throws -> (AuditLog, Witnessing) {
    let log = try AuditLog(scratch.layout)
    return (log, try scratch.witnessing(log, witness.policyLine + "quorum w1\n", HTTPClient()))
  }

  /// A log of five records that the witness has seen.
  private func witnessed() async throws {
    let (log, witnessing) = try await opened()
    try await known(log)
    try await scratch.append(log, 0..<5)
    try await log.publish()
    await witnessing.round()
    await log.close()
  }

  private func known(_ log: AuditLog) async throws {
    try witness.know(log.verifierKey.identity.name, log.verifierKey.text)
    try await witness.start()
  }

  @Test(
    "It cosigns a log from nothing and as it grows; the published checkpoint carries it, and the verifier from elsewhere counts it"
  )
  func growing() async throws {
    let (log, witnessing) = try await opened()
    try await known(log)
    var total = 0
    for count in [1, 6, 300] {
      try await scratch.append(log, total..<total + count)
      total += count
      try await log.publish()
      await witnessing.round()
      #expect(log.anchor.faults == [] && log.anchor.head?.checkpoint.size == UInt64(total))
      let published = try LogReader(scratch.layout).head()
      #expect(try SignedNote(parsing: published.note).signatures.count == 2 && published == log.head)
      _ = try LogTools.check(
        "aics-tlog",
        ["verify-checkpoint", "--witness-key", witness.verifierKey, "--quorum", "1"]
          + LogTools.place(scratch.layout, log.verifierKey.text))
    }
    let findings = try await log.verify()
    #expect(findings.problems == [] && findings.anchor == LogAnchor(size: 307, cosigners: ["w1"], unanchoredSince: nil))
    try await log.append(sample("more"), .grouped)
    let later = try await log.verify()
    #expect(later.anchor?.sentence == "anchored up to 307 by w1, unanchored since 1970-01-01T00:00:00Z")
    await log.close()
  }

  @Test("Where it is not known what the witness saw, its answer tells, and the proof begins there")
  func conflict() async throws {
    try await witnessed()
    try Descriptor.workingDirectory.unlink(scratch.layout.anchorFile)
    let (log, witnessing) = try await opened()
    #expect(log.anchor.head == nil)
    try await scratch.append(log, 5..<9)
    try await log.publish()
    await witnessing.round()
    #expect(log.anchor.faults == [] && log.anchor.head?.checkpoint.size == 9)
    await log.close()
  }

  @Test(
    "A log that was put back as a whole is contradicted; the evidence is kept and shown until a person takes it away")
  func putBack() async throws {
    do {
      try await witnessed()
      try scratch.copyState(to: "old")
      let (grown, again) = try await opened()
      try await scratch.append(grown, 5..<9)
      try await grown.publish()
      await again.round()
      await grown.close()
    }
    try scratch.restoreState(from: "old")
    let (log, witnessing) = try await opened()
    try await log.append(sample("other"), .grouped)
    try await log.publish()
    await witnessing.round()
    let problem = try #require(log.anchor.contradictions.first)
    #expect(problem.contains("it saw 9 records of this log, which has only 6") && log.anchor.head?.checkpoint.size == 5)
    #expect(try await log.verify().problems == [problem])
    let finding = try #require(await log.examine().last)
    #expect(finding.state == .fail && finding.consequence.contains("[witness-contradicts]"))
    await log.close()
    let reopened = try AuditLog(scratch.layout)
    #expect(reopened.anchor.contradictions == [problem])
    #expect(try scratch.tags.contains { $0.contains("log.witness-contradicts") })
    await reopened.close()
  }

  @Test("A fork of the log is refused by the witness, also one of the same size, and both sides keep the evidence")
  func fork() async throws {
    do {
      let (log, _) = try await opened()
      try await known(log)
      try await scratch.append(log, 0..<5)
      await log.close()
      try scratch.copyState(to: "old")
      let (one, witnessing) = try await opened()
      try await scratch.append(one, 5..<8)
      try await one.publish()
      await witnessing.round()
      #expect(one.anchor.head?.checkpoint.size == 8)
      await one.close()
    }
    for more in [3, 6] {
      try scratch.restoreState(from: "old")
      let (log, witnessing) = try await opened()
      for _ in 0..<more { try await log.append(sample("fork"), .grouped) }
      try await log.publish()
      await witnessing.round()
      #expect(log.anchor.head == nil && log.anchor.contradictions.count == 1)
      #expect(try SignedNote(parsing: log.head.note).signatures.count == 1)
      await log.close()
    }
    #expect(try witness.evidence().contains(log(scratch)))
  }

  private func log(_ scratch: BaileyAuditTests.Scratch) throws -> String {
    try LogReader(scratch.layout).verifierKey.identity.name
  }

  @Test("Over TLS it is asked by the authorities of the settings; one that does not prove who it is, is not asked")
  func tls() async throws {
    let (log, _) = try await opened()
    try await known(log)
    try await scratch.append(log, 0..<3)
    try await log.publish()
    let front = try await TLSFront(scratch.path + "/front", to: witness.port)
    for (host, names, authority, why) in [
      ("localhost", "DNS:localhost", "other.pem", "no authority that is trusted here"),
      ("localhost", "DNS:localhost", nil, "no authority that is trusted here"),
      ("localhost", "IP:127.0.0.1", "ca.pem", "not for the name `localhost`"),
      ("127.0.0.1", "DNS:localhost", "ca.pem", "not for its address"),
      ("localhost", "DNS:localhost", "none.pem", "no such file"), ("localhost", "DNS:localhost", "ca.pem", nil),
    ] as [(String, String, String?, String?)] {
      try front.certify(names)
      let file = authority.map { front.path($0) }
      let settings = WitnessSettings { () throws(Fault) in
        guard let file else { return nil }
        return try reading(file) { () throws(Errno) in try Files.read(file) }
      }
      let url = "https://\(host):\(front.port)/w"
      let line = witness.policyLine.replacing("http://127.0.0.1:\(witness.port)/w", with: url)
      let asking = try scratch.witnessing(log, line + "quorum w1\n", HTTPClient(), settings: settings)
      await asking.round()
      let faults = log.anchor.faults.map { $0.why.lowercased() }
      #expect(
        why.map { faults.first?.contains($0.lowercased()) == true } ?? faults.isEmpty, "\(host) \(names): \(faults)")
      #expect(log.anchor.head?.checkpoint.size == (why == nil ? 3 : nil), "\(host) \(names)")
    }
    await log.close()
  }

  @Test("A witness that does not know the log, knows another key, or is away is a named fault, and appends go on")
  func refusals() async throws {
    let (log, witnessing) = try await opened()
    try await scratch.append(log, 0..<2)
    try await log.publish()
    await witnessing.round()
    #expect(log.anchor.faults.map(\.code) == ["witness-unreachable"])
    try await witness.start()
    let (_, second) = (0, try scratch.witnessing(log, witness.policyLine + "quorum w1\n", HTTPClient()))
    await second.round()
    #expect(log.anchor.faults.map(\.code) == ["witness-unknown-log"])
    witness.stop()
    let stranger = try #require(LogKey.generate()).verifierKey
    let name = log.verifierKey.identity.name
    let other = try #require(VerifierKey(name: name, type: stranger.type, key: stranger.key, SHA256Tree.self))
    try witness.know(name, other.text)
    try await witness.start()
    let third = try scratch.witnessing(log, witness.policyLine + "quorum w1\n", HTTPClient())
    await third.round()
    #expect(log.anchor.faults.map(\.code) == ["witness-key-refused"])
    #expect(log.anchor.contradictions == [] && log.anchor.head == nil && log.fault == nil)
    try await scratch.append(log, 2..<4)
    #expect(await log.examine().map(\.state) == [.ok, .warn])
    await log.close()
  }
}
