import BaileyTestSupport
import Testing

/// Repositories in and around a project, as a person has them, from the session's start to the apply.
@Suite("git in a session works as it does outside", .serialized)
struct GitUse {
  let walls: Walls

  init() throws {
    walls = try Walls()
    try walls.scratch.write("[user]\n\tname = a\n\temail = a@b\n", to: "home/.gitconfig")
  }

  /// A shell on the host.
  @discardableResult
  private func host(_ script: String, in directory: String = "project") throws -> String {
    let environment = [
      "PATH": "/usr/bin:/bin", "HOME": walls.home, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ALLOW_PROTOCOL": "file",
    ]
    let tool = Tool("/bin/sh", environment: environment, directory: walls.scratch.path + "/" + directory)
    let result = try tool.run(["-ec", script])
    try #require(result.status == 0, "\(script)\n\(result.output)\(result.errors)")
    return result.output
  }

  /// A shell in a session that must succeed.
  @discardableResult
  private func inside(_ script: String, in directory: String = "project", _ options: [String] = []) throws -> String {
    let command = ["run", "-q"] + options + ["--", "/bin/sh", "-ec", script]
    let result = try walls.bailey(command, directory: walls.scratch.path + "/" + directory)
    try #require(result.status == 0, "\(script)\n\(result.output)\(result.errors)")
    return result.output
  }

  private func apply(in directory: String = "project") throws {
    let result = try walls.bailey(["apply", "--yes"], directory: walls.scratch.path + "/" + directory)
    try #require(result.status == 0, "\(result.output)\(result.errors)")
  }

  private func repository(_ directory: String = "project") throws {
    try host("mkdir -p \(directory); cd \(directory); git init -q -b main .; echo one > file", in: ".")
    try host("git add -A; git commit -q -m first", in: directory)
  }

  /// Everything below a directory with its content.
  private func fingerprint(_ directory: String) throws -> String {
    try host(
      "find . -print0 | sort -z | xargs -0 stat -c '%n %f %s %Y'; find . -type f | sort | xargs sha256sum",
      in: directory)
  }

  @Test(
    "A commit in a linked worktree arrives; nothing of the repository outside is writable",
    arguments: ["staged", "copy"])
  func worktree(mode: String) throws {
    try repository("main")
    try host("git branch side; git worktree add -q ../tree -b work", in: "main")
    let before = try fingerprint("main/.git")
    try inside(
      """
      git status --porcelain; test "$(git log --format=%s)" = first; test "$(git branch --show-current)" = work
      echo two >> file; git commit -q -am second; git branch made; git branch -D -q side; git reflog -1 > /dev/null
      common=$(git rev-parse --git-common-dir); git config core.fsmonitor "touch $PWD/../ran"; mkdir -p $common/hooks
      printf '#!/bin/sh\\ntouch ../ran\\n' > $common/hooks/post-checkout; chmod +x $common/hooks/post-checkout
      echo /etc > $common/objects/info/alternates; echo ../../../elsewhere > $common/worktrees/tree/commondir
      ! touch /run/bailey/git/0/objects/x 2> /dev/null
      """, in: "tree", ["--workspace", mode])
    #expect(try fingerprint("main/.git") == before)
    try apply(in: "tree")
    #expect(try host("git log --format=%s; git status --porcelain; git fsck 2>&1", in: "tree") == "second\nfirst\n")
    #expect(
      try host("git for-each-ref --format='%(refname)' refs/heads", in: "main")
        == "refs/heads/made\nrefs/heads/main\nrefs/heads/work\n")
    #expect(
      try host("git log -1 --format=%s; git status --porcelain; git config --list --local", in: "main").contains(
        "fsmonitor") == false)
    #expect(try host("git log -1 --format=%s; git status --porcelain", in: "main") == "first\n")
    #expect(!walls.scratch.exists("ran") && !walls.scratch.exists("main/.git/hooks/post-checkout"))
    let undone = try walls.bailey(["undo"], directory: walls.scratch.path + "/tree")
    #expect(undone.status == 0, "\(undone)")
    #expect(try host("git log --format=%s; git status --porcelain", in: "tree") == "first\n")
  }

  @Test("A worktree of a bare repository, and one that lies in the project beside the main one")
  func otherWorktrees() throws {
    try repository("main")
    try host("git clone -q --bare main bare; git -C bare worktree add -q ../tree main", in: ".")
    try inside("echo two >> file; git commit -q -am second", in: "tree")
    try apply(in: "tree")
    #expect(try host("git log --format=%s; git status --porcelain", in: "tree") == "second\nfirst\n")
    try repository()
    try host("echo /tree > .gitignore; git add -A; git commit -q -m ignore; git worktree add -q tree -b work")
    try inside("echo main >> file; git commit -q -am main; cd tree; echo work >> file; git commit -q -am work")
    try apply()
    #expect(try host("git log -1 --format=%s; git status --porcelain") == "main\n")
    #expect(try host("git log -1 --format=%s; git status --porcelain", in: "project/tree") == "work\n")
  }

  @Test("Commits in a submodule and above it arrive together; so do those of a project that is a submodule itself")
  func submodules() throws {
    try repository("lib")
    try repository()
    try host("git submodule --quiet add ../lib deep/lib; git commit -q -m module")
    try inside(
      """
      cd deep/lib; git status --porcelain; echo two >> file; git commit -q -am inner; cd ../..; git commit -q -am outer
      test -z "$(git submodule status | grep '^[+-]')"; git fsck
      """)
    try apply()
    #expect(try host("git log -1 --format=%s; git status --porcelain; git fsck 2>&1") == "outer\n")
    #expect(
      try host("git log -1 --format=%s; git status --porcelain; git fsck 2>&1", in: "project/deep/lib") == "inner\n")
    try inside("echo three >> file; git commit -q -am alone; git branch made", in: "project/deep/lib")
    try apply(in: "project/deep/lib")
    #expect(try host("git log -1 --format=%s; git status --porcelain", in: "project/deep/lib") == "alone\n")
    #expect(try host("git status --porcelain") == " M deep/lib\n")
  }

  @Test("A start in a sub-directory works there, and so do diff and apply from it")
  func subdirectory() throws {
    try repository()
    try host("mkdir -p src/deep; echo a > src/deep/a; git add -A; git commit -q -m more")
    let deep = "project/src/deep"
    #expect(
      try inside("pwd; echo b > b; echo c > ../c; git add -A ..; git commit -q -m inside", in: deep).hasSuffix(
        "/project/src/deep\n"))
    let names = try walls.bailey(["diff", "--name-only"], directory: walls.scratch.path + "/" + deep)
    #expect(names.output.contains("src/deep/b") && names.output.contains("src/c"), "\(names)")
    let one = try walls.bailey(["apply", "--yes", "--path", "b"], directory: walls.scratch.path + "/" + deep)
    #expect(one.status == 0 && walls.scratch.exists(deep + "/b") && !walls.scratch.exists("project/src/c"), "\(one)")
    try apply(in: deep)
    #expect(try host("git log -1 --format=%s; git status --porcelain") == "inside\n")
  }

  @Test("Commits inside while git works outside lose nothing and never see the other side's lock")
  func concurrently() throws {
    try repository()
    try host("for i in $(seq 200); do echo $i > f$i; done; git add -A; git commit -q -m files; touch .git/index.lock")
    let busy = "while test ! -e ../stop; do touch f*; git status --porcelain > /dev/null; done"
    let outside = try Tool("/bin/sh", directory: walls.project).startSilently(["-c", "rm .git/index.lock; " + busy])
    try inside(
      "for i in $(seq 40); do echo $i > inside; git add inside; git commit -q -m $i; git status > /dev/null; done")
    try apply()
    try walls.scratch.write("", to: "stop")
    var status: Int32 = -1
    walls.reap(outside, &status)
    #expect(try host("git rev-list --count main; git status --porcelain; git fsck 2>&1") == "42\n")
  }

  @Test("What the person's git begins meanwhile does not become part of a commit inside")
  func mergeOutside() throws {
    try repository()
    try host("git branch other; git commit -q --allow-empty -m second; git update-ref refs/tags/t other")
    let run = try walls.start(
      [
        "run", "-q", "--", "/bin/sh", "-ec",
        "git status; touch /tmp/ready; until test -e /tmp/go; do sleep 0.05; done; git commit -q --allow-empty -m inside",
      ])
    try until { try walls.bailey(["exec", "--", "test", "-e", "/tmp/ready"]).status == 0 }
    try host("git rev-parse other > .git/MERGE_HEAD; touch .git/index.lock .git/HEAD.lock .git/refs/heads/main.lock")
    _ = try walls.bailey(["exec", "--", "touch", "/tmp/go"])
    var status: Int32 = -1
    walls.reap(run, &status)
    #expect(status == 0)
    try host("rm .git/MERGE_HEAD; find .git -name '*.lock' -delete")
    try apply()
    #expect(try host("git log -1 --format='%s %P' | wc -w") == "2\n")
  }

  private func until(_ condition: () throws -> Bool) throws {
    for _ in 0..<200 {
      if try condition() { return }
      _ = try Tool("/bin/sleep").run(["0.1"])
    }
    Issue.record("it did not happen")
  }

  @Test(
    "git passes over masked files: it shows, adds, stashes and commits everything else, and the project keeps them",
    arguments: ["staged", "copy"])
  func masked(mode: String) throws {
    try repository()
    try host(
      """
      echo A=1 > .env; mkdir -p test/keys; echo key > test/keys/id_rsa; git add -A; git commit -q -m keys
      echo x > 'odd [name].pem'; echo y > id_rsa; echo /id_rsa > .gitignore; git add .gitignore; git commit -q -m ignore
      git init -q sub; echo A=2 > sub/.env; git -C sub add .env; git -C sub commit -q -m sub; echo /sub >> .git/info/exclude
      """)
    let before = try host(
      "git status --porcelain; cat .env test/keys/id_rsa .git/info/exclude sub/.env; git ls-files -t")
    let said = try inside(
      """
      git status --porcelain; git -C sub status --porcelain; echo two >> file; git stash -q; git stash pop -q
      git commit -q -a -m one; echo three >> file; git add -A; git commit -q -m two; git reset -q --hard
      git checkout -q -b side; ! cat .env 2> /dev/null; git show --stat HEAD HEAD~1 | grep -c '|'
      """, ["--workspace", mode])
    #expect(said == "2\n")
    let applied = try walls.bailey(["apply", "--yes"])
    #expect(applied.status == 0 && !applied.output.contains("exclude"), "\(applied)")
    #expect(try host("git diff HEAD~2 --stat HEAD | grep -c '|'; git checkout -q -f main") == "1\n")
    let after = try host(
      "git status --porcelain; cat .env test/keys/id_rsa .git/info/exclude sub/.env; git ls-files -t")
    #expect(after == before)
  }

  @Test(
    "No filter of a project runs on the host because one of its files is masked, and no other repository's index is changed",
    arguments: ["staged", "copy"])
  func maskedByHostile(mode: String) throws {
    try repository()
    try repository("other")
    let marker = walls.scratch.path + "/ran"
    // An entry whose time is that of the index is looked into whenever the index is written.
    try host(
      """
      echo A=1 > .env; echo x > racy; touch -d '2026-01-01 00:00:00' racy; git add -A; git commit -q -m env
      git config core.trustctime false; git config core.checkStat minimal
      git config filter.x.clean 'touch \(marker); cat'; git config filter.x.process 'touch \(marker)'
      echo '* filter=x' > .gitattributes; cp .gitattributes .git/info/attributes; touch -d '2026-01-01 00:00:00' .git/index
      """)
    try inside("true", ["--workspace", mode])
    #expect(!walls.scratch.exists("ran"))
    try host("echo A=1 > .env; git add .env; git commit -q -m env", in: "other")
    try host("rm .git/index; ln -s ../../other/.git/index .git/index; git config --remove-section filter.x")
    try inside("true", ["--workspace", mode])
    #expect(try host("git ls-files -t", in: "other") == "H .env\nH file\n")
  }

  @Test("Credentials in a repository's settings are not seen, and stay in the project")
  func credentials() throws {
    try repository()
    try host(
      """
      git remote add origin https://user:\(Walls.secret)@example.com/x; git config http.extraheader "AUTHORIZATION: basic \(Walls.secret)"
      mkdir .git/git-crypt; echo \(Walls.secret) > .git/git-crypt/key
      """)
    let output = try inside(
      "git config --list --local; git remote -v; grep -r . .git --include=* || true; cat .git/git-crypt/key 2>&1 || true"
    )
    #expect(output.contains("https://example.com/x") && !output.contains(Walls.secret))
    #expect(try walls.bailey(["diff", "--name-only"]).output.contains(".git") == false)
    try inside("git config user.email other@b; git commit -q --allow-empty -m x")
    let result = try walls.bailey(["apply", "--yes", "--include-risky"])
    #expect(
      result.status == 5 && result.output.contains(".git/config") || result.errors.contains(".git/config"), "\(result)")
    #expect(try host("git remote -v; git log -1 --format=%s").contains(Walls.secret))
  }
}
