import BaileyCore
import BaileyLinux
import Testing

@testable import BaileyWorkspace

@Suite("What the inspection finds in a session's commits", .serialized)
struct ReviewCommitTests {
  /// Of the refs, by repository and name: rule and what was found.
  private func told(_ fixture: WorkspaceFixture) async throws -> [String: [String]] {
    let set = try await fixture.workspaces.review(of: fixture.session)
    let pairs = set.refs.filter { !$0.findings.isEmpty }.map { ref in
      (
        String(decoding: ref.repository, as: UTF8.self) + ":" + ref.name,
        ref.findings.map { $0.fingerprint.isEmpty ? $0.rule : $0.fingerprint }.sorted()
      )
    }
    return Dictionary(pairs) { $0 + $1 }
  }

  /// Replaces the loose object of one name by that of another.
  private static let swap = """
    place() { echo .git/objects/$(echo $1 | cut -c1-2)/$(echo $1 | cut -c3-); }
    swap() { cp -f $(place $2) $(place $1); }
    """

  @Test(
    "An object that lies under another's name is refused, whatever it is",
    arguments: ["swap $(git rev-parse HEAD~:secret) $other", "swap $(git rev-parse HEAD) $(git rev-parse HEAD~2)"])
  func swapped(script: String) async throws {
    let fixture = try await WorkspaceFixture.withRepository(inspector: FakeInspector())
    try fixture.inside(
      """
      \(Self.swap)
      echo two >> file; git commit -q -am second
      echo S3CRETx > secret; git add secret; git commit -q -m third; git rm -q secret; git commit -q -m fourth
      other=$(echo harmless | git hash-object -w --stdin)
      test -e $(place $other); \(script)
      """)
    #expect(try await told(fixture) == [":refs/heads/main": ["not-inspected"]])
  }

  @Test("A repository whose commits cannot be read says so, and hides nothing of the others; a new one is read, too")
  func apart() async throws {
    let fixture = try await WorkspaceFixture.withRepository(inspector: FakeInspector())
    let commit = "git add .; git commit -q -m x; git rm -q secret; git commit -q -m y"
    try fixture.inside(
      """
      mkdir a b z
      (cd a; git init -q -b main .; echo harmless > x; git add .; git commit -q -m x)
      (cd b; git init -q -b main .; echo harmless > x; git add .; git commit -q -m x
       printf '%040x\\n' 1 > .git/refs/heads/main)
      (cd z; git init -q -b main .; echo S3CRETz > secret; \(commit))
      echo S3CRETx > secret; git add secret; git commit -q -m x; git rm -q secret; git commit -q -m y
      """)
    let found = try await told(fixture).filter { !$0.key.hasSuffix(":HEAD") || !$0.value.isEmpty }
    #expect(
      Set(found.map { $0.key.prefix { $0 != ":" } + "=" + $0.value.joined() }) == [
        "=S3CRETx", "b=not-inspected", "z=S3CRETz",
      ])
  }

  @Test("What stands in a file is told in the commits, too: whoever takes these need not take the file")
  func both() async throws {
    let fixture = try await WorkspaceFixture.withRepository(inspector: FakeInspector())
    try fixture.inside("echo S3CRETx > secret; git add secret; git commit -q -m x")
    let set = try await fixture.workspaces.review(of: fixture.session)
    #expect(set.changes.flatMap(\.findings).map(\.fingerprint) == ["S3CRETx"])
    #expect(try await told(fixture) == [":refs/heads/main": ["S3CRETx"]])
  }

  @Test("What the project's version of a file has is no news in a commit, as often as it has it")
  func known() async throws {
    let fixture = try await WorkspaceFixture.withRepository(
      inspector: FakeInspector(), "mkdir 'a b' && echo S3CRETa > 'a b/old'")
    try fixture.inside(
      "echo more >> 'a b/old'; git commit -q -am x; echo S3CRETb >> 'a b/old'; git commit -q -am y; git branch other")
    #expect(try await told(fixture) == [":refs/heads/main": ["S3CRETb"]])
    try fixture.inside("echo S3CRETa >> 'a b/old'; echo 'S3CRETa new' > new; git add .; git commit -q -m z")
    #expect(try await told(fixture) == [":refs/heads/main": ["S3CRETa", "S3CRETa", "S3CRETb", "S3CRETb"]])
  }

  @Test("Messages of commits and tags and the names of refs and files are inspected")
  func words() async throws {
    let fixture = try await WorkspaceFixture.withRepository(inspector: FakeInspector())
    try fixture.inside(
      """
      echo > S3CRETf; git add .; git commit -q -m 'it is S3CRETm'; git tag -a -m 'and S3CRETt' v1; git branch S3CRETn
      """)
    let found = try await told(fixture)
    #expect(found.count == 1)
    for word in ["S3CRETf", "S3CRETm", "S3CRETt", "S3CRETn"] {
      #expect(found.first?.value.contains { $0.hasPrefix(word) } == true, "\(word) \(found)")
    }
  }

  @Test("More packs than git leaves are not indexed one by one, and asked about")
  func packs() async throws {
    let fixture = try await WorkspaceFixture.withRepository(inspector: FakeInspector())
    try fixture.inside(
      """
      echo two >> file; git commit -q -am second; mkdir -p .git/objects/pack
      for i in $(seq \(GitQuarantine.maximumPacks + 1)); do
      echo > .git/objects/pack/pack-$(printf %040x $i).pack; done
      """)
    #expect(try await told(fixture) == [":refs/heads/main": ["not-inspected"]])
  }

  @Test("git is ended at the deadline")
  func deadline() async throws {
    let fixture = try WorkspaceFixture()
    try put(fixture.root + "/git", "#!/bin/sh\nexec sleep 60\n", mode: 0o755)
    let git = GitCommand(
      binary: fixture.root + "/git", scratch: fixture.root, deadline: Clock.monotonic + 100_000_000)
    let result = try git.run([], repository: "/")
    #expect(!result.succeeded)
  }

  @Test("A file that is no output of git is refused, however it is cut")
  func output() throws {
    let name = String(repeating: "a", count: 40)
    let output = bytes("\(name) blob 3 a b\nx\ny\n\(name) tree 0 \nHEAD:x missing\n")
    for size in [1, 2, 7, output.count] {
      let (sink, start) = (Objects(), stride(from: 0, to: output.count, by: size))
      var reader = BatchReader()
      for place in start {
        let goesOn = try reader.read(Array(output[place..<min(output.count, place + size)]), sink)
        #expect(goesOn)
      }
      #expect(sink.seen == ["a b blob", "x\ny", "", "", "missing"])
    }
    var reader = BatchReader()
    #expect(throws: Fault.self) {
      _ = try reader.read(Array(repeating: 0x61, count: 2 << 20), Objects())
    }
  }
}

private final class Objects: BatchSink {
  var seen: [String] = []
  private var content: [UInt8] = []

  func begin(_ object: BatchReader.Object?) throws(Fault) {
    guard let object else { return seen.append("missing") }
    seen.append(object.isBlob ? String(decoding: object.rest, as: UTF8.self) + " blob" : "")
  }
  func feed(_ bytes: [UInt8]) { content += bytes }
  func end() -> Bool {
    seen.append(String(decoding: content, as: UTF8.self))
    content = []
    return true
  }
}
