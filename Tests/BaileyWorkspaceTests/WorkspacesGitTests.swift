import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyWorkspace

private let environment = [
  "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
  "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
]

extension WorkspaceFixture {
  /// A shell on the host, in the project.
  @discardableResult
  func outside(_ script: String) throws -> String {
    let result = try Tool("/bin/sh", environment: environment, directory: project).run(["-ec", script])
    try #require(result.status == 0, "\(script)\n\(result.errors)")
    return result.output.split(separator: "\n").joined(separator: "\n")
  }

  /// A shell in the session: the kernel mounts the layers over the project.
  func inside(_ script: String) throws {
    let beside = mounts.withLock { $0 }.map { "mkdir -p \($0.path); mount --bind \($0.source) \($0.path)" }
    let mount = """
      mount -t tmpfs none /run
      \(beside.joined(separator: "\n"))
      mount -t overlay -o userxattr,lowerdir=\(project),upperdir=\(upper),workdir=\(state)/sessions/\(session.text)/work \
      none \(project)
      cd \(project)
      """
    let tool = Tool("/usr/bin/unshare", environment: environment, directory: "/")
    let result = try tool.run(["-Urm", "/bin/sh", "-ec", mount + "\n" + script])
    try #require(result.status == 0, "\(script)\n\(result.errors)")
  }

  static func withRepository(inspector: (any ContentInspector)? = nil, _ setUp: String = "") async throws
    -> WorkspaceFixture
  {
    let fixture = try WorkspaceFixture(inspector: inspector)
    try fixture.outside(
      "git init -q -b main . && echo one > file && \(setUp.isEmpty ? ":" : setUp) && git add . && git commit -q -m first"
    )
    try await fixture.open()
    return fixture
  }

  fileprivate var journals: String { state + "/sessions/\(session.text)/journal" }
}

@Suite("Git in a workspace, from end to end", .serialized)
struct WorkspacesGitTests {
  @Test("An undo that was killed between the files and the refs says which refs it left")
  func undoKilledBeforeRefs() async throws {
    let fixture = try await WorkspaceFixture.withRepository()
    let old = try fixture.outside("git rev-parse main")
    try fixture.inside("echo two >> file; git commit -q -am second")
    try await fixture.apply()
    try await fixture.undo()
    try Journal(in: fixture.journals, number: 1).setState(.done)
    try remove(fixture.journals + "/000002/refs.json")
    let said = try await fixture.workspaces.recover()
    #expect(said.count == 1 && said.first?.contains("refs/heads/main (before the apply: \(old))") == true)
    #expect(try await fixture.workspaces.recover() == [])
  }

  @Test("Two commits, each applied by itself: both arrive, and no move of ours is taken for somebody else's")
  func secondApply() async throws {
    let fixture = try await WorkspaceFixture.withRepository()
    try fixture.inside("echo two >> file; git commit -q -am second")
    let first = try await fixture.apply()
    #expect(first.refs.map(\.name) == ["refs/heads/main"] && first.refs.allSatisfy { $0.conflict == nil })
    try fixture.inside("echo three >> file; git commit -q -am third")
    let second = try await fixture.apply()
    #expect(second.refs.map(\.name) == ["refs/heads/main"] && second.refs.allSatisfy { $0.conflict == nil })
    #expect(try fixture.outside("git log --format=%s; git status --porcelain") == "third\nsecond\nfirst")
    #expect(try await fixture.changes().refs == [])
  }

  @Test("An undo moves the branch back, and the same commit can be applied again")
  func undoAndAgain() async throws {
    let fixture = try await WorkspaceFixture.withRepository()
    try fixture.inside("echo two >> file; git commit -q -am second")
    try await fixture.apply()
    let undone = try await fixture.undo()
    #expect(undone.refs.count == 1 && undone.refs.allSatisfy { $0.conflict == nil })
    #expect(try fixture.outside("git log --format=%s; git status --porcelain") == "first")
    let again = try await fixture.apply()
    #expect(again.refs.count == 1 && again.refs.allSatisfy { $0.conflict == nil })
    #expect(try fixture.outside("git log --format=%s; git status --porcelain") == "second\nfirst")
  }

  @Test("What the person commits and stages meanwhile does not show in the session")
  func snapshot() async throws {
    let fixture = try await WorkspaceFixture.withRepository()
    try fixture.outside("echo other > other; git add other; git commit -q -m outside; touch .git/index.lock")
    try fixture.inside("test $(git log --format=%s) = first; echo two >> file; git commit -q -am inside")
    try fixture.outside("rm .git/index.lock")
    let set = try await fixture.changes()
    #expect(set.refs.map(\.conflict) == ["moved in the project meanwhile"])
    #expect(set.changes.map(\.displayPath) == ["file"])
  }

  @Test("A repository that the session made is made anew: its commits come, its settings and hooks do not")
  func freshRepository() async throws {
    let fixture = try WorkspaceFixture()
    try put(fixture.project + "/file", "one\n")
    try await fixture.open()
    try fixture.inside(
      """
      git init -q -b main .; git add .; git commit -q -m first
      git config core.fsmonitor ./evil; printf '#!/bin/sh' > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit
      """)
    let set = try await fixture.changes()
    #expect(set.changes.map(\.displayPath) == [".git/config", ".git/hooks/pre-commit"])
    #expect(set.changes.allSatisfy { $0.conflict?.contains("made anew") == true })
    let report = try await fixture.apply()
    #expect(report.applied == [] && report.refs.contains { $0.name == "refs/heads/main" && $0.conflict == nil })
    #expect(try fixture.outside("git log --format=%s; ls .git/hooks 2>/dev/null | wc -l") == "first\n0")
    #expect(try fixture.outside("grep -c fsmonitor .git/config || true") == "0")
  }

  @Test("The files that `git init` writes are no changes")
  func template() async throws {
    let fixture = try WorkspaceFixture()
    try await fixture.open()
    try fixture.inside("git init -q -b main sub; cd sub; echo x > x; git add .; git commit -q -m first")
    #expect(try await fixture.changes().changes.map(\.displayPath) == ["sub", "sub/x"])
  }

  @Test("A controller that died between moving refs and writing that down knows of them after recovery")
  func crashBetween() async throws {
    let fixture = try await WorkspaceFixture.withRepository()
    try fixture.inside("echo two >> file; git commit -q -am second; git branch more")
    let files = SessionFiles(stateDirectory: fixture.state, session: fixture.session)
    let before = try files.load()
    let planned = try await fixture.changes().refs
    try await fixture.apply()
    // Takes back what is written after the refs: the journal's last word, and the session's start.
    let journal = try Journal(in: fixture.journals, number: 1)
    try journal.plan(refs: planned)
    var memory = try files.load()
    memory.git = before.git
    try files.save(memory)
    try fixture.outside("git branch -D -q more")
    let sentences = try await fixture.workspaces.recover()
    #expect(sentences.count == 1 && sentences[0].contains("1 of 2 git refs were not moved"))
    #expect(journal.plannedRefs == nil && journal.refs.map(\.name) == ["refs/heads/main"])
    #expect(try await fixture.changes().refs.map(\.name) == ["refs/heads/more"])
    let undone = try await fixture.undo()
    #expect(undone.refs.map(\.name) == ["refs/heads/main"] && undone.refs[0].conflict == nil)
    #expect(try fixture.outside("git log --format=%s") == "first")
  }

  @Test("A change that joins both sides' edits says so")
  func merged() async throws {
    let fixture = try WorkspaceFixture()
    try fixture.outside("seq 1 20 > file; seq 1 20 > own; git init -q -b main .; git add .; git commit -q -m first")
    try await fixture.open()
    try fixture.inside("sed -i 's/^2$/two/' file own")
    try fixture.outside("sed -i 's/^18$/eighteen/' file")
    let set = try await fixture.changes()
    #expect(set.changes.map(\.isMerged) == [true, false])
    #expect(ChangeSet(json: set.json) == set)
    try await fixture.apply()
    #expect(try fixture.outside("grep -c 'two\\|eighteen' file own") == "file:2\nown:1")
  }

  @Test("Of many applies the last twenty can be taken back, and the others leave nothing")
  func pruning() async throws {
    let fixture = try WorkspaceFixture()
    try await fixture.open()
    for index in 0..<23 {
      try put(fixture.upper + "/file\(index)", "\(index)\n")
      try await fixture.apply()
    }
    #expect(Journal.numbers(in: fixture.journals) == Array(4...23))
    for _ in 0..<20 { try await fixture.undo() }
    #expect(await fault { try await fixture.undo() } == "nothing-to-undo")
    #expect(text(fixture.project + "/file2") == "2\n" && text(fixture.project + "/file3") == nil)
  }

  @Test("Orders to one session wait for each other; two applies at once are both whole")
  func concurrent() async throws {
    let fixture = try WorkspaceFixture()
    try await fixture.open()
    for index in 0..<50 { try put(fixture.upper + "/file\(index)", "\(index)\n") }
    let digest = try await fixture.changes().digest
    let results = await withTaskGroup(of: String?.self) { group in
      for _ in 0..<4 {
        group.addTask {
          await fault {
            _ = try await fixture.workspaces.apply(
              ChangeSelection(), of: fixture.session, digest: digest, approve: { _ in })
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.filter { $0 == nil }.count == 1)
    #expect(results.filter { $0 == "workspace-changed" }.count == 3)
    #expect(text(fixture.project + "/file49") == "49\n")
  }
}
