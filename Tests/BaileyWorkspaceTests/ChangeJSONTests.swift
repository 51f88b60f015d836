import BaileyCore
import Testing

@Suite("The wire form of changes")
struct ChangeJSONTests {
  private let sample: ChangeSet = {
    var change = Change(path: [0x66, 0xFF, 0x0A], kind: .modified, type: .file)
    (change.oldMode, change.newMode, change.oldSize, change.newSize) = (0o644, 0o4755, 3, 4)
    var hunk = Hunk(
      oldStart: 1, oldCount: 2, newStart: 1, newCount: 2, lines: [.context([97]), .removed([0xFE]), .added([])])
    hunk.newEndsWithoutNewline = true
    change.hunks = [hunk]
    change.risks = [Risk("setuid", "becomes set-user-id")]
    change.conflict = "changed meanwhile"
    var finding = ContentFinding(rule: "r", title: "a key", kind: .secret, tier: .certain)
    (finding.line, finding.sample, finding.disguises) = (3, "ab****", ["gzip"])
    change.findings = [finding, .unread("why")]
    var link = Change(path: Array("l".utf8), kind: .added, type: .symlink)
    link.newTarget = [0x80]
    let ref = RefChange(repository: [], name: "refs/heads/main", old: nil, new: "aa", conflict: "moved")
    return ChangeSet(changes: [change, link], refs: [ref], digest: "00")
  }()

  @Test("A change set survives the way over the wire, bytes that are not text included")
  func roundTrip() throws {
    let read = try ChangeSet(json: JSON.parse(sample.json.canonical))
    #expect(read == sample)
  }

  @Test("A selection survives the way over the wire")
  func selection() throws {
    var selection = ChangeSelection(
      paths: [[0xFF], Array("a/b".utf8)], hunks: [Array("e\u{301}".utf8): [0, 2], Array("\u{e9}".utf8): []],
      includesRisky: true, movesRefs: false, isDryRun: true)
    #expect(try ChangeSelection(json: JSON.parse(selection.json.canonical)) == selection)
    selection.isApproved = true
    #expect(try ChangeSelection(json: JSON.parse(selection.json.canonical)) == selection)
    let report = ApplyReport(
      applied: [[0xFF]], conflicts: [.init(path: [1], why: "why")], heldBack: [[2]], refs: sample.refs)
    #expect(try ApplyReport(json: JSON.parse(report.json.canonical)) == report)
  }

  @Test(
    "A selection of the wrong form is refused and not read as everything",
    arguments: [
      #"{"risky":true,"refs":true,"dry_run":false,"paths":"a"}"#, #"{"risky":1,"refs":true,"dry_run":false}"#,
      #"{"risky":true,"refs":true,"dry_run":false,"paths":[{"base64":"!"}]}"#,
      #"{"risky":true,"refs":true,"dry_run":false,"hunks":[{"path":"a","take":["0"]}]}"#,
    ])
  func malformed(_ text: String) throws {
    #expect(try ChangeSelection(json: JSON.parse(text)) == nil)
  }

  @Test("Base 64 reads what it writes and nothing else", arguments: 0..<70)
  func base64(_ count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 200) }
    #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    for bad in ["A", "AA=A", "====", "AB==", "A===", "AA==AA==", "AA A"] { #expect(Base64.decode(bad) == nil) }
  }
}
