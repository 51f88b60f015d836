import BaileyCore
import BaileyLinux
import BaileyTestSupport
import BaileyWorkspace
import Testing

/// A project whose session is a plain copy, so that a test can write anything into its git directory.
private final class Copy {
  let scratch: Scratch
  let session = SessionID.random()
  let baseline: GitBaseline
  var project: String { scratch.path + "/project" }
  /// What must never exist: hostile settings would make it.
  var marker: String { scratch.path + "/marker" }

  init() throws {
    scratch = try Scratch()
    for name in ["project", "quarantine"] { try scratch.directory(name) }
    let project = scratch.path + "/project"
    _ = try Self.shell("git init -q -b main . && echo one > file && git add . && git commit -q -m first", project)
    _ = try Self.shell("cp -a project copy", scratch.path)
    baseline = try GitBaseline.capture(project: project, directories: [[]])
  }

  private static func shell(_ script: String, _ directory: String) throws -> String {
    let environment = [
      "PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a",
      "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
    ]
    let result = try Tool("/bin/sh", environment: environment, directory: directory).run(["-ec", script])
    try #require(result.status == 0, "\(script)\n\(result.errors)")
    return String(result.output.dropLast(while: \.isWhitespace))
  }

  @discardableResult
  func inside(_ script: String) throws -> String { try Self.shell(script, scratch.path + "/copy") }

  func git(_ arguments: String) throws -> String { try Self.shell("git " + arguments, project) }

  func stage() throws -> GitStage {
    let view = try LayeredView(upper: scratch.path + "/copy", lower: nil)
    return GitStage(
      project: project, roots: [StagedRoot(path: project, view: view)], baseline: baseline, session: session,
      scratch: scratch.path + "/quarantine")
  }

  @discardableResult
  func apply() throws -> [RefChange] {
    let stage = try stage()
    return try stage.apply(try stage.changes(), move: true)
  }

  /// A commit whose tree is the given `git mktree` input, as branch `evil`, and an honest branch beside it.
  func plant(tree: String) throws {
    try inside(
      """
      tree=$(printf '\(tree)' | git mktree --missing); git update-ref refs/heads/evil $(git commit-tree -m evil -p HEAD $tree)
      git update-ref refs/heads/good $(git commit-tree -m good -p HEAD HEAD^{tree})
      """)
  }
}

extension String {
  fileprivate func dropLast(while predicate: (Character) -> Bool) -> Substring {
    var text = self[...]
    while let last = text.last, predicate(last) { text.removeLast() }
    return text
  }
}

@Suite("Hostile repositories")
struct GitHostileTests {
  @Test("No setting, hook, attribute or alternate of the session's repository runs anything") func settings() throws {
    let copy = try Copy()
    try copy.inside("echo two > file; git commit -q -am second; git tag -a -m x v1; git gc -q")
    let run = "touch \(copy.marker)"
    try copy.inside(
      """
      for key in core.fsmonitor core.sshCommand core.pager core.editor core.gitProxy core.askPass diff.external gpg.program \\
        filter.x.clean filter.x.smudge filter.x.process diff.x.textconv diff.x.command merge.x.driver credential.helper \\
        uploadpack.packObjectsHook core.alternateRefsCommand sequence.editor; do git config $key "sh -c '\(run)'"; done
      git config core.hooksPath .git/hooks; git config include.path evil; git config extensions.partialClone origin
      git config remote.origin.url "ext::sh -c '\(run)'"; git config protocol.ext.allow always
      printf '* filter=x diff=x merge=x\\n' > .git/info/attributes; cp .git/info/attributes .gitattributes
      printf '[core]\\nfsmonitor = \(run)\\n' > .git/evil
      for hook in reference-transaction post-index-change pre-auto-gc update post-update pre-receive post-checkout; do
        printf '#!/bin/sh\\n\(run)\\n' > .git/hooks/$hook; chmod +x .git/hooks/$hook; done
      """)
    let applied = try copy.apply()
    #expect(applied.map(\.name) == ["refs/heads/main", "refs/tags/v1"])
    #expect(applied.allSatisfy { $0.conflict == nil })
    #expect(!copy.scratch.exists("marker"))
    #expect(try copy.git("config --list --local").contains("marker") == false)
  }

  @Test("Hostile settings of the project's own repository run nothing either") func projectSettings() throws {
    let copy = try Copy()
    try copy.inside("git commit -q --allow-empty -m second")
    _ = try copy.git("config core.fsmonitor 'touch \(copy.marker)'")
    _ = try copy.git("config core.hooksPath \(copy.scratch.path)/hooks")
    try copy.scratch.directory("hooks")
    for hook in ["reference-transaction", "post-index-change"] {
      try copy.scratch.write("#!/bin/sh\ntouch \(copy.marker)\n", to: "hooks/" + hook, mode: 0o755)
    }
    #expect(try copy.apply().allSatisfy { $0.conflict == nil })
    #expect(!copy.scratch.exists("marker"))
  }

  @Test(
    "A tree that would write where git keeps its own is refused; the branch beside it is not",
    arguments: [
      "040000 tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\\t.git\\n",
      "040000 tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\\t.GIT\\n",
      "040000 tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\\tgit~1\\n",
      "040000 tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\\t..\\n",
      "100644 blob 1234567890123456789012345678901234567890\\tmissing\\n",
    ])
  func evilTrees(tree: String) throws {
    let copy = try Copy()
    try copy.plant(tree: tree)
    let applied = try copy.apply()
    #expect(applied.first { $0.name == "refs/heads/good" }?.conflict == nil)
    #expect(applied.first { $0.name == "refs/heads/evil" }?.conflict?.hasPrefix("not taken over") == true)
    #expect(try copy.git("for-each-ref --format='%(refname)'") == "refs/heads/good\nrefs/heads/main")
    #expect(try copy.git("log --format=%s good") == "good\nfirst")
  }

  @Test("A commit that claims gigabytes in a few kilobytes is refused without the memory for it") func bomb() throws {
    let copy = try Copy()
    try copy.inside(
      """
      python3 - $(git rev-parse HEAD^{tree}) <<'END'
      import hashlib, os, sys, zlib
      size = 600 << 20
      start = f"tree {sys.argv[1]}\\nauthor a <a@b> 1 +0000\\ncommitter a <a@b> 1 +0000\\n\\n".encode()
      name, packed, out = hashlib.sha1(), zlib.compressobj(9), b""
      for block in [f"commit {size}\\0".encode(), start, b"x" * ((1 << 20) - len(start))] + [b"x" * (1 << 20)] * 599:
          name.update(block)
          out += packed.compress(block)
      name, folder = name.hexdigest(), ".git/objects/"
      os.makedirs(folder + name[:2], exist_ok=True)
      open(folder + name[:2] + "/" + name[2:], "wb").write(out + packed.flush())
      open(".git/refs/heads/bomb", "w").write(name + "\\n")
      END
      """)
    #expect(try copy.apply().first { $0.name == "refs/heads/bomb" }?.conflict?.contains("over limit") == true)
    #expect(try copy.git("for-each-ref --format='%(refname)'") == "refs/heads/main")
  }

  @Test("A FIFO in the place of another working tree's HEAD holds nothing up") func fifo() throws {
    let copy = try Copy()
    _ = try copy.git("worktree add -q ../tree -b tree")
    try run(["/bin/sh", "-ec", "cd \(copy.project)/.git/worktrees/tree; rm HEAD; mkfifo HEAD"])
    try copy.inside("git commit -q --allow-empty -m second")
    #expect(try copy.apply().map(\.conflict) == [nil])
  }

  @Test("A .gitmodules that would run or overwrite something is refused") func modules() throws {
    let copy = try Copy()
    try copy.inside(
      """
      printf '[submodule "a"]\\n\\tpath = a\\n\\turl = -u./evil\\n' > .gitmodules; git add .gitmodules; git commit -q -m modules
      """)
    #expect(try copy.apply().first?.conflict?.hasPrefix("not taken over") == true)
    #expect(try copy.git("log --format=%s main") == "first")
  }

  @Test(
    "Damaged objects are refused",
    arguments: ["truncate -s 12 $file", "printf garbage > $file", "rm $file", ": > $file"])
  func damaged(command: String) throws {
    let copy = try Copy()
    try copy.inside(
      """
      echo evil > file; git commit -q -am second; name=$(git rev-parse HEAD:file)
      file=.git/objects/$(echo $name | cut -c1-2)/$(echo $name | cut -c3-); chmod +w $file; \(command)
      """)
    #expect(try copy.apply().first?.conflict?.hasPrefix("not taken over") == true)
    #expect(try copy.git("log --format=%s main") == "first")
    #expect(try copy.git("fsck") == "")
  }

  @Test("An object under another object's name does not get in") func swapped() throws {
    let copy = try Copy()
    try copy.inside(
      """
      echo good > file; git commit -q -am second; a=$(git rev-parse HEAD:file); b=$(echo evil | git hash-object -w --stdin)
      path() { echo .git/objects/$(echo $1 | cut -c1-2)/$(echo $1 | cut -c3-); }
      chmod +w $(path $a); cat $(path $b) > $(path $a)
      """)
    #expect(try copy.apply().first?.conflict?.hasPrefix("not taken over") == true)
  }

  @Test("An alternates file of the session's repository is not followed") func alternates() throws {
    let copy = try Copy()
    try copy.scratch.directory("secret")
    try copy.inside(
      """
      git init -q --bare ../secret; name=$(echo hidden | GIT_DIR=../secret git hash-object -w --stdin)
      echo $(cd ..; pwd)/secret/objects > .git/objects/info/alternates
      tree=$(printf "100644 blob $name\\tfile\\n" | git mktree); git update-ref refs/heads/main $(git commit-tree -m leak -p HEAD $tree)
      """)
    #expect(try copy.apply().first?.conflict?.hasPrefix("not taken over") == true)
    #expect(try copy.git("log --format=%s main") == "first")
  }

  @Test(
    "A ref with a name that git does not allow is refused, and said to be",
    arguments: [
      "a..b", "-x", "a.lock/b", ".hidden", "new\nline", "tab\t", "sp ace", "a:b", "a^", "x@{1}", "star*", "\u{1B}[31m",
    ])
  func names(name: String) throws {
    let copy = try Copy()
    let main = try copy.git("rev-parse HEAD")
    let directory = copy.scratch.path + "/copy/.git/refs/heads/"
    try Descriptor.makeDirectories(directory + name.split(separator: "/").dropLast().joined(separator: "/"))
    try Descriptor.open(directory + name, [.writeOnly, .create]).writeAll(main + "\n")
    let changes = try copy.stage().changes()
    #expect(changes.map { $0.conflict?.hasPrefix("not taken over") } == [true])
    #expect(changes.allSatisfy { !$0.name.contains("\n") && !$0.name.contains("\u{1B}") })
    #expect(try copy.apply().allSatisfy { $0.conflict != nil })
    #expect(try copy.git("for-each-ref --format='%(refname)'") == "refs/heads/main")
  }

  @Test("Names of packed refs lead nowhere else") func packed() throws {
    let copy = try Copy()
    let main = try copy.git("rev-parse HEAD")
    try copy.inside(
      "printf '%s refs/heads/../../../x\\n%s ../../evil\\nzz refs/heads/z\\n%s refs/heads/fine\\n%s\\n^\\n' \(main) \(main) \(main) \(main) > .git/packed-refs"
    )
    let applied = try copy.apply()
    #expect(applied.filter { $0.conflict == nil }.map(\.name) == ["refs/heads/fine"])
    #expect(!copy.scratch.exists("x") && !copy.scratch.exists("evil"))
  }

  @Test("A symlinked ref, or a symlinked directory of refs, deletes and imports nothing") func symlinks() throws {
    let copy = try Copy()
    try copy.inside(
      "git rev-parse HEAD > ../secret; ln -sf ../../../../secret .git/refs/heads/link; rm .git/refs/heads/main; ln -s link .git/refs/heads/main"
    )
    #expect(try copy.apply().allSatisfy { $0.conflict?.contains("symbolic link") == true })
    #expect(try copy.git("for-each-ref --format='%(refname)'") == "refs/heads/main")
    try copy.inside("rm -r .git/refs/heads; mkdir elsewhere; ln -s ../../elsewhere .git/refs/heads")
    #expect(try copy.apply().allSatisfy { $0.conflict?.contains("symbolic link") == true })
    #expect(try copy.git("log --format=%s main") == "first")
  }

  @Test("A FIFO in the place of a ref, of HEAD or of an object holds nobody up") func pipes() throws {
    let copy = try Copy()
    try copy.inside(
      "git commit -q --allow-empty -m second; mkfifo .git/refs/heads/pipe; mkdir -p .git/objects/aa; mkfifo .git/objects/aa/\(String(repeating: "0", count: 38))"
    )
    #expect(try copy.apply().contains { $0.name == "refs/heads/main" && $0.conflict == nil })
    try copy.inside("rm .git/HEAD; mkfifo .git/HEAD")
    #expect(try copy.stage().changes() == [])
  }

  @Test(
    "Malformed values are refused", arguments: ["", "x", "ref: ../../x", "0000000000000000000000000000000000000000"])
  func values(value: String) throws {
    let copy = try Copy()
    try copy.inside("printf '\(value)' > .git/refs/heads/odd")
    #expect(try copy.apply().map(\.conflict) == ["not taken over: it is malformed"])
  }

  @Test("A huge packed-refs is a refusal, not a flood") func huge() throws {
    let copy = try Copy()
    let main = try copy.git("rev-parse HEAD")
    try copy.inside("seq 200001 | sed 's|^|\(main) refs/tags/|' > .git/packed-refs")
    #expect(throws: Fault.self) { try copy.stage().changes() }
    try copy.inside("truncate -s 100000000 .git/packed-refs")
    #expect(throws: Fault.self) { try copy.stage().changes() }
    try copy.inside("rm .git/packed-refs; mkdir .git/reftable; touch .git/reftable/x")
    #expect(throws: Fault.self) { try copy.stage().changes() }
  }

  @Test("A pack of a terabyte is refused before it is copied") func hugePack() throws {
    let copy = try Copy()
    try copy.inside(
      "git commit -q --allow-empty -m x; truncate -s 1T .git/objects/pack/pack-\(String(repeating: "a", count: 40)).pack"
    )
    let fault = #expect(throws: Fault.self) { try copy.apply() }
    #expect(fault?.code == "git-quarantine-failed")
    #expect(try copy.git("log --format=%s main") == "first")
    #expect(try Descriptor.entries(of: copy.scratch.path + "/quarantine") == [])
  }

  @Test("Without git the refs are shown, and taking them over says what is missing") func noGit() throws {
    let copy = try Copy()
    try copy.inside("git commit -q --allow-empty -m second")
    let view = try LayeredView(upper: copy.scratch.path + "/copy", lower: nil)
    let stage = GitStage(
      project: copy.project, roots: [StagedRoot(path: copy.project, view: view)], baseline: copy.baseline,
      session: copy.session,
      scratch: copy.scratch.path + "/quarantine", binary: "/nonexistent/git")
    #expect(try stage.changes().count == 1)
    let fault = #expect(throws: Fault.self) { try stage.apply(try stage.changes(), move: true) }
    #expect(fault?.code == "git-failed")
  }

  @Test("The quarantine is gone afterwards, whatever happened") func quarantine() throws {
    let copy = try Copy()
    try copy.plant(tree: "040000 tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\\t.git\\n")
    try copy.apply()
    #expect(try Descriptor.entries(of: copy.scratch.path + "/quarantine") == [])
  }
}
