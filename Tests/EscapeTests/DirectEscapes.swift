import BaileyTestSupport
import Glibc
import Testing

/// What an agent writes here lies on the host at once.
@Suite("Writing straight into the host", .serialized)
struct DirectEscapes {
  let walls: Walls
  init() throws { walls = try Walls() }

  /// Each call that sets a mode, as a ctypes expression over libc `c`; the file `f` and its descriptor `d` are there.
  private static let modeCalls = """
    calls = {
      'chmod': lambda m: c.syscall(90, b'f', m), 'fchmod': lambda m: c.syscall(91, d, m),
      'fchmodat': lambda m: c.syscall(268, -100, b'f', m), 'fchmodat2': lambda m: c.syscall(452, -100, b'f', m, 0),
      'open': lambda m: c.syscall(2, b'o', 0o101, m), 'openat': lambda m: c.syscall(257, -100, b'a', 0o101, m),
      'creat': lambda m: c.syscall(85, b'c', m), 'mknod': lambda m: c.syscall(133, b'n', 0o100000 | m, 0),
      'mknodat': lambda m: c.syscall(259, -100, b'p', 0o010000 | m, 0),
      'tmpfile': lambda m: c.syscall(257, -100, b'.', 0o20200002, m),
    }
    """

  @Test("No setuid or setgid bit can be set, by any call", arguments: ["04755", "02755", "06755"])
  func setIDBits(mode: String) throws {
    let result = try walls.python(
      """
      import ctypes, os
      c = ctypes.CDLL(None, use_errno=True)
      d = os.open('f', os.O_CREAT | os.O_RDWR, 0o755)
      \(Self.modeCalls)
      for name, call in calls.items():
          print(name, call(0o\(mode)) == -1 and ctypes.get_errno() == 1)
      how = (ctypes.c_uint64 * 3)(0o101, 0o\(mode), 0)
      print('openat2', c.syscall(437, -100, b'h', how, 24) == -1)
      for name, number in (('mkdir', 83), ('mkdirat', 258)):
          c.syscall(number, *([] if number == 83 else [-100]), name.encode(), 0o\(mode))
      for name, call in calls.items():
          if call(0o1644) < 0: print(name, 'ordinary modes fail')
      """, ["--workspace", "direct"])
    #expect(result.output.components(of: "True") == 11, "\(result)")
    #expect(!result.output.contains("False") && !result.output.contains("fail"), "\(result)")
    let found = try Tool("/usr/bin/find").run([walls.project, "-perm", "/6000"])
    #expect(found.output.isEmpty, "\(found)")
    #expect(walls.scratch.exists("project/mkdirat"))
  }

  /// A repository with another one inside, and settings of an editor and an agent.
  private func makeProject() throws {
    for name in [".vscode", ".claude", "vendor", "vendor/sub"] { try walls.scratch.directory("project/" + name) }
    try walls.scratch.write("{}", to: "project/.vscode/tasks.json")
    try walls.scratch.write("{}", to: "project/.claude/settings.json")
    try walls.scratch.write("true\n", to: "project/.envrc")
    for directory in ["", "/vendor/sub"] {
      #expect(try Tool("/usr/bin/git", directory: walls.project + directory).run(["init", "-q"]).status == 0)
    }
  }

  /// Names, modes and contents of all that must not change.
  private func fingerprint() throws -> String {
    let script = """
      for git in .git vendor/sub/.git; do find $git/hooks $git/config $git/info $git/commondir $git/config.worktree; done > ../list 2>&1
      find .vscode .claude .envrc .bailey >> ../list 2>&1
      while read -r name; do echo "$name" "$(stat -c %A "$name" 2>&1)" "$(sha256sum < "$name" 2>&1)"; done < ../list
      """
    return try Tool("/bin/sh", directory: walls.project).run(["-c", script]).output
  }

  @Test("What acts by itself cannot be changed, moved or replaced in a direct session")
  func standingFiles() throws {
    try makeProject()
    let before = try fingerprint()
    let attempts = [
      "echo x >> .git/config", "git config core.fsmonitor x", "echo x > .git/hooks/pre-commit", "rm -rf .git/hooks",
      "mv .git/hooks .git/h", "mv .git g", "mv .git/config c", "ln .git/config c", "chmod 777 .git/hooks",
      "echo /tmp > .git/commondir", "rm -f .git/commondir && ! test -e .git/commondir", "echo x > .git/config.worktree",
      "echo '*' > .git/info/attributes", "mkdir .bailey/x", "echo x > .bailey/manifest.yaml", "mv .bailey b",
      "rmdir .bailey", "echo x >> .vscode/tasks.json", "mv .vscode v", "rm -rf .vscode", "echo x > .claude/hooks.json",
      "echo x >> .envrc", "rm -f .envrc", "mv README .envrc", "ln -sf README .envrc", "truncate -s 0 .envrc",
      "echo x > vendor/sub/.git/hooks/pre-commit", "mv vendor v", "mv vendor/sub v", "mv vendor/sub/.git v",
      "rm -rf vendor", "touch -d 2001-01-01 .envrc", "setfattr -n user.x -v y .envrc", "umount .envrc",
    ]
    for attempt in attempts {
      let result = try walls.run("( \(attempt) ) 2>/dev/null && echo DONE; true", ["--workspace", "direct"])
      #expect(!result.output.contains("DONE"), "\(attempt): \(result)")
    }
    #expect(try fingerprint() == before)
  }

  @Test("A direct session commits as ever, and leaves nothing of Bailey's behind")
  func commits() throws {
    try makeProject()
    let before = try fingerprint()
    let result = try walls.run(
      """
      git add README && git -c user.name=a -c user.email=a@b.example commit -qm one && git switch -qc other && git status -s
      test "$(git rev-parse --git-common-dir)" -ef .git && git gc -q && git stash list && echo COMMITTED
      """, ["--workspace", "direct"])
    #expect(result.output.contains("COMMITTED"), "\(result)")
    #expect(try fingerprint() == before)
    let log = try Tool("/usr/bin/git", directory: walls.project).run(["-c", "safe.directory=*", "log", "--format=%s"])
    #expect(log.output == "one\n", "\(log)")
  }

  /// Starts a session that waits until the project holds `go`, runs the script, and then leaves `done`.
  private func waiting(_ name: String, _ script: String) throws -> Int32 {
    let wait = "touch ready-\(name); until [ -e go-\(name) ]; do sleep 0.05; done; \(script); touch done-\(name)"
    let run = try walls.start(["run", "-q", "--workspace", "direct", "--", "/bin/sh", "-c", wait])
    waitFor("ready-" + name)
    return run
  }

  private func waitFor(_ file: String) {
    for _ in 0..<200 where !walls.scratch.exists("project/" + file) { usleep(50_000) }
    #expect(walls.scratch.exists("project/" + file))
  }

  private func go(_ name: String, _ run: Int32) throws {
    try walls.scratch.write("", to: "project/go-" + name)
    waitFor("done-" + name)
    var status: Int32 = 0
    walls.reap(run, &status)
  }

  @Test("What the person replaces during a direct session is covered again")
  func replacedOutside() throws {
    try makeProject()
    let run = try waiting("a", "echo evil >> .git/config; echo evil > .git/hooks/pre-commit")
    let git = Tool("/usr/bin/git", directory: walls.project)
    #expect(try git.run(["config", "user.name", "person"]).status == 0)
    var log = ""
    for _ in 0..<100 where !log.contains("protected") {
      log = try walls.bailey(["log", "--json"]).output
      usleep(50_000)
    }
    try go("a", run)
    let config = try walls.scratch.read("project/.git/config")
    #expect(config.contains("person") && !config.contains("evil"), "\(config)")
    #expect(!walls.scratch.exists("project/.git/hooks/pre-commit"))
  }

  @Test("Of two direct sessions of a project, the end of one does not uncover the other")
  func twoSessions() throws {
    try makeProject()
    let before = try fingerprint()
    let first = try waiting("a", "true")
    let second = try waiting("b", "echo evil > .git/commondir; mkdir .bailey; mkdir .bailey/x")
    try go("a", first)
    #expect(walls.scratch.exists("project/.git/commondir"))
    try go("b", second)
    for _ in 0..<100 where walls.scratch.exists("project/.bailey") { usleep(50_000) }
    #expect(try fingerprint() == before)
  }

  @Test("What a killed controller left in the project goes at the next start")
  func killedController() throws {
    try makeProject()
    let before = try fingerprint()
    let run = try waiting("a", "true")
    for process in try walls.processes("baileyd") { kill(process, SIGKILL) }
    var status: Int32 = 0
    walls.reap(run, &status)
    #expect(walls.scratch.exists("project/.git/commondir"))
    #expect(try walls.run("true").status == 0)
    #expect(try fingerprint() == before)
  }
}
