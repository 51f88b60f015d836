import BaileyCore
import BaileyLinux
import BaileyTestSupport
import BaileyWorkspace
import Testing

/// A project with one commit, and a session whose overlay the kernel itself makes, in namespaces of its own.
private final class Stage {
  let scratch: Scratch
  let session = SessionID.random()
  var project: String { scratch.path + "/project" }
  private(set) var baseline: GitBaseline
  private var own = OwnGit()
  private var mounts: [WorkspaceMount] = []
  private var outsideGit: String { scratch.path + "/git" }

  init(_ setUp: String = "") throws {
    scratch = try Scratch()
    for name in ["project", "upper", "work", "quarantine", "home"] { try scratch.directory(name) }
    let base = """
      git init -q -b main . && echo one > file && mkdir dir && echo two > dir/other && git add . && git commit -q -m first
      """
    try Self.shell(scratch, base + "\n" + setUp, in: scratch.path + "/project")
    baseline = try Self.capture(scratch.path + "/project")
  }

  func recapture() throws { baseline = try Self.capture(project) }

  private static func capture(_ project: String) throws -> GitBaseline {
    let scan = try SensitiveFiles.scan(project: project, patterns: [])
    let captured = try GitBaseline.capture(project: project, directories: scan.repositories)
    // Through its JSON form, as a controller that was restarted would.
    return try #require(GitBaseline(json: JSON.parse(captured.json.canonical)))
  }

  private static let environment = [
    "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
    "GIT_ALLOW_PROTOCOL": "file",
  ]

  @discardableResult
  private static func shell(_ scratch: Scratch, _ script: String, in directory: String) throws -> String {
    let tool = Tool("/bin/sh", environment: environment, directory: directory)
    let result = try tool.run(["-ec", script])
    try #require(result.status == 0, "\(script)\n\(result.errors)")
    return result.output
  }

  /// On the host.
  @discardableResult
  func outside(_ script: String, in directory: String = "") throws -> String {
    try Self.shell(scratch, script, in: project + directory)
  }

  func git(_ arguments: String) throws -> String {
    try outside("git " + arguments).trimmed
  }

  /// In the session: the overlay is mounted over the project.
  func inside(_ script: String) throws {
    let mount = """
      mount -t tmpfs none /run
      \(mounts.map { "mkdir -p \($0.path); mount --bind \($0.source) \($0.path)" }.joined(separator: "\n"))
      mount -t overlay -o userxattr,lowerdir=\(project),upperdir=\(scratch.path)/upper,workdir=\(scratch.path)/work none \(project)
      cd \(project)
      """
    let tool = Tool("/usr/bin/unshare", environment: Self.environment, directory: "/")
    let result = try tool.run(["-Urm", "/bin/sh", "-ec", mount + "\n" + script])
    try #require(result.status == 0, "\(script)\n\(result.errors)")
  }

  func stage() throws -> GitStage {
    let view = try LayeredView(upper: scratch.path + "/upper", lower: project)
    return GitStage(
      project: project, roots: [StagedRoot(path: project, view: view)] + (try own.roots(below: outsideGit)),
      baseline: baseline, session: session, scratch: scratch.path + "/quarantine")
  }

  func snapshot() throws {
    var snapshot = GitSnapshot(project: project, upper: scratch.path + "/upper", outside: outsideGit)
    try snapshot.write(baseline)
    own = try #require(OwnGit(json: JSON.parse(snapshot.own.json.canonical)))
    mounts = snapshot.mounts
  }

  func accept(_ changes: [RefChange]) { baseline.accept(changes, project: project) }

  @discardableResult
  func apply(move: Bool = true) throws -> [RefChange] {
    let stage = try stage()
    return try stage.apply(try stage.changes(), move: move)
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = self[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

@Suite("Commits of a session")
struct GitStageTests {
  @Test("A commit inside becomes the branch outside; files, index and history agree") func commit() throws {
    let stage = try Stage()
    try stage.inside("echo more >> file; git commit -q -am second; git gc -q")
    let changes = try stage.stage().changes()
    #expect(changes.map(\.name) == ["refs/heads/main"])
    #expect(changes[0].conflict == nil && changes[0].old != nil && changes[0].new != nil)
    try stage.outside("echo more >> file")  // What applying the files does.
    let applied = try stage.apply()
    #expect(applied == changes)
    #expect(try stage.git("log --format=%s") == "second\nfirst")
    #expect(try stage.git("status --porcelain") == "")
    #expect(try stage.git("fsck --strict 2>&1") == "")
    #expect(try stage.git("reflog -1 --format=%gs") == "bailey: session \(stage.session.text)")
    #expect(try stage.outside("ls .git/objects/pack").contains(".keep") == false)
    #expect(try stage.stage().changes() == [])
  }

  @Test("Nothing is changed, and no git is run, where the session made no commit") func untouched() throws {
    let stage = try Stage()
    try stage.inside("echo x > new; git status > /dev/null; git stash list; git gc -q; git pack-refs --all")
    #expect(try stage.stage().changes() == [])
    #expect(try stage.apply() == [])
  }

  @Test("What the person staged stays staged") func stagedOutside() throws {
    let stage = try Stage()
    try stage.inside("echo more >> file; git commit -q -am second")
    try stage.outside("echo mine > dir/mine; git add dir/mine; echo more >> file")
    let applied = try stage.apply()
    #expect(applied.map(\.name) == ["refs/heads/main"])
    #expect(try stage.git("status --porcelain") == "A  dir/mine")
  }

  @Test("An index that touches the same file is left alone, and said to be") func stagedSameFile() throws {
    let stage = try Stage()
    try stage.inside("echo more >> file; git commit -q -am second")
    try stage.outside("echo mine > file; git add file")
    let applied = try stage.apply()
    #expect(applied.map(\.name) == ["refs/heads/main", "index"])
    #expect(try stage.git("diff --cached --name-only") == "file")
    #expect(try stage.git("show :file") == "mine")
  }

  @Test("A branch that moved outside meanwhile is not overwritten: the session's goes beside it") func movedMeanwhile()
    throws
  {
    let stage = try Stage()
    try stage.inside("echo more >> file; git commit -q -am inside")
    try stage.outside("echo mine > mine; git add mine; git commit -q -m outside")
    let changes = try stage.stage().changes()
    #expect(changes.map(\.conflict) == ["moved in the project meanwhile"])
    let applied = try stage.apply()
    #expect(applied.map(\.name) == ["refs/bailey/\(stage.session.text)/heads/main"])
    #expect(try stage.git("log --format=%s") == "outside\nfirst")
    #expect(try stage.git("log --format=%s refs/bailey/\(stage.session.text)/heads/main") == "inside\nfirst")
    #expect(try stage.git("status --porcelain") == "")
  }

  @Test("Between the look and the apply, the compare-and-swap still holds") func movedAtLast() throws {
    let stage = try Stage()
    try stage.inside("git commit -q --allow-empty -m inside; git branch other")
    let view = try stage.stage()
    let changes = try view.changes()
    try stage.outside("git commit -q --allow-empty -m outside")
    let applied = try view.apply(changes, move: true)
    #expect(Set(applied.map(\.name)) == ["refs/bailey/\(stage.session.text)/heads/main", "refs/heads/other"])
    #expect(try stage.git("log -1 --format=%s main") == "outside")
    #expect(try stage.git("log -1 --format=%s other") == "inside")
  }

  @Test("Branches, tags, notes and stashes are made, moved and deleted") func kinds() throws {
    let stage = try Stage("git branch gone; git branch moved; git tag old; git pack-refs --all")
    try stage.inside(
      """
      git commit -q --allow-empty -m second; git branch -f moved; git branch -D gone -q; git branch deep/er/name
      git tag -a -m note v1; git notes add -m hi; echo stashed > file; git stash -q; git tag -d old > /dev/null
      """)
    let applied = try stage.apply()
    #expect(applied.allSatisfy { $0.conflict == nil })
    let refs = try stage.git("for-each-ref --format='%(refname)'").split(separator: "\n").map(String.init)
    let prefix = "refs/bailey/\(stage.session.text)/deleted/"
    #expect(
      refs == [
        prefix + "heads/gone", prefix + "tags/old", "refs/heads/deep/er/name", "refs/heads/main", "refs/heads/moved",
        "refs/notes/commits", "refs/stash", "refs/tags/v1",
      ])
    #expect(try stage.git("stash show -p").contains("+stashed"))
    #expect(try stage.git("log -1 --format=%s moved") == "second")
    #expect(try stage.git("cat-file -t v1") == "tag")
    #expect(try stage.git("fsck 2>&1") == "")
  }

  @Test("A second apply of one session goes on from the first; so does one after an undo") func again() throws {
    let stage = try Stage()
    for number in 1...2 {
      try stage.inside(
        "git commit -q --allow-empty -m c\(number); mkdir -p n; cd n; git init -q -b b; git commit -q --allow-empty -m n\(number)"
      )
      try stage.outside("mkdir -p n")
      let applied = try stage.apply()
      #expect(applied.allSatisfy { $0.conflict == nil })
      stage.accept(applied)
      #expect(try stage.outside("git log --format=%s; git log --format=%s", in: "/n").hasPrefix("n\(number)\n"))
    }
    let view = try stage.stage()
    #expect(try view.changes() == [])
    try stage.inside("git commit -q --allow-empty -m c3")
    let applied = try stage.apply()
    stage.accept(applied)
    let undone = try stage.stage().undo(applied)
    stage.accept(undone)
    #expect(try stage.git("log -1 --format=%s") == "c2")
    #expect(try stage.apply().map(\.conflict) == [nil])
    #expect(try stage.git("log -1 --format=%s") == "c3")
  }

  @Test("Undo moves every ref back, and the index with them") func undo() throws {
    let stage = try Stage("git branch gone")
    let before = try stage.git("for-each-ref --format='%(refname) %(objectname)'")
    try stage.inside("echo x > added; git add added; git commit -q -m second; git branch -D -q gone; git branch new")
    let view = try stage.stage()
    let applied = try view.apply(try view.changes(), move: true)
    #expect(try stage.git("status --porcelain") == " D added")  // The files were not applied here.
    let undone = try view.undo(applied)
    #expect(undone.allSatisfy { $0.conflict == nil })
    #expect(try stage.git("for-each-ref --format='%(refname) %(objectname)'") == before)
    #expect(try stage.git("status --porcelain") == "")
  }

  @Test("Undo leaves a ref alone that was moved since") func undoConflict() throws {
    let stage = try Stage()
    try stage.inside("git commit -q --allow-empty -m second")
    let view = try stage.stage()
    let applied = try view.apply(try view.changes(), move: true)
    try stage.outside("git commit -q --allow-empty -m third")
    #expect(try view.undo(applied).map(\.conflict) == ["moved since the apply"])
    #expect(try stage.git("log -1 --format=%s") == "third")
  }

  @Test("A switch to a new branch, a rename of the branch and a detached HEAD are taken over") func head() throws {
    let switched = try Stage()
    try switched.inside("git switch -q -c feature; echo x > x; git add x; git commit -q -m feature")
    try switched.outside("echo x > x")
    #expect(try switched.apply().allSatisfy { $0.conflict == nil })
    #expect(try switched.git("symbolic-ref HEAD") == "refs/heads/feature")
    #expect(try switched.git("status --porcelain") == "")
    let renamed = try Stage()
    try renamed.inside("git branch -m trunk")
    #expect(try renamed.apply().allSatisfy { $0.conflict == nil })
    #expect(try renamed.git("branch --format='%(refname)'") == "refs/heads/trunk")
    #expect(try renamed.git("status --porcelain") == "")
    let detached = try Stage()
    try detached.inside("git checkout -q --detach; git commit -q --allow-empty -m alone")
    try detached.apply()
    #expect(try detached.git("log -1 --format=%s HEAD") == "alone")
    #expect(try detached.git("log -1 --format=%s main") == "first")
  }

  @Test("Refs can be kept apart on request") func parked() throws {
    let stage = try Stage()
    try stage.inside("git commit -q --allow-empty -m second; git tag t")
    #expect(
      try stage.apply(move: false).map(\.name) == [
        "refs/bailey/\(stage.session.text)/heads/main", "refs/bailey/\(stage.session.text)/tags/t",
      ])
    #expect(try stage.git("log --format=%s main") == "first")
  }

  @Test("A forged remote-tracking ref, a replacement and a session ref do not take their places") func forged() throws {
    let stage = try Stage()
    try stage.inside(
      """
      git commit -q --allow-empty -m x; git update-ref refs/remotes/origin/main HEAD; git replace HEAD HEAD~1
      git update-ref refs/bailey/aaaaaaaaaaaaaaaa/heads/main HEAD; git update-ref refs/original/x HEAD
      """)
    try stage.apply()
    let refs = try stage.git("for-each-ref --format='%(refname)'").split(separator: "\n").map(String.init)
    #expect(refs == ["refs/bailey/\(stage.session.text)/remotes/origin/main", "refs/heads/main"])
  }

  @Test("A branch in the middle of a merge, or checked out elsewhere, is not moved under the person's hands")
  func busy() throws {
    let stage = try Stage("git worktree add -q ../tree -b other")
    try stage.inside("git commit -q --allow-empty -m x; git update-ref refs/heads/other HEAD")
    try stage.outside("git rev-parse HEAD > .git/MERGE_HEAD")
    let applied = try stage.apply()
    #expect(applied.allSatisfy { $0.name.hasPrefix("refs/bailey/") })
    #expect(Set(applied.compactMap(\.conflict)).count == 2)
  }

  @Test("A repository that the session made is made anew, without its settings and hooks") func newRepository() throws {
    let stage = try Stage()
    try stage.inside(
      """
      mkdir -p sub/repo; cd sub/repo; git init -q -b trunk; echo a > a; git add a; git commit -q -m sub
      git config core.fsmonitor 'touch /tmp/never'; echo '#!/bin/sh' > .git/hooks/post-checkout; chmod +x .git/hooks/post-checkout
      """)
    #expect(try stage.stage().changes().map(\.name) == ["refs/heads/trunk", "HEAD"])
    #expect(
      try stage.apply().allSatisfy { $0.conflict == "its directory is not in the project, or has a repository already" }
    )
    try stage.outside("mkdir -p sub/repo; echo a > sub/repo/a")
    #expect(try stage.apply().allSatisfy { $0.conflict == nil })
    #expect(
      try stage.outside("git log --format=%s; git status --porcelain; git symbolic-ref HEAD", in: "/sub/repo")
        == "sub\nrefs/heads/trunk\n")
    #expect(try stage.outside("ls .git; cat .git/config", in: "/sub/repo").contains("hooks") == false)
    #expect(try stage.outside("cat .git/config", in: "/sub/repo").contains("fsmonitor") == false)
  }

  @Test("A submodule's commits arrive in the submodule") func submodule() throws {
    let stage = try Stage(
      """
      git init -q -b main ../lib; cd ../lib; git commit -q --allow-empty -m lib; cd ../project
      git submodule --quiet add ../lib lib; git commit -q -m sub
      """)
    try stage.inside("cd lib; echo x > x; git add x; git commit -q -m inner; cd ..; git commit -q -am outer")
    #expect(
      try stage.stage().changes().map { $0.displayRepository + ":" + $0.name } == [
        ":refs/heads/main", "lib:refs/heads/main",
      ])
    try stage.outside("echo x > lib/x")
    try stage.apply()
    #expect(try stage.outside("git log -1 --format=%s; git status --porcelain", in: "/lib") == "inner\n")
    #expect(try stage.git("status --porcelain") == "")
  }

  @Test("A commit of the start is the base of a merge") func base() throws {
    let stage = try Stage()
    try stage.outside("echo changed > file; git commit -q -am later")
    let stageView = try stage.stage()
    #expect(try stageView.baseContent(Array("file".utf8)) == Array("one\n".utf8))
    #expect(try stageView.baseContent(Array("dir/other".utf8)) == Array("two\n".utf8))
    #expect(try stageView.baseContent(Array("missing".utf8)) == nil)
    #expect(try stageView.baseContents([Array("dir".utf8), Array("file".utf8)]).count == 1)
    // Of two contents of four bytes behind 48 of their own, the second one does not fit.
    for limit in [53, 70, 103] {
      let found = try stageView.baseContents([Array("file".utf8), Array("dir/other".utf8)], limit: limit)
      #expect(found == [Array("file".utf8): Array("one\n".utf8)])
    }
  }

  @Test("What the person's git does meanwhile does not show in the session's index and refs") func snapshot() throws {
    let stage = try Stage("git branch old; git pack-refs --all; git branch loose; mkdir s; git init -q s/sub")
    try stage.snapshot()
    #expect(try stage.stage().changes() == [])
    try stage.outside(
      """
      echo mine > mine; git add mine; git commit -q -m outside; git branch -D -q loose; git branch young; touch .git/index.lock
      git pack-refs --all
      """)
    try stage.inside(
      """
      test "$(git log --format=%s)" = first; test "$(git for-each-ref | wc -l)" = 3; git ls-files | grep -qx mine && exit 3
      echo x > inside; git add inside; git commit -q -m inside; git fsck --no-dangling
      """)
    try stage.outside("rm .git/index.lock")
    let changes = try stage.stage().changes()
    #expect(changes.map(\.name) == ["refs/heads/main"])
    #expect(changes.map(\.conflict) == ["moved in the project meanwhile"])
  }

  @Test("Commits inside and git status outside at the same time lose nothing") func concurrently() throws {
    let stage = try Stage()
    try stage.snapshot()
    let null = try Descriptor.open("/dev/null", [.writeOnly])
    let script = "for i in $(seq 200); do touch file; git status --porcelain; git add -A; echo $i > mine; done"
    let outside = try Tool("/bin/sh", directory: stage.project).start(
      ["-c", script], output: null.raw, errors: null.raw)
    try stage.inside("for i in $(seq 20); do echo $i > inside; git add inside; git commit -q -m $i inside; done")
    let applied = try stage.apply()
    _ = try Program.reap(outside, wait: true)
    #expect(applied.first?.name == "refs/heads/main")
    #expect(try stage.git("rev-list --count main") == "21")
    #expect(try stage.git("fsck 2>&1 | grep -v dangling || true") == "")
  }
}

extension RefChange {
  fileprivate var displayRepository: String { String(decoding: repository, as: UTF8.self) }
}
