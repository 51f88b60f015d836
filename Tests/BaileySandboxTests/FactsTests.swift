import BaileyCore
import BaileyLinux
import BaileySandbox
import Testing

/// A directory of its own that is gone with the test.
private struct Playground: ~Copyable {
  let path: String

  init() throws {
    // Resolved, since facts are real paths.
    path = String(
      decoding: try Descriptor.realPath(try Descriptor.makeTemporaryDirectory(prefix: "/tmp/bailey-facts-")),
      as: UTF8.self)
  }

  func directory(_ name: String) throws { try Descriptor.makeDirectories(path + "/" + name) }
  func file(_ name: String, _ text: String) throws { try WholeFile.replace(path + "/" + name, with: Array(text.utf8)) }
  func link(_ name: String, to target: String) throws {
    try Descriptor.workingDirectory.symlink(target: target, at: path + "/" + name)
  }

  deinit { try? Descriptor.workingDirectory.removeTree(path) }
}

@Suite struct FactsTests {
  private func caller(home: String) -> Caller {
    Caller(user: 1000, group: 1000, agentUser: 1000, agentGroup: 1000, name: "u", home: home)
  }

  @Test("This host is seen as it is")
  func gather() throws {
    let home = try Playground()
    let facts = try HostFacts.gather(
      caller: caller(home: home.path), environment: ["PATH": "/usr/bin:/nowhere:/bin:rel"],
      paths: ["/etc/passwd", "/dev/null", "/nowhere"])
    #expect(facts.kernel >= HostFacts.oldestKernel)
    #expect(facts.existing.isSuperset(of: ["/usr/bin", "/etc/passwd", "/dev/null"]))
    #expect(!facts.existing.contains("/nowhere"))
    #expect(
      facts.pathDirectories.first == "/usr/bin" && Set(facts.pathDirectories).count == facts.pathDirectories.count)
    #expect(!facts.pathDirectories.contains("rel"))
    #expect(facts.features.contains(.landlock) == (facts.landlockABI > 0))
    #expect(facts.gitIdentity.isEmpty && facts.toolchains.isEmpty)
  }

  @Test("Toolchains on PATH are recognised, with what they stand on, and other directories of the home are not")
  func toolchains() throws {
    let home = try Playground()
    for name in [
      ".cargo/bin", ".rustup", ".nvm/versions/node/v22/bin", ".nvm/versions/node/v22/etc", ".local/bin", ".local/lib",
      ".local/share/claude/1", "bin", "p/node_modules/.bin", ".ssh", ".local/share/keyrings",
    ] {
      try home.directory(name)
    }
    try home.file(".local/share/claude/1/claude", "x")
    try home.file(".local/share/keyrings/k", "x")
    try home.file(".ssh/tool", "x")
    try home.link(".local/bin/claude", to: "\(home.path)/.local/share/claude/1/claude")
    try home.link(".local/bin/steal", to: "../../.ssh/tool")
    try home.link(".local/bin/ring", to: "../share/keyrings/k")
    try home.directory(".local/share/uv/bin")
    try home.file(".local/share/uv/bin/uvx", "x")
    try home.link(".local/bin/uvx", to: "../share/uv/bin/uvx")
    try home.link(".local/bin/gone", to: "../share/gone/x")
    try home.link(".local/bin/up", to: "../share/uv/bin/../../keyrings/k")
    try home.file(".cargo/credentials.toml", "t")
    try home.file(".nvm/versions/node/v22/etc/npmrc", "t")
    let path = [".cargo/bin", ".nvm/versions/node/v22/bin", ".local/bin", "bin", "p/node_modules/.bin", ".ssh"].map {
      home.path + "/" + $0
    }
    let tools = Toolchains(path: path.joined(separator: ":") + ":/usr/bin", home: home.path)
    #expect(
      Set(tools.roots)
        == Set(
          [".cargo/bin", ".rustup", ".nvm", ".local/bin", ".local/lib", ".local/share/claude", ".local/share/uv"].map {
            home.path + "/" + $0
          }))
    #expect(tools.path == path.prefix(3) + ["/usr/bin"])
    #expect(tools.secrets == [home.path + "/.nvm/versions/node/v22/etc/npmrc"])
  }

  @Test("A toolchain directory that is a link to somewhere else in the home brings nothing with it")
  func linkedToolchain() throws {
    let home = try Playground()
    try home.directory(".ssh/bin")
    try home.directory(".local")
    try home.link(".local/bin", to: "../.ssh/bin")
    try home.link(".nvm", to: ".ssh")
    let tools = Toolchains(path: "\(home.path)/.local/bin:\(home.path)/.nvm/bin", home: home.path)
    #expect(tools.roots.isEmpty && tools.path.isEmpty)
  }

  @Test("git identity comes from the caller's files, the later one winning")
  func gitFiles() throws {
    let home = try Playground()
    try home.file(".config/git/config", "[user]\n name = Old\n email = o@x\n")
    try home.file(
      ".gitconfig", "[user]\n\tname = \"New # \\\"Name\\\"\" ; comment\n[url \"https://t:x@h/\"]\n insteadOf = y\n")
    let facts = try HostFacts.gather(caller: caller(home: home.path), environment: ["PATH": "/usr/bin"])
    #expect(facts.gitIdentity == "[user]\n\temail = \"o@x\"\n[user]\n\tname = \"New # \\\"Name\\\"\"\n")
  }
}

@Suite struct GitIdentityTests {
  private func keys(_ text: String) -> [String] {
    var identity = GitIdentity()
    identity.add(Array(text.utf8))
    return identity.values.keys.sorted()
  }

  @Test(
    "Nothing that authenticates, rewrites, includes or runs passes",
    arguments: [
      "[credential]\nhelper = store", "[credential \"https://h\"]\nusername = u", "[url \"a\"]\ninsteadOf = b",
      "[http]\nextraHeader = A: b",
      "[http \"https://h\"]\nproxy = x", "[include]\npath = x", "[includeIf \"gitdir:x\"]\npath = y",
      "[core]\nsshCommand = x\nhooksPath = y\nfsmonitor = z\neditor = e\npager = p",
      "[user]\nsigningkey = k", "[gpg]\nprogram = x", "[alias]\nx = !rm", "[alias]\nx = \"!rm\"",
      "[alias]\nx = \"  !rm\"", "[filter \"l\"]\nsmudge = x",
      "[diff \"d\"]\ntextconv = x", "[user \"x\"]\nname = y", "[sendemail]\nsmtppass = x", "[user.x]\nname = y",
      "[user]\nname = \"open", "[user]\nname = a\\qb",
      "[alias \"x\"]\ncommand = y", "[user\nname = x", "name = x", "[core]\n[credential]\nuser.name = x",
    ])
  func refused(text: String) {
    #expect(keys(text).isEmpty)
  }

  @Test("Identity, defaults and plain aliases pass")
  func accepted() {
    #expect(
      keys("[USER]\n Name=A\n[alias]\nst = status -s\n[init]\ndefaultBranch = main ; c\n[pull] ; x\nrebase = true") == [
        "alias.st", "init.defaultbranch", "pull.rebase", "user.name",
      ])
  }

  @Test("What is written is read back the same, quotes, backslashes and joined lines included")
  func roundTrip() {
    var first = GitIdentity()
    first.add(Array("[user]\nname = \"a \\\\ \\\"b\\\" # ;\"\nemail = x\\\n y\n".utf8))
    var second = GitIdentity()
    second.add(Array(first.text.utf8))
    #expect(first == second && first.values["user.name"] == "a \\ \"b\" # ;" && first.values["user.email"] == "x y")
  }

  @Test("A line cannot be smuggled in through a value", arguments: ["a\\nb", "a\\tb", "a\\bb"])
  func smuggled(value: String) {
    #expect(keys("[user]\nname = \(value)").isEmpty)
  }
}
