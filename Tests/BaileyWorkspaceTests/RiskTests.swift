import BaileyCore
import BaileyWorkspace
import Testing

private func codes(
  _ path: String, kind: Change.Kind = .added, type: Change.FileType = .file, old: UInt16? = nil, new: UInt16? = 0o644,
  target: String? = nil, content: String? = "", oldContent: String? = nil, hookDirectories: [String] = []
) -> [String] {
  RiskClassifier(hookDirectories: hookDirectories.map { Array($0.utf8) }).risks(
    path: Array(path.utf8), kind: kind, type: type, oldMode: old, newMode: new,
    newTarget: target.map { Array($0.utf8) },
    newContent: { content.map { Array($0.utf8) } }, oldContent: { oldContent.map { Array($0.utf8) } }
  ).map(\.code)
}

@Suite("Changes that plant code for later")
struct RiskTests {
  @Test(
    "A planted file is recognised by its path, in any directory",
    arguments: [
      (".git/hooks/pre-commit", "git-hook"), ("vendor/sub/.git/hooks/post-checkout", "git-hook"),
      (".git/modules/a/b/hooks/pre-push", "git-hook"), (".git/worktrees/w/hooks/x", "git-hook"),
      ("bare/hooks/pre-receive", "git-hook"), (".husky/pre-commit", "git-hook"),
      (".pre-commit-config.yaml", "git-hook"),
      (".git/config", "git-config"), (".git/config.worktree", "git-config"), (".git/info/attributes", "git-config"),
      ("a/.git/objects/info/alternates", "git-config"), (".git/never-heard-of", "git-config"),
      (".git/hooks", "git-hook"),
      (".git/modules/m/config", "git-config"), ("sub/.git", "git-repository"), (".gitmodules", "git-modules"),
      (".vscode/tasks.json", "editor-task"), ("a/b/.vscode/settings.json", "editor-task"),
      (".idea/workspace.xml", "editor-task"),
      (".nvim.lua", "editor-task"), (".dir-locals.el", "editor-task"), ("x.code-workspace", "editor-task"),
      ("fresh/.claude/settings.json", "agent-settings"), (".mcp.json", "agent-settings"),
      (".codex/config.toml", "agent-settings"),
      (".cursor/mcp.json", "agent-settings"), (".gemini/settings.json", "agent-settings"),
      (".aider.conf.yml", "agent-settings"),
      ("AGENTS.md", "agent-instructions"), ("doc/CLAUDE.md", "agent-instructions"),
      (".envrc", "shell-startup"), (".bashrc", "shell-startup"), (".zshenv", "shell-startup"),
      (".env", "environment-file"),
      (".env.local", "environment-file"), (".gdbinit", "tool-startup"), ("lib/evil.pth", "tool-startup"),
      (".github/workflows/ci.yml", "ci-workflow"), (".gitlab-ci.yml", "ci-workflow"), ("Jenkinsfile", "ci-workflow"),
      (".circleci/config.yml", "ci-workflow"), ("azure-pipelines-nightly.yml", "ci-workflow"),
      (".ci/run", "ci-workflow"),
      (".npmrc", "package-config"), (".cargo/config.toml", "package-config"),
      ("gradle/wrapper/gradle-wrapper.jar", "package-config"),
      ("Makefile", "build-script"), ("crates/a/build.rs", "build-script"), ("setup.py", "build-script"),
      (".bailey/manifest.yaml", "bailey-settings"), ("sub/.bailey/x", "bailey-settings"),
    ])
  func planted(path: String, code: String) {
    #expect(codes(path, content: "[core]\n\thooksPath = x\n").contains(code))
  }

  @Test(
    "Another spelling of a name that matters is the same name",
    arguments: [
      ".GIT/hooks/pre-commit", ".Git/HOOKS/pre-commit", "git~1/hooks/pre-commit", "GIT~1/hooks/x", ".git /hooks/x",
      ".git./hooks/x",
      ".g\u{200C}it/hooks/pre-commit", ".git::$INDEX_ALLOCATION/hooks/x", "\u{FEFF}.git/hooks/x",
      ".g\u{131}t/../.git/hooks/x",
    ])
  func spellings(path: String) {
    #expect(codes(path).contains("git-hook"))
  }

  @Test("A Kelvin sign or a long s does not hide a name") func unicodeCase() {
    #expect(codes(".hu\u{17F}\u{212A}y/pre-commit") == ["git-hook"])
    #expect(codes(".V\u{17F}CODE/tasks.json") == ["editor-task"])
  }

  @Test(
    "Ordinary work has no risk",
    arguments: [
      "src/main.c", "README.md", "docs/git/hooks.md", "hooks/useThing.ts", "tests/test_env.py", "environment.yml",
      "a.git/x", "config",
      "HEAD", ".gitignore", ".github/ISSUE_TEMPLATE.md", "src/config", "...", "", "/", "package-lock.json",
      "git/hooks.c",
    ])
  func ordinary(path: String) {
    #expect(codes(path, content: "x = 1\n") == [])
  }

  @Test("The state of a repository is not a change of files") func gitState() {
    for path in [
      ".git/HEAD", ".git/refs/heads/main", ".git/objects/ab/cdef", ".git/index", ".git/logs/HEAD", "x/.git/packed-refs",
    ] {
      #expect(GitPath(Array(path.utf8), isDirectory: false) == .state)
      #expect(codes(path) == [])
    }
    #expect(GitPath(Array(".git".utf8), isDirectory: false) == .redirection)
    #expect(GitPath(Array(".git".utf8), isDirectory: true) == .state)
    #expect(GitPath(Array(".git/modules/deep/name/hooks/pre-commit".utf8), isDirectory: false) == .hook)
    #expect(GitPath(Array("a/b".utf8), isDirectory: false) == .outside)
    #expect(GitPath.repository(of: Array("a/.GIT/hooks/x".utf8)) == Array("a/.GIT".utf8))
    #expect(GitPath.repository(of: Array("a/b".utf8)) == nil)
  }

  @Test("What git init writes by itself carries no risk; one setting more does") func template() {
    let fresh = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n"
    #expect(codes("n/.git/config", content: fresh) == [])
    #expect(codes("n/.git/config", content: fresh + "\tfsmonitor = ./x\n") == ["git-config"])
    #expect(codes("n/.git/config", content: nil) == ["git-config"])
    #expect(
      codes("n/.git/config", kind: .modified, content: fresh, oldContent: fresh + "[user]\n\tname = a\n") == [
        "git-config"
      ])
    #expect(codes("n/.git/hooks/pre-commit.sample") == [])
    #expect(codes("n/.git/info/exclude", content: "# none\n") == [])
    #expect(codes("n/.git/info/exclude", content: "secret\n") == ["git-config"])
  }

  @Test("A bare repository betrays itself by its config or HEAD") func bare() {
    #expect(codes("data/config", content: "[core]\n\tbare = true\n") == ["git-config"])
    #expect(codes("data/HEAD", content: "ref: refs/heads/x\n") == ["git-repository"])
    #expect(codes("data/HEAD", content: String(repeating: "a", count: 40)) == ["git-repository"])
    #expect(codes("data/HEAD", content: nil) == ["git-repository"])
  }

  @Test("package.json is risky only when what a package manager runs changes") func packageJSON() {
    let old = #"{"name":"a","version":"1.0.0","scripts":{"test":"x"}}"#
    func change(_ new: String?, old: String? = old, path: String = "package.json") -> [String] {
      codes(path, kind: .modified, content: new, oldContent: old)
    }
    #expect(change(#"{"name":"a","version":"1.0.1","scripts":{"test":"x"},"dependencies":{"b":"1"}}"#) == [])
    #expect(change(#"{"name":"a","scripts":{"test":"x","postinstall":"evil"}}"#) == ["package-script"])
    #expect(change(#"{"name":"a","scripts":{"test":"x"},"scripts":{}}"#) == ["package-script"])
    #expect(change("not json") == ["package-script"])
    #expect(change(nil) == ["package-script"])
    #expect(change(#"{"name":"b","scripts":{"test":"t"}}"#, old: nil, path: "node_modules/b/package.json") == [])
    #expect(
      change(#"{"name":"b","scripts":{"install":"t"}}"#, old: nil, path: "node_modules/b/package.json") == [
        "package-script"
      ])
    #expect(codes("package.json", content: #"{"name":"a"}"#) == [])
  }

  @Test("Only the sections that run something matter in TOML") func toml() {
    func change(_ path: String, _ old: String, _ new: String) -> [String] {
      codes(path, kind: .modified, content: new, oldContent: old)
    }
    let build = "[build-system]\nrequires = [\"x\"]\n"
    #expect(change("pyproject.toml", build, build + "[project]\nname = \"a\"\n") == [])
    #expect(change("pyproject.toml", build, build + "backend-path = [\".\"]\n") == ["package-script"])
    #expect(change("pyproject.toml", build, build + "[ \"build-system\" ]\nq = 1\n") == ["package-script"])
    #expect(change("Cargo.toml", "[package]\n", "[package]\nname = \"a\"\n") == [])
    #expect(change("Cargo.toml", "[package]\n", "[package]\n build = \"x.rs\"\n") == ["build-script"])
  }

  @Test("Attributes matter when they name a driver") func attributes() {
    #expect(codes(".gitattributes", content: "* text=auto\n*.png binary\n") == [])
    #expect(codes(".gitattributes", content: "*.c filter=x\n") == ["git-attributes"])
    #expect(
      codes(".gitattributes", kind: .modified, content: "*.c diff=x\n*.d text\n", oldContent: "*.c diff=x\n") == [])
  }

  @Test("Mode bits count when they are gained") func modes() {
    #expect(codes("a", new: 0o4755) == ["setuid", "executable"])
    #expect(codes("a", kind: .modeChanged, old: 0o755, new: 0o2755) == ["setuid"])
    #expect(codes("a", kind: .modified, old: 0o4755, new: 0o4755) == ["setuid"])
    #expect(codes("a", kind: .modeChanged, old: 0o644, new: 0o755) == ["executable"])
    #expect(codes("a", kind: .modified, old: 0o755, new: 0o755) == [])
    #expect(codes("d", kind: .modeChanged, type: .directory, old: 0o755, new: 0o2755) == ["setuid"])
    #expect(codes("d", type: .directory, new: 0o755) == [])
    #expect(codes(".git/hooks/pre-commit", kind: .modeChanged, old: 0o755, new: 0o644) == ["git-hook"])
    #expect(codes("Makefile", kind: .modeChanged, old: 0o755, new: 0o644) == [])
  }

  @Test(
    "A symlink that leaves the project, or may, is a risk",
    arguments: [
      ("a", "/etc/passwd", true), ("a", "../x", true), ("d/a", "../x", false), ("d/a", "../../x", true),
      ("a", "b/../../x", true),
      ("d/e/a", "b/../x", true), ("a", "./b", false), ("a", "b/c", false), ("d/e/a", "../../b", false),
      ("a", "..", true), ("a", "", true),
      ("a", "...", false), ("d/a", ".././b", false),
    ])
  func links(path: String, target: String, isRisky: Bool) {
    #expect(codes(path, type: .symlink, new: 0o777, target: target).contains("symlink-out") == isRisky)
  }

  @Test("A symlink into a git directory, or in the place of settings, is a risk") func linkedSettings() {
    #expect(codes("a", type: .symlink, new: 0o777, target: "sub/.GIT/config") == ["git-config"])
    #expect(codes(".vscode", type: .symlink, new: 0o777, target: "x") == ["editor-task"])
    #expect(codes(".git", type: .symlink, new: 0o777, target: "x") == ["git-repository"])
  }

  @Test("Deleting a guard is a risk, deleting a script is not") func deletions() {
    #expect(codes(".git/hooks/pre-commit", kind: .deleted, old: 0o755, new: nil) == ["git-hook"])
    #expect(codes(".github/workflows/ci.yml", kind: .deleted, old: 0o644, new: nil) == ["ci-workflow"])
    #expect(codes(".bailey/manifest.yaml", kind: .deleted, old: 0o644, new: nil) == ["bailey-settings"])
    #expect(codes("Makefile", kind: .deleted, old: 0o644, new: nil) == [])
    #expect(codes("package.json", kind: .deleted, old: 0o644, new: nil, content: nil) == [])
  }

  @Test("A directory that core.hooksPath names holds hooks") func hooksPath() {
    #expect(codes("tools/hooks.d/pre-commit", hookDirectories: ["tools/hooks.d"]) == ["git-hook"])
    #expect(codes("tools/hooks.d/pre-commit", hookDirectories: ["", "/"]) == [])
  }

  @Test("A device or a pipe is a risk, and so is every name that is not UTF-8 but means something") func odd() {
    #expect(codes("fifo", type: .other) == ["special-file"])
    let risks = RiskClassifier().risks(
      path: [0xFF, 0x2F] + Array(".envrc".utf8), kind: .added, type: .file, oldMode: nil, newMode: 0o644,
      newTarget: nil,
      newContent: { [] }, oldContent: { nil })
    #expect(risks.map(\.code) == ["shell-startup"])
  }
}
