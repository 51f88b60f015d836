import BaileyCore
import BaileyLinux
import BaileyPolicy
import Glibc
import Synchronization
import Testing

@testable import BaileyWorkspace

/// Finds each `S3CRET` with the letters behind it; counts the bytes that it gets.
final class FakeInspector: ContentInspector {
  let fed = Mutex(0)
  /// Called before a content is finished.
  let meanwhile = Mutex<(@Sendable () -> Void)?>(nil)
  func basis(of session: SessionID?) -> InspectionBasis { InspectionBasis() }
  func know(_ secrets: [KnownSecret], of session: SessionID) {}
  func knows(_ session: SessionID) -> Bool { true }
  func forget(_ session: SessionID) {}

  func begin(_ path: String, of session: SessionID) throws(Fault) -> any ContentInspection { Fake(self) }

  private final class Fake: ContentInspection {
    private let owner: FakeInspector
    private var text: [UInt8] = []
    init(_ owner: FakeInspector) { self.owner = owner }

    func feed(_ bytes: [UInt8]) {
      owner.fed.withLock { $0 += bytes.count }
      if bytes.contains(0x53) { text += bytes } else { text += bytes.map { $0 == 0x0A ? 0x0A : 0x20 } }
      owner.meanwhile.withLock { $0 }?()
    }

    func finish() -> [PlacedFinding] {
      let mark = Array("S3CRET".utf8)
      return text.indices.filter { text[$0] == 0x53 && text[$0...].starts(with: mark) }.map { place in
        var finding = ContentFinding(rule: "fake", title: "a fake", kind: .secret, tier: .certain)
        finding.fingerprint = String(decoding: text[place...].prefix { $0 > 0x20 }, as: UTF8.self)
        return PlacedFinding(finding, at: place)
      }
    }
  }
}

@Suite("What the inspection finds in a session's changes")
struct ReviewTests {
  private let inspector = FakeInspector()
  private let fixture: WorkspaceFixture

  init() throws { fixture = try WorkspaceFixture(inspector: inspector) }

  private func told() async throws -> [String: [String]] {
    let set = try await fixture.workspaces.review(of: fixture.session)
    let pairs = set.changes.filter { !$0.findings.isEmpty }.map { change in
      (change.displayPath, change.findings.map { "\($0.rule):\($0.line)" })
    }
    return Dictionary(pairs) { $0 + $1 }
  }

  @Test("New files, added lines, binary files, names and link targets are inspected; what was there before is not told")
  func found() async throws {
    try put(fixture.project + "/old", "one\nS3CRETa\n")
    try put(fixture.project + "/gone", "S3CRETa\n")
    try await fixture.open()
    try put(fixture.upper + "/new", "one\ntwo S3CRETb\nS3CRETb\n")
    try put(fixture.upper + "/old", "one\nmore\nS3CRETa\nS3CRETc\n")
    try put(fixture.upper + "/binary", "\u{0}\u{1}\n\nS3CRETd")
    try put(fixture.upper + "/plain", "nothing\n")
    try put(fixture.upper + "/xS3CRETe", "nothing\n")
    try link(fixture.upper + "/link", "/S3CRETf")
    try whiteout(fixture.upper + "/gone")
    let expected = [
      "new": ["fake:2", "fake:3"], "old": ["fake:4"], "binary": ["fake:3"], "xS3CRETe": ["fake:0"],
      "link": ["fake:0"],
    ]
    #expect(try await told() == expected)
    let before = inspector.fed.withLock { $0 }
    #expect(try await told() == expected)
    #expect(inspector.fed.withLock { $0 } - before < 60, "contents are inspected once")
  }

  @Test("Of a large file with holes only its data is read, and places behind them are told by their lines")
  func sparse() async throws {
    try await fixture.open()
    try put(fixture.upper + "/sparse", "one\n")
    let file = try Descriptor.open(fixture.upper + "/sparse", [.readWrite])
    try file.writeAll(Array("\ntwo\nS3CRETz\n".utf8), at: 1 << 40)
    #expect(try await told() == ["sparse": ["fake:4"]])
    #expect(inspector.fed.withLock { $0 } < 1 << 20)
  }

  @Test("What changes while it is inspected, or cannot be read, is a finding that needs a yes")
  func changing() async throws {
    try await fixture.open()
    try put(fixture.upper + "/f", "harmless\n")
    let path = fixture.upper + "/f"
    inspector.meanwhile.withLock { $0 = { try? put(path, "S3CRETx, later\n") } }
    let set = try await fixture.workspaces.review(of: fixture.session)
    #expect(set.changes[0].findings.last?.rule == "not-inspected")
    #expect(set.changes[0].findings.last?.needsYes == true)
  }

  @Test("What is put in the place of what was inspected is not applied, whenever it comes")
  func race() async throws {
    let turns = 40
    try await fixture.open()
    for turn in 0..<turns {
      let path = fixture.upper + "/f\(turn)"
      try put(path, "harmless \(turn)\n")
      let digest = try await fixture.workspaces.changes(of: fixture.session).digest
      let agent = Task.detached {
        for _ in 0..<(turn * 50) { sched_yield() }
        try? put(path, "S3CRETr \(turn)\n")
      }
      let asked = Mutex(0)
      _ = try? await fixture.workspaces.apply(
        ChangeSelection(paths: [bytes("f\(turn)")], includesRisky: true), of: fixture.session, digest: digest
      ) { set in asked.withLock { $0 = FindingFacts(set.changes).secrets } }
      await agent.value
      let applied = text(fixture.project + "/f\(turn)")
      #expect(applied?.contains("S3CRET") != true || asked.withLock { $0 } > 0, "turn \(turn)")
      try? remove(path)
    }
  }

  @Test("However many findings there are, few are held, and of each label the strictest of every change")
  func many() async throws {
    let fixture = try WorkspaceFixture(inspector: ManyInspector())
    try await fixture.open()
    for number in 0..<80 { try put(fixture.upper + "/f\(number)", "x\n") }
    let set = try await fixture.workspaces.review(of: fixture.session)
    #expect(set.changes.reduce(0) { $0 + $1.findings.count } <= 5_000 + 80 * 2)
    #expect(
      set.changes.allSatisfy { change in
        change.findings.contains { $0.kind == .secret && $0.tier == .likely }
          && change.findings.contains { $0.kind == .personal && $0.tier == .certain }
      })
  }

  @Test("What is remembered of contents is bounded by what was found in them")
  func remembered() {
    let reviewed = ReviewedContents()
    let findings = Array(
      repeating: ContentFinding(rule: "x", title: "", kind: .secret, tier: .hint), count: 100)
    func key(_ number: UInt8) -> ReviewedContents.Key {
      .init(path: [], before: [], after: [number], basis: InspectionBasis(rules: number.isMultiple(of: 2) ? 1 : 2))
    }
    for number in 0..<UInt8(255) { reviewed.keep(findings, key(number)) }
    #expect(reviewed[key(0)] == findings)
    for round in 1...2 {
      for number in 0..<UInt8(255) {
        reviewed.keep(
          findings, .init(path: [UInt8(round)], before: [], after: [number], basis: InspectionBasis(rules: 1)))
      }
    }
    #expect(reviewed[key(0)] == nil)
  }

  @Test("Where the project's side cannot be read as it was, nothing is taken for old, nor remembered")
  func movingOld() async throws {
    try put(fixture.project + "/f", "S3CRETa\n")
    try await fixture.open()
    try put(fixture.upper + "/f", "S3CRETa\nmore\n")
    let path = fixture.project + "/f"
    let turn = Mutex(0)
    inspector.meanwhile.withLock {
      $0 = {
        // The second content that is inspected is the old one.
        if turn.withLock({
          $0 += 1; return $0 == 2
        }) {
          try? put(path, "S3CRETa, S3CRETb, later\n")
        }
      }
    }
    #expect(try await told() == ["f": ["fake:1"]])
    inspector.meanwhile.withLock { $0 = nil }
    let before = inspector.fed.withLock { $0 }
    _ = try await told()
    #expect(inspector.fed.withLock { $0 } > before, "it is inspected anew")
  }

  @Test("Without rules every change is a finding that needs a yes")
  func blind() async throws {
    let store = InspectionStore(storage: NoFiles(), roots: ["/x"])
    let fixture = try WorkspaceFixture(inspector: store)
    try await fixture.open()
    try put(fixture.upper + "/f", "harmless\n")
    let set = try await fixture.workspaces.review(of: fixture.session)
    #expect(set.changes[0].findings.map(\.rule) == ["not-inspected"])
  }

  @Test("A secret that was packed is found in a file, a bomb is a finding")
  func packed() async throws {
    let store = InspectionStore(storage: DiskFiles(), roots: [])
    let fixture = try WorkspaceFixture(inspector: store)
    try await fixture.open()
    let script = """
      import base64, gzip, os
      key = ("AKIA" + "Q3EGRXK7M2LPZ5TJ\\n").encode() + b"aws_secret_access_key = " + b"q8Rk2Lx7vTn4Wd9YbHs3Zf6Uc1Mj5Pg0Ae+/XoIv\\n"
      os.makedirs("\(fixture.upper)", exist_ok=True)
      open("\(fixture.upper)/packed", "wb").write(base64.b64encode(gzip.compress(key)))
      open("\(fixture.upper)/bomb.gz", "wb").write(gzip.compress(bytes(400 << 20)))
      """
    #expect(try python(script) == 0)
    let set = try await fixture.workspaces.review(of: fixture.session)
    let found = Dictionary(set.changes.map { ($0.displayPath, $0.findings) }) { $0 + $1 }
    #expect(found["packed"]?.contains { $0.kind == .secret && $0.disguises == ["base64", "gzip"] } == true, "\(found)")
    #expect(found["bomb.gz"]?.contains { $0.rule == "bomb" && $0.needsYes } == true, "\(found)")
  }

  private func python(_ script: String) throws -> Int32 {
    let program = Program("/usr/bin/python3", arguments: ["-c", script], environment: [:])
    switch try Program.reap(try program.start(), wait: true) {
    case .exited(let code): return code
    default: return -1
    }
  }
}

/// Finds 100 hints in each content, and then a likely secret and personal data beyond doubt.
private struct ManyInspector: ContentInspector {
  func begin(_ path: String, of session: SessionID) throws(Fault) -> any ContentInspection { Many() }
  func basis(of session: SessionID?) -> InspectionBasis { InspectionBasis(rules: 1) }
  func know(_ secrets: [KnownSecret], of session: SessionID) {}
  func knows(_ session: SessionID) -> Bool { true }
  func forget(_ session: SessionID) {}

  private final class Many: ContentInspection {
    func feed(_ bytes: [UInt8]) {}
    func finish() -> [PlacedFinding] {
      let hints = Array(repeating: ContentFinding(rule: "h", title: "", kind: .secret, tier: .hint), count: 100)
      let rest = [
        ContentFinding(rule: "l", title: "", kind: .secret, tier: .likely),
        ContentFinding(rule: "p", title: "", kind: .personal, tier: .certain),
      ]
      return (hints + rest).map { PlacedFinding($0, at: 0) }
    }
  }
}

/// Cannot list anything.
private struct NoFiles: PolicyStorage {
  func read(_ path: String, limit: Int) throws(Fault) -> StoredFile? { nil }
  func replace(_ path: String, with bytes: [UInt8]) throws(Fault) {}
  func list(_ directory: String) throws(Fault) -> [StoredName]? { throw Fault("policy-unreadable", why: "no") }
  func within(_ directory: String) -> any PolicyStorage { self }
  func realPath(_ path: String) -> String? { nil }
}
