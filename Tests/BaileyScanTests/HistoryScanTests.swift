import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@Suite("bailey scan: histories")
struct HistoryScanTests {
  /// A secret that came with the second commit, stayed through the third and went with the fourth.
  private static func repository(_ options: String = "") throws -> Fixture {
    let fixture = try Fixture()
    try fixture.sh(
      """
      git init -q \(options) .; echo a > a; git add .; git commit -qm one
      printf 'x\\nkey \(Sample.aws) x\\n' > f; git add .; git commit -qm two
      echo more >> f; git commit -qam three; echo gone > f; git commit -qam four
      """)
    return fixture
  }

  @Test(
    "A secret that was removed later is found once, with the commit that brought it",
    arguments: ["", "--object-format=sha256"])
  func removed(options: String) throws {
    let fixture = try Self.repository(options)
    #expect(try fixture.scan([]).status == 0)
    let findings = try fixture.lines(["--git"])
    #expect(findings.count == 1 && findings[0]["path"]?.string == "f" && findings[0]["line"]?.int == 2)
    let second = try fixture.sh("git rev-parse HEAD~2").split(separator: "\n").first.map(String.init)
    #expect(findings[0][path: "commit", "id"]?.string == second)
    #expect(findings[0][path: "commit", "author"]?.string == "Ann <ann@corp.test>")
    #expect(findings[0][path: "commit", "time"]?.int == 1_714_979_289)
    #expect(try fixture.scan(["--git"]).status == 1)
  }

  @Test("Packed objects, a bare repository, a linked worktree and a sub-directory are read as well")
  func places() throws {
    let fixture = try Self.repository()
    try fixture.sh(
      "git gc -q; mkdir sub; git clone -q --bare . bare.git; git worktree add -q ../\(fixture.path.split(separator: "/").last ?? "")-w"
    )
    defer { _ = try? fixture.sh("rm -rf \(fixture.path)-w") }
    for path in [".", "bare.git", "sub", fixture.path + "-w"] {
      #expect(try fixture.lines(["--git", path]).count == 1, "\(path)")
    }
    try fixture.sh("mkdir none")
    #expect(try fixture.scan(["--git", "/"]).status == 2)
  }

  @Test("Words of commits, tags and notes, side branches and merges are read")
  func words() throws {
    let fixture = try Self.repository()
    try fixture.sh(
      """
      git checkout -qb side HEAD~3; echo 'key \(Sample.otherAWS) x' > s; git add s; git commit -qm 'side'
      git checkout -q -; git merge -q --no-commit side; echo 'key AKIAQYLPMN5HHHFPZAM4 x' > evil; git add .; git commit -qm merge
      git commit -q --allow-empty -m 'the key AKIAQYLPMN5HHHFPZAM5'; git tag -a v1 -m 'tag AKIAQYLPMN5HHHFPZAM6'
      git notes add -m 'note AKIAQYLPMN5HHHFPZAM7'; git branch -qD side
      """)
    let paths = try fixture.lines(["--git", "--kind", "secret"]).compactMap { $0["path"]?.string }
    #expect(paths.count == 6 && paths.contains("s") && paths.contains("evil") && paths.contains("f"))
    #expect(paths.contains { $0.hasPrefix("message of ") } && paths.contains { $0.hasPrefix("tag ") })
  }

  @Test("A range tells what its commits add, not what was there before")
  func range() throws {
    let fixture = try Self.repository()
    try fixture.sh("git reset -q --hard HEAD~1; echo 'key \(Sample.otherAWS) x' >> f; git commit -qam new")
    #expect(try fixture.lines(["--range", "HEAD~1..HEAD"]).map { $0["line"]?.int } == [4])
    #expect(try fixture.lines(["--range", "HEAD~2..HEAD~1"]).isEmpty)
    #expect(try fixture.lines(["--range", "HEAD ^HEAD~3"]).count == 2)
    #expect(try fixture.lines(["--since", "2024-05-05"]).count == 2)
    #expect(try fixture.lines(["--since", "2024-05-07"]).isEmpty)
    for arguments in [["--range", "--output=x"], ["--range", "nothing..HEAD"], ["--since", "soon"]] {
      #expect([2, 4].contains(try fixture.scan(arguments).status), "\(arguments)")
    }
  }

  @Test("What is staged is read, and not what was committed before; before the first commit, too")
  func staged() throws {
    let fixture = try Fixture()
    try fixture.sh("git init -q .; printf 'key \(Sample.aws) x\\n' > f; git add f; echo clean > f")
    #expect(try fixture.lines(["--staged"]).count == 1)
    try fixture.sh("git commit -qm one; printf 'key \(Sample.aws) x\\nkey \(Sample.otherAWS) x\\n' > f; git add f")
    #expect(try fixture.lines(["--staged"]).map { $0["line"]?.int } == [2])
    try fixture.sh("git commit -qm two")
    #expect(try fixture.scan(["--staged"]).status == 0)
    // As `git commit -a` does in a hook.
    try fixture.sh("echo 'key AKIAQYLPMN5HHHFPZAM4 x' > g; GIT_INDEX_FILE=.git/other git add g")
    #expect(try fixture.scan(["--staged"]).status == 0)
    #expect(try fixture.scan(["--staged"], environment: ["GIT_INDEX_FILE": ".git/other"]).status == 1)
  }

  @Test("Nothing of a repository runs: filters, drivers, hooks, monitors, aliases, pagers, includes")
  func hostileSettings() throws {
    let fixture = try Self.repository()
    try fixture.sh(
      """
      trap=\(fixture.path)/trap; printf '#!/bin/sh\\ntouch \(fixture.path)/sprung\\ncat\\n' > $trap; chmod +x $trap
      echo '* filter=f diff=d' > .gitattributes; git add .gitattributes; git commit -qm attributes
      for k in filter.f.clean filter.f.smudge filter.f.process diff.d.textconv diff.d.command diff.external core.fsmonitor core.pager \
        core.editor core.sshCommand core.askPass core.alternateRefsCommand gpg.program pager.rev-list pager.diff-tree; do git config $k $trap; done
      for a in rev-list diff-tree diff-index cat-file for-each-ref; do git config alias.$a "!$trap"; done
      git config log.showSignature true; git config diff.orderFile $trap; git config core.hooksPath .git/hooks
      for h in post-index-change reference-transaction pre-commit fsmonitor-watchman; do cp $trap .git/hooks/$h; done
      printf '[include]\\n\\tpath = \(fixture.path)/more\\n' >> .git/config; printf '[core]\\n\\tfsmonitor = \(fixture.path)/trap\\n' > more
      echo 'key \(Sample.otherAWS) x' > staged; git -c core.fsmonitor=false -c filter.f.clean=cat -c filter.f.process= -c core.hooksPath=/dev/null add staged
      rm -f sprung
      """)
    #expect(try fixture.lines(["--git"]).count == 1)
    #expect(try fixture.lines(["--staged"]).count == 1)
    #expect(try fixture.lines(["--range", "HEAD~4..HEAD"]).count == 1)
    #expect(try fixture.scan([]).status == 1)
    #expect(!fixture.scratch.exists("sprung"))
  }

  @Test("Objects that are missing or damaged are told, and the rest is read")
  func broken() throws {
    let fixture = try Self.repository()
    try fixture.sh(
      "echo 'key \(Sample.otherAWS) x' > g; git add .; git commit -qm five; o=$(git rev-parse HEAD~1:a); rm -f .git/objects/$(echo $o | sed 's|..|&/|')"
    )
    let result = try fixture.scan(["--git", "--json"])
    #expect(result.status == 1 && result.output.contains("scan-object-missing"))
    #expect(try fixture.lines(["--git"]).count == 2)
    try fixture.sh(
      "o=$(git rev-parse HEAD:g); f=.git/objects/$(echo $o | sed 's|..|&/|'); chmod u+w $f; printf junk > $f; o=$(git rev-parse HEAD~3:f); rm -f .git/objects/$(echo $o | sed 's|..|&/|')"
    )
    let worse = try fixture.scan(["--git"])
    #expect(worse.status == 1 || worse.status == 4, "\(worse.errors)")
    #expect(worse.errors.contains("not everything was read"))
    try fixture.sh("rm -rf .git/objects/??")
    #expect(try fixture.scan(["--git"]).status == 4)
  }

  @Test("A submodule is not entered, and counted")
  func submodule() throws {
    let inner = try Self.repository(), fixture = try Fixture()
    try fixture.sh(
      "git init -q .; git -c protocol.file.allow=always submodule --quiet add \(inner.path) sub; git commit -qm sub")
    #expect(try fixture.scan(["--git"]).status == 0)
    #expect(try fixture.lines(["--git"], type: "summary").first?[path: "skipped", "submodules"] == 1)
  }

  @Test("Names with newlines, quotes and bytes that are no text are told as they are")
  func names() throws {
    let fixture = try Fixture()
    try fixture.sh(
      #"git init -q .; n=$(printf 'a\n"b\377'); echo 'key \#(Sample.aws) x' > "$n"; git add .; git commit -qm one"#)
    #expect(try fixture.scan(["--git"]).output.hasPrefix(#"a\u{a}"b\x{ff}:1:5: "#))
  }

  @Test("An empty repository is clean, and what is none is refused")
  func empty() throws {
    let fixture = try Fixture()
    try fixture.sh("git init -q .; mkdir -p /tmp")
    #expect(try fixture.scan(["--git"]).status == 0)
    let none = try Fixture()
    let result = try none.scan(["--git"])
    #expect(result.status == 2 && result.errors.contains("[scan-no-repository]"))
  }
}
