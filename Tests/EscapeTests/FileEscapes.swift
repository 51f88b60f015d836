import BaileyTestSupport
import Testing

/// One attempted break-out each; the classes are those of the rivals' bypasses.
@Suite("Files outside the view stay outside", .serialized)
struct FileEscapes {
  let walls: Walls
  init() throws { walls = try Walls() }

  @Test("A secret in the real home is not there")
  func secretInHome() throws {
    let result = try walls.run("cat '\(walls.home)/.ssh/id_ed25519'; echo status=$?")
    #expect(result.output.contains("status=1"))
    #expect(!(result.output + result.errors).contains(Walls.secret))
  }

  @Test(
    "No spelling of a path leads to it",
    arguments: ["/proc/self/root", "/proc/1/root", "/proc/self/cwd/../../../../..", "/host", "/.."])
  func spellings(prefix: String) throws {
    let result = try walls.run("cat '\(prefix)\(walls.home)/.ssh/id_ed25519' && echo REACHED")
    #expect(!result.output.contains("REACHED"))
    #expect(!(result.output + result.errors).contains(Walls.secret))
  }

  @Test("A symbolic link made inside does not lead outside")
  func symlink() throws {
    let result = try walls.run("ln -s '\(walls.home)/.ssh/id_ed25519' link && cat link && echo REACHED")
    #expect(!result.output.contains("REACHED"))
  }

  @Test("A symbolic link that lies in the project already does not lead outside")
  func plantedSymlink() throws {
    _ = try Tool("/bin/ln").run(["-s", walls.home + "/.ssh", walls.project + "/keys"])
    let result = try walls.run("cat keys/id_ed25519 && echo REACHED")
    #expect(!result.output.contains("REACHED"))
  }

  @Test(
    "System files cannot be written",
    arguments: ["/etc/passwd", "/usr/bin/bailey-was-here", "/bin/sh", "/proc/sys/kernel/core_pattern", "/root-file"])
  func systemFiles(path: String) throws {
    let result = try walls.run("( echo x >> '\(path)' ) 2>/dev/null; test -w '\(path)' && echo WRITABLE; true")
    #expect(!result.output.contains("WRITABLE"))
    #expect(!walls.scratch.exists("../../root-file"))
  }

  @Test("A write to the project stays in the session until it is applied")
  func writesAreStaged() throws {
    let result = try walls.run("echo changed > README && echo new > added && cat README added")
    #expect(result.output == "changed\nnew\n")
    #expect(try walls.scratch.read("project/README") == "hello\n")
    #expect(!walls.scratch.exists("project/added"))
  }

  @Test("Sensitive files of the project are masked in every directory")
  func sensitiveFiles() throws {
    try walls.scratch.directory("project/deep")
    try walls.scratch.write(Walls.secret, to: "project/.env")
    try walls.scratch.write(Walls.secret, to: "project/deep/.env.local")
    try walls.scratch.write(Walls.secret, to: "project/prod.env")
    try walls.scratch.write(Walls.secret, to: "project/deep/.vault-token")
    let result = try walls.run(
      "cat .env deep/.env.local prod.env deep/.vault-token; cat /proc/self/root$PWD/.env; true")
    #expect(!(result.output + result.errors).contains(Walls.secret))
  }

  @Test("Two spellings of one accented name are two files, and both are masked")
  func accents() throws {
    let project = "project/pr\u{f6}jekt"
    try walls.scratch.directory(project)
    for name in ["\u{e9}.key", "e\u{301}.key", "\u{301}x.key"] {
      try walls.scratch.write(Walls.secret, to: project + "/" + name)
    }
    let directory = walls.scratch.path + "/" + project
    #expect(try Tool("/usr/bin/git", directory: directory).run(["init", "-q"]).status == 0)
    let result = try walls.bailey(
      ["run", "-q", "--", "/bin/sh", "-c", "cat *; ls *.key | wc -l; git status -s"], directory: directory)
    #expect(result.status == 0 && result.output.hasPrefix("3\n"), "\(result)")
    #expect(!(result.output + result.errors).contains(Walls.secret))
  }

  @Test("What the agent itself wrote stays readable to it")
  func ownSensitiveFiles() throws {
    let result = try walls.run("mkdir fresh && echo mine > fresh/.env && cat fresh/.env")
    #expect(result.output == "mine\n")
  }

  @Test("The manifest of the project cannot be changed from inside")
  func manifestIsProtected() throws {
    try walls.scratch.directory("project/.bailey")
    try walls.scratch.write("version: 1\nname: test\n", to: "project/.bailey/manifest.yaml")
    let before = try walls.bailey(["run", "-q", "--", "true"])
    #expect(before.status == 126, "an unseen manifest must be agreed to first: \(before)")
    let shown = try walls.bailey(["trust", "--show", "--json"]).output
    let digest = shown.split(separator: "\"").first { $0.utf8.count == 64 } ?? ""
    #expect(try walls.bailey(["trust", "--agree", String(digest)]).status == 0, "\(shown)")
    let result = try walls.run(
      "echo 'network: [\"*.evil.example\"]' >> .bailey/manifest.yaml; cat .bailey/manifest.yaml")
    #expect(!result.output.contains("evil"))
    #expect(!(try walls.scratch.read("project/.bailey/manifest.yaml")).contains("evil"))
  }
}
