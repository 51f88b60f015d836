import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyWorkspace

/// Two spellings of one accented letter, and so two names to the kernel.
private let (composed, decomposed) = ("\u{e9}", "e\u{301}")

@Suite("Paths are bytes")
struct PathBytesTests {
  private func shell(_ script: String, in directory: String) throws {
    let environment = [
      "PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a",
      "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
    ]
    let result = try Tool("/bin/sh", environment: environment, directory: directory).run(["-ec", script])
    try #require(result.status == 0, "\(script)\n\(result.errors)")
  }

  @Test("A sensitive file that arrives in a directory spelled like a known one is told of")
  func watch() throws {
    let scratch = try Scratch()
    try put(scratch.path + "/watched/\(composed)/.env", "x")
    try put(scratch.path + "/\(decomposed)/.env", "x")
    let seen = Mutex<[[UInt8]]>([])
    let pulse = try Descriptor.eventCounter()
    let project = scratch.path + "/watched"
    let watch = try SensitiveWatch(
      project: project, patterns: [Glob(".env")], known: ["\(project)/\(composed)/.env"]
    ) { event in
      if case .appeared(let path) = event { seen.withLock { $0.append(Array(path.utf8)) } }
      pulse.notify()
    }
    defer { watch.stop() }
    try shell("mv \(decomposed) watched/", in: scratch.path)
    let expected = bytes("\(project)/\(decomposed)/.env")
    while !seen.withLock({ $0.contains(expected) }) {
      try #require(try !poll([(pulse.raw, .input)], milliseconds: 60_000)[0].isEmpty, "the file was not told of")
      pulse.drain()
    }
  }

  @Test("A working tree spelled like a repository's own is not believed to be it")
  func location() throws {
    let scratch = try Scratch()
    try shell(
      """
      git init -q -b main main; cd main; git commit -q --allow-empty -m x; mkdir -p ../t/\(decomposed)
      git worktree add -q ../t/\(composed) -b tree; cp ../t/\(composed)/.git ../t/\(decomposed)/.git
      """, in: scratch.path)
    #expect(GitLocation.at(topLevel: scratch.path + "/t/" + composed) != nil)
    #expect(GitLocation.at(topLevel: scratch.path + "/t/" + decomposed) == nil)
  }

  @Test("Repositories are the project's own whatever their directories begin with, each for itself")
  func snapshots() async throws {
    let fixture = try WorkspaceFixture()
    let names = [composed, decomposed, "\u{301}x"]
    for name in names {
      try shell(
        "git init -q -b main \(name); git -C \(name) config user.password secret; git -C \(name) config user.name \(name)",
        in: fixture.project)
    }
    try await fixture.open()
    let found = fixture.mounts.withLock { $0.map(\.isWritable) }
    #expect(found == [false, false, false])
    for name in names {
      let config = try #require(text("\(fixture.upper)/\(name)/.git/config"))
      #expect(
        !config.contains("secret")
          && bytes(config).split(separator: 0x0A).contains { $0.elementsEqual(bytes("\tname = \(name)")) })
    }
  }

  @Test("Two refs whose names look alike are both left to the person")
  func refs() throws {
    let scratch = try Scratch()
    try shell(
      """
      git init -q -b main .; git commit -q --allow-empty -m x; git branch \(composed); git pack-refs --all
      git branch ordinary; git branch \(decomposed)
      """, in: scratch.path)
    let table = try #require(GitLocation.at(topLevel: scratch.path)).refs()
    #expect(table.refs.keys.sorted() == ["refs/heads/main", "refs/heads/ordinary"])
    #expect(table.isUnknown("refs/heads/" + composed) && table.isUnknown("refs/heads/\(decomposed)/\u{301}y"))
    #expect(!table.isUnknown("refs/heads/main"))
  }

  @Test("The state directory in a project is found by bytes, and so is a home")
  func overlap() async throws {
    let fixture = try WorkspaceFixture()
    let inside = fixture.project + "/\u{301}state"
    let workspaces = Workspaces(stateDirectory: inside, hasher: { TestHasher() })
    try Descriptor.makeDirectories(inside)
    let code = await fault {
      _ = try await workspaces.open(session: .random(), project: fixture.project, mode: .staged, sensitive: [])
    }
    #expect(code == "workspace-overlaps")
    let finder = ProjectFinder(ownDirectories: [])
    #expect(await fault { _ = try finder.locate(from: fixture.project, home: inside) } == "project-too-wide")
    for name in [composed, decomposed] { try Descriptor.makeDirectories(fixture.root + "/" + name) }
    let twin = Workspaces(stateDirectory: fixture.root + "/" + decomposed, hasher: { TestHasher() })
    _ = try await twin.open(session: .random(), project: fixture.root + "/" + composed, mode: .staged, sensitive: [])
  }
}
