import BaileyCore
import Testing

@testable import BaileySandbox

@Suite("The plan of a sandbox")
struct PlanTests {
  private func plan(_ request: SandboxRequest, _ facts: HostFacts = PlanFixture.facts()) throws -> SandboxPlan {
    try SandboxPlanner.plan(request, facts)
  }

  /// What of the host a session without file rules may show.
  private static let shown = [
    "/usr", "/opt/tool", "/etc/ssl/certs", "/etc/profile", "/dev/null", "/dev/zero", "/dev/full", "/dev/random",
    "/dev/urandom", "/dev/tty", "/sys/devices/system/cpu", "/home/u/.rustup", "/home/u/.local/state/bailey/homes/p",
  ]

  @Test("Paths are bytes: a slash before a combining mark is a slash, and two spellings of a name are two")
  func bytes() {
    #expect(InsidePath.contains("/a", "/a/\u{301}b"))
    #expect(!InsidePath.contains("/\u{e9}", "/e\u{301}"))
    #expect(!InsidePath.isNormal("/a/../\u{301}b"))
    #expect(InsidePath.parent("/a/\u{301}b") == "/a")
    #expect(InsidePath.chain("/a/\u{301}b").count == 2)
    #expect(InsidePath.resolve("../\u{301}b", in: "/x/y") == "/x/" + "\u{301}b")
  }

  @Test("No host path outside the manifest is a source", arguments: [false, true])
  func sources(root: Bool) throws {
    let plan = try plan(PlanFixture.request([(.read, "/srv/data")], root: root))
    let layers = root ? [PlanFixture.project, PlanFixture.state] : []
    let allowed = Set((Self.shown + ["/srv/data"] + layers).map { "/host" + $0 })
    for bind in plan.binds where !bind.source.hasPrefix("/view/") && !bind.source.hasPrefix("/masks/") {
      #expect(allowed.contains(bind.source), "\(bind.source)")
    }
    #expect(plan.binds.contains { $0.source == "/host/srv/data" && $0.path == "/view/srv/data" })
  }

  @Test("Everything but home, workspace and written paths is read-only", arguments: [false, true])
  func readOnly(root: Bool) throws {
    let plan = try plan(PlanFixture.request([(.write, "/srv/data")], root: root))
    let writable: Set = ["/view/home/u", "/view/srv/data", "/layers/lower", "/layers/session", "/view/home/u/proj"]
    for bind in plan.binds where !writable.contains(bind.path) && !bind.path.hasPrefix("/view/dev/") {
      #expect(bind.attributes.contains(.readOnly), "\(bind.path)")
    }
    for bind in plan.binds { #expect(bind.attributes.contains(.noSetuid), "\(bind.path)") }
    let data = try #require(plan.binds.first { $0.path == "/view/srv/data" })
    #expect(!data.attributes.contains(.readOnly))
  }

  @Test("A masked file of variables holds its placeholders instead, read-only, and nothing of its own")
  func standIns() throws {
    var request = PlanFixture.request(masks: [PlanFixture.project + "/.env", PlanFixture.project + "/.env.local"])
    request.standIns = [PlanFixture.project + "/.env": "TOKEN=bailey_x\n"]
    let plan = try SandboxPlanner.plan(request, PlanFixture.facts())
    let bind = try #require(plan.binds.first { $0.path == "/view" + PlanFixture.project + "/.env" })
    #expect(bind.source.hasPrefix("/masks/") && bind.source != "/masks/file" && bind.attributes.contains(.readOnly))
    let content = plan.start.compactMap { operation -> String? in
      guard case .file(let path, _, let content) = operation, PlanFixture.text(path) == bind.source else { return nil }
      return PlanFixture.text(content)
    }
    #expect(content == ["TOKEN=bailey_x\n"])
    #expect(plan.binds.first { $0.path.hasSuffix(".env.local") }?.source == "/masks/file")
  }

  @Test("Masks come after every other mount, and each one asked for is there")
  func masks() throws {
    let project = PlanFixture.project
    let request = PlanFixture.request(
      [(.deny, "secrets"), (.read, "/srv/data")], masks: [project + "/.env", "/elsewhere/.env"])
    let plan = try plan(request, PlanFixture.facts([project + "/secrets"]))
    let masks = plan.binds.filter { $0.source.hasPrefix("/masks/") && $0.path.hasPrefix("/view/home") }
    #expect(
      Set(masks.map(\.path)) == [
        "/view/home/u/proj/.env", "/view/home/u/proj/secrets", "/view/home/u/.rustup/credentials",
      ])
    #expect(masks.first { $0.path.hasSuffix("secrets") }?.source == "/masks/directory")
    let last = plan.binds.filter { !$0.source.hasPrefix("/masks/") }.map(\.index).max() ?? 0
    #expect(masks.allSatisfy { $0.index > last })
  }

  @Test("Two spellings of one name are both made read-only, each once")
  func spellings() throws {
    let names = ["caf\u{e9}", "cafe\u{301}"]
    let paths = names.map { PlanFixture.project + "/" + $0 }
    let plan = try plan(PlanFixture.request(names.map { (.read, $0) }), PlanFixture.facts(Set(paths)))
    let protected = plan.binds.filter { $0.source == $0.path }.map { ExactText($0.path) }
    for path in paths { #expect(protected.filter { $0 == ExactText("/view" + path) }.count == 1) }
  }

  @Test("Parents are mounted before what lies in them")
  func order() throws {
    let plan = try plan(PlanFixture.request([(.read, "/srv/data")]))
    let binds = plan.binds
    let home = try #require(binds.first { $0.path == "/view/home/u" })
    let tool = try #require(binds.first { $0.path == "/view/home/u/.rustup" })
    let overlay = try #require(plan.position { if case .overlay = $0 { true } else { false } })
    let bailey = try #require(binds.first { $0.path == "/view/home/u/proj/.bailey" })
    #expect(home.index < tool.index)
    #expect(home.index < overlay)
    #expect(overlay < bailey.index)
    #expect(bailey.attributes.contains(.readOnly))
  }

  @Test("Each mount point has its directories before it")
  func mountPoints() throws {
    let plan = try plan(PlanFixture.request([(.read, "/srv/data")]))
    var made: Set = ["/view", "/masks", "/layers", "/"]
    for operation in plan.start {
      switch operation {
      case .directory(let path, _): made.insert(PlanFixture.text(path))
      case .tmpfs(let path, _, _, _, _) where PlanFixture.text(path).hasPrefix("/view/"),
        .overlay(let path, _, _, _, _), .proc(let path, _), .devpts(let path):
        #expect(made.contains(PlanFixture.text(path)), "\(PlanFixture.text(path))")
      default: break
      }
    }
    #expect(made.isSuperset(of: ["/view/srv", "/view/srv/data", "/view/home/u/proj", "/view/home/u/.rustup"]))
  }

  @Test(
    "A hostile or careless file rule is refused",
    arguments: [
      (FileRule.Access.write, "/", "path-too-wide"), (.read, "/", "path-too-wide"), (.read, "/home", "path-too-wide"),
      (.read, "/home/u", "path-too-wide"), (.write, "/home/u", "path-too-wide"), (.read, "/proc", "path-reserved"),
      (.read, "/proc/1/root", "path-reserved"), (.write, "/sys/fs/cgroup", "path-reserved"),
      (.read, "/dev/sda", "path-reserved"),
      (.read, "/run/docker.sock", "path-reserved"), (.read, "/var/run/docker.sock", "path-reserved"),
      (.read, "/home/u/.local", "path-too-wide"), (.read, "/home/u/.local/state/bailey/log", "path-protected"),
      (.write, "/home/u/.config/bailey/policy.d", "path-protected"), (.read, "/etc/bailey/x", "path-protected"),
      (.write, "/usr/local", "path-protected"), (.write, "/bin", "path-protected"), (.write, "/etc", "path-too-wide"),
      (.read, "/srv/../etc", "path-not-normal"), (.read, "/srv//x", "path-not-normal"),
      (.read, "../x", "path-not-normal"),
      (.read, "", "path-not-normal"), (.read, "/srv/\u{0}x", "path-not-normal"), (.read, "/tmp", "path-too-wide"),
      (.read, "/etc/localtime", "path-is-link"),
    ])
  func hostileRules(access: FileRule.Access, path: String, code: String) {
    let fault = #expect(throws: Fault.self) { try plan(PlanFixture.request([(access, path)])) }
    #expect(fault?.code == code)
    #expect(fault?.hint != nil)
  }

  @Test("A path inside a read-only workspace cannot be made writable")
  func readOnlyWorkspace() {
    let layers = WorkspaceLayers.bind(path: PlanFixture.project, source: PlanFixture.project, readOnly: true)
    let fault = #expect(throws: Fault.self) { try plan(PlanFixture.request([(.write, "src")], layers: layers)) }
    #expect(fault?.code == "write-in-read-only")
  }

  @Test("What a rule names and the host does not have is said, not made")
  func missingPath() throws {
    let plan = try plan(PlanFixture.request([(.read, "/srv/none")]))
    #expect(plan.notices.contains { $0.contains("/srv/none") })
    #expect(!plan.binds.contains { $0.path.contains("none") })
  }

  @Test("A variable that was asked for by name and held back is told; others are left out without a word")
  func heldBackVariables() throws {
    var request = PlanFixture.request()
    request.environment = ["GITHUB_TOKEN": "x", "AWS_SECRET_ACCESS_KEY": "y", "EDITOR": "vi"]
    request.manifest.environment.pass = ["GITHUB_TOKEN", "EDITOR", "AWS_*"]
    let notices = try SandboxPlanner.plan(request, PlanFixture.facts()).notices
    #expect(
      notices.filter { $0.contains("GITHUB_TOKEN was not passed") && $0.contains("environment.secrets") }.count == 1)
    #expect(!notices.contains { $0.contains("AWS_") || $0.contains("EDITOR") })
    request.manifest.environment.secrets = ["GITHUB_TOKEN"]
    #expect(try !SandboxPlanner.plan(request, PlanFixture.facts()).notices.contains { $0.contains("GITHUB_TOKEN") })
  }

  @Test("A missing feature is a refusal", arguments: Feature.allCases.filter { $0 != .cgroup })
  func missingFeature(_ feature: Feature) {
    var facts = PlanFixture.facts()
    facts.features.remove(feature)
    if feature == .landlock { facts.landlockABI = 1 }
    let fault = #expect(throws: Fault.self) { try plan(PlanFixture.request(root: true), facts) }
    #expect(fault?.code == "feature-missing")
    #expect(fault?.subject == feature.rawValue)
  }

  @Test("The number of processes is held by a control group or by an rlimit, not by both", arguments: [true, false])
  func processLimit(inGroup: Bool) throws {
    var facts = PlanFixture.facts()
    if !inGroup { facts.features.remove(.cgroup) }
    let limited = try plan(PlanFixture.request(), facts).start.compactMap { operation -> UInt32? in
      if case .resourceLimit(let resource, _, _) = operation { resource } else { nil }
    }
    #expect(limited.contains(6) != inGroup && limited.contains(4) && limited.contains(7))
  }

  @Test("A feature named as optional is a notice at every start", arguments: [Feature.landlock, .nftables])
  func optionalFeature(_ feature: Feature) throws {
    var facts = PlanFixture.facts()
    facts.features.remove(feature)
    if feature == .landlock { facts.landlockABI = 0 }
    var request = PlanFixture.request()
    request.manifest.optional = [feature]
    #expect(try plan(request, facts).notices.contains { $0.hasPrefix(feature.rawValue) })
  }

  @Test("The wall itself cannot be named as optional", arguments: [Feature.userNamespaces, .seccomp, .seccompNotify])
  func indispensable(_ feature: Feature) {
    var facts = PlanFixture.facts()
    facts.features.remove(feature)
    var request = PlanFixture.request()
    request.manifest.optional = Set(Feature.allCases)
    #expect(throws: Fault.self) { try plan(request, facts) }
  }

  @Test("A kernel before 6.1 is refused")
  func oldKernel() {
    var facts = PlanFixture.facts()
    facts.kernel = (5, 19)
    let fault = #expect(throws: Fault.self) { try plan(PlanFixture.request(), facts) }
    #expect(fault?.code == "kernel-too-old")
  }

  @Test("The agent loses everything before its program starts, the filter last")
  func agentList() throws {
    let plan = try plan(PlanFixture.request())
    let names = plan.agent.map { String("\($0)".prefix { $0 != "(" }) }
    #expect(
      names == [
        "nest", "enter", "changeDirectory", "noNewPrivileges", "dropCapabilities", "landlock", "seccomp", "execute",
      ])
    guard case .seccomp(_, let notify) = plan.agent[6] else { return }
    #expect(notify)
  }

  @Test(
    "Landlock handles every right of the kernel's ABI; no rule makes device nodes, and only /dev's controls devices")
  func landlock() throws {
    let plan = try plan(PlanFixture.request([(.read, "/srv/data")]))
    guard case .landlock(let handled, _, _, let rules) = plan.agent[5] else {
      Issue.record("no landlock")
      return
    }
    #expect(handled == 0xFFFF)
    let nodes: UInt64 = 1 << 6 | 1 << 11
    #expect(rules.allSatisfy { $0.access & nodes == 0 })
    #expect(rules.filter { $0.access & (1 << 15) != 0 }.map { PlanFixture.text($0.path) } == ["/dev"])
    // A path that is granted later has only the root above it.
    let fileRights: UInt64 = 0b111
    #expect(rules.contains { PlanFixture.text($0.path) == "/" && $0.access & fileRights == fileRights })
  }

  @Test("Root's sessions open every own tree mapped to the unprivileged id")
  func mapped() throws {
    let plan = try plan(PlanFixture.request([(.read, "/srv/data")], root: true))
    var opened: [String] = []
    for case .openTree(_, let path, let recursive, let idmapped) in plan.parent {
      #expect(idmapped && !recursive)
      opened.append(PlanFixture.text(path))
    }
    #expect(
      opened.sorted()
        == [
          "/home/u/.local/state/bailey/homes/p", "/home/u/.local/state/bailey/sessions/s", "/home/u/.rustup",
          "/home/u/proj",
          "/srv/data",
        ].sorted())
    #expect(plan.agent.first == .nest(user: 1000, group: 1000))
  }

  @Test("Slots are unique, handed over, and stand for channels")
  func slots() throws {
    var request = PlanFixture.request(root: true, terminal: TerminalSize(rows: 24, columns: 80))
    request.manifest.hostPorts = [5432, 5432, 53, 3128, 0, 61001]
    let plan = try plan(request)
    var used: [Int] = []
    for case .openTree(let slot, _, _, _) in plan.parent { used.append(slot) }
    for case .listen(let slot, _, _, _, _) in plan.start { used.append(slot) }
    for case .pseudoTerminal(let slot, _, _) in plan.start { used.append(slot) }
    #expect(Set(used).count == used.count)
    #expect(plan.channels[.hostPort(5432)] != nil)
    #expect(plan.channels.count == 9)
    guard case .ready(let ready) = plan.start[plan.start.count - 2] else {
      Issue.record("ready is not the last but one")
      return
    }
    #expect(ready == plan.channels.values.sorted())
    #expect(plan.start.last == .spawn)
  }

  @Test("A command without a program, or with a NUL, is refused", arguments: [[], [""], ["ls", "a\u{0}b"]])
  func commands(_ command: [String]) {
    #expect(throws: Fault.self) { try plan(PlanFixture.request(command: command)) }
  }

  @Test("Made files of /etc tell nothing of the host")
  func syntheticFiles() throws {
    let plan = try plan(PlanFixture.request())
    var made: [String: String] = [:]
    for case .file(let path, _, let content) in plan.start { made[PlanFixture.text(path)] = PlanFixture.text(content) }
    #expect(made["/view/etc/passwd"]?.contains("u:x:1001:1001:u:/home/u:") == true)
    #expect(made["/view/etc/resolv.conf"]?.hasPrefix("nameserver 127.0.0.1\n") == true)
    #expect(made["/view/etc/gitconfig"]?.contains("name = U") == true)
    for bind in plan.binds {
      for name in ["shadow", "sudoers", "ssh/", "/etc/bailey", "private", "resolv.conf"] {
        #expect(!bind.source.contains(name))
      }
    }
  }
}

extension PlanTests {
  @Test(
    "What a workspace shows beside the project is mounted where it says, and an object store cannot be written",
    arguments: [false, true])
  func besides(root: Bool) throws {
    var request = PlanFixture.request(root: root)
    request.mounts = [
      WorkspaceMount(path: "/home/u/main/.git", source: PlanFixture.state + "/git/0", isWritable: true),
      WorkspaceMount(path: "/run/bailey/git/0/objects", source: "/home/u/main/.git/objects", isWritable: false),
      WorkspaceMount(
        path: "/run/bailey/git/1/objects", source: PlanFixture.project + "/.git/objects", isWritable: false),
    ]
    let binds = try SandboxPlanner.plan(request, PlanFixture.facts()).binds
    let own = try #require(binds.first { $0.path == "/view/home/u/main/.git" })
    #expect(own.source.hasSuffix("/git/0") && !own.attributes.contains(.readOnly))
    let stores = binds.filter { $0.path.hasPrefix("/view/run/bailey/git/") }
    #expect(stores.count == 2 && stores.allSatisfy { $0.attributes.contains(.readOnly) })
    #expect(stores.last?.source == (root ? "/layers/lower/.git/objects" : "/host/home/u/proj/.git/objects"))
    request.mounts[0].path = "/home/u/../.git"
    #expect(throws: Fault.self) { try SandboxPlanner.plan(request, PlanFixture.facts()) }
  }
}
