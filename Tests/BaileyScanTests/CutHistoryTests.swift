import BaileyCore
import BaileyTestSupport
import Testing

@Suite("bailey scan: histories that hide something")
struct CutHistoryTests {
  /// A secret in the first of three commits, gone with the second.
  private static func repository() throws -> Fixture {
    let fixture = try Fixture()
    try fixture.sh(
      """
      git init -q .; echo 'key \(Sample.aws) x' > f; git add .; git commit -qm one; echo gone > f; git commit -qam two
      echo more > g; git add .; git commit -qm three
      """)
    return fixture
  }

  @Test("A shallow clone is told, and never clean; a range that does not reach its end is whole")
  func shallow() throws {
    let fixture = try Self.repository()
    try fixture.sh("git clone -q --depth 2 file://\(fixture.path) clone")
    let result = try fixture.scan(["--git", "clone", "--json"])
    #expect(result.status == 4 && result.output.contains("scan-history-cut"), "\(result)")
    #expect(try fixture.scan(["--git", "clone"]).errors.contains("hint: git fetch --unshallow"))
    #expect(try fixture.scan(["--range", "HEAD~1..HEAD", "clone"]).status == 0)
  }

  @Test("Grafts and a commit graph that leave parents out are not believed")
  func grafts() throws {
    let fixture = try Self.repository()
    try fixture.sh("git rev-parse HEAD > .git/info/grafts; git rev-list HEAD 2>&1 | grep -c '^[0-9a-f]*$' | grep -qx 1")
    #expect(try fixture.lines(["--git"]).count == 1)
    try fixture.sh(
      """
      rm .git/info/grafts; git commit-graph write --reachable 2>&1; chmod u+w .git/objects/info/commit-graph
      python3 -c '
      import struct
      path = ".git/objects/info/commit-graph"; b = bytearray(open(path, "rb").read())
      start = next(struct.unpack(">Q", b[i + 4:i + 12])[0] for i in range(8, 92, 12) if b[i:i + 4] == b"CDAT")
      for n in range(3): b[start + 36 * n + 20:start + 36 * n + 24] = struct.pack(">I", 0x70000000)
      open(path, "wb").write(b)'
      git -c core.commitGraph=true rev-list HEAD | wc -l | grep -qx 1
      """)
    #expect(try fixture.lines(["--git"]).count == 1)
  }

  @Test("Refs to files, to trees and to tags of tags are read")
  func otherRefs() throws {
    let fixture = try Self.repository()
    try fixture.sh(
      """
      git update-ref refs/keys/blob $(echo 'key \(Sample.otherAWS) x' | git hash-object -w --stdin)
      blob=$(echo 'key AKIAQYLPMN5HHHFPZAM4 x' | git hash-object -w --stdin)
      git update-ref refs/keys/tree $(printf '100644 blob %s\\tk\\n' $blob | git mktree)
      git tag -a inner -m 'key AKIAQYLPMN5HHHFPZAM5 x'; git tag -a outer -m 'of a tag' inner; git tag -d inner > outer
      blob=$(echo 'key AKIAQYLPMN5HHHFPZAM6 x' | git hash-object -w --stdin); git tag -a file -m 'of a file' $blob
      """)
    let paths = try fixture.lines(["--git"]).compactMap { $0["path"]?.string }
    #expect(paths.count == 5, "\(paths)")
    for path in ["f", "refs/keys/blob", "refs/keys/tree/k", "refs/tags/file"] {
      #expect(paths.contains(path), "\(path) \(paths)")
    }
    #expect(paths.contains { $0.hasPrefix("tag ") })
    try fixture.sh("rm -f .git/objects/$(git rev-parse refs/keys/tree:k | sed 's|..|&/|')")
    let result = try fixture.scan(["--git", "--json"])
    #expect(result.status == 1 && result.output.contains(#""type":"problem""#))
  }

  @Test("Refs may be more than a MiB of text")
  func manyTags() throws {
    let fixture = try Self.repository()
    try fixture.sh(
      """
      tag=$(printf 'object %s\\ntype commit\\ntag t\\ntagger A <a@b> 0 +0000\\n\\nkey \(Sample.otherAWS) x\\n' $(git rev-parse HEAD) | git mktag)
      { echo '# pack-refs with: peeled fully-peeled sorted'; seq -f "$tag refs/tags/t%07.0f" 24000; } > .git/packed-refs
      """)
    let result = try fixture.scan(["--git", "--json"])
    #expect(result.status == 1 && result.output.contains("\"tag "), "\(result.errors)")
    #expect(try fixture.lines(["--git"]).count == 2)
  }

  @Test("A file that is accepted or known at one path is told at another")
  func samePath() throws {
    let fixture = try Fixture()
    try fixture.sh(
      """
      git init -q .; mkdir a src; echo 'key \(Sample.aws) x' > a/key; git add .; git commit -qm one
      echo "paths: ['a/*']" > allow.yaml
      """)
    #expect(try fixture.scan(["--git", "--allow", "allow.yaml"]).status == 0)
    _ = try fixture.scan(["--git", "--write-baseline", "known.json"])
    try fixture.sh("cp a/key src/key; git add src; git commit -qm two")
    for arguments in [["--allow", "allow.yaml"], ["--baseline", "known.json"]] {
      let found = try fixture.lines(["--git"] + arguments)
      #expect(found.map { $0["path"]?.string } == ["src/key"], "\(arguments)")
    }
    // One file had it before, the other did not.
    try fixture.sh("echo more >> a/key; cp a/key src/other; git add a src; git commit -qm three")
    #expect(try fixture.lines(["--range", "HEAD~1..HEAD"]).map { $0["path"]?.string } == ["src/other"])
  }
}
