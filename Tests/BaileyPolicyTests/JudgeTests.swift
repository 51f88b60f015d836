import BaileyCore
import BaileyPolicy
import Testing

@Suite struct JudgeTests {
  private let subject = Subject(session: .random(), agent: "a", user: "u")
  private let floor = Floor(home: "/home/u", ownDirectories: ["/home/u/.local/state/bailey", "/run/user/1/bailey"])

  private func decide(_ action: Action, _ manifest: String) throws -> Decision {
    let judge = ManifestJudge(try read(manifest).manifest)
    return Decision(combining: floor.judge(action) + judge.judge(action))
  }

  private func connect(_ host: String?, _ port: UInt16, address: String? = nil, _ transport: String = "tls") -> Action {
    .connect(subject, host: host, address: address, port: port, transport: transport)
  }

  @Test("An allowed host is allowed, and the reason names the line")
  func allows() throws {
    let decision = try decide(connect("API.example.com", 443), "network:\n  - a.com\n  - api.example.com:443")
    #expect(decision.effect == .allow)
    #expect(decision.reasons.first?.source?.text == "m.yaml:3")
  }

  @Test(
    "What no rule allows is denied with a hint",
    arguments: [
      ("b.com", UInt16(443), "--allow-host b.com"), ("b.com", 8443, "--allow-host b.com:8443"),
      ("a.com", 22, "not for port 22"),
    ])
  func nothingAllows(host: String, port: UInt16, hint: String) throws {
    let decision = try decide(connect(host, port), "network: [a.com]")
    #expect(decision.effect == .deny)
    #expect(decision.reasons.map(\.code) == ["nothing-allows"])
    #expect(decision.reasons.first?.sentence.contains(hint) == true)
  }

  @Test(
    "A deny wins over every allow, before and after it, and for every port",
    arguments: [
      "network: [\"*.a.com\", {deny: x.a.com}]", "network: [{deny: x.a.com}, \"*.a.com:1-65535\", \"x.a.com:9\"]",
      "network: [\"tcp://x.a.com:9\", {host: \"*.a.com\", access: deny}]",
    ])
  func denyWins(manifest: String) throws {
    for port: UInt16 in [9, 80, 443] {
      let decision = try decide(connect("x.a.com", port, "tcp"), manifest)
      #expect(decision.effect == .deny && decision.reasons.first?.code == "manifest-denies")
    }
  }

  @Test(
    "A protocol without a name needs a tcp rule",
    arguments: [
      ("network: [\"a.com:22\"]", "tcp", Effect.deny), ("network: [\"tcp://a.com:22\"]", "tcp", .allow),
      ("network: [\"tcp://a.com:22\"]", "tls", .allow),
      ("network: [{host: a.com, port: 22, protocol: tls}]", "http", .deny),
      ("network: [{host: a.com, port: 22, protocol: http}]", "tls", .deny),
      ("network: [\"a.com:22\"]", "connect", .allow),
    ])
  func transports(manifest: String, transport: String, effect: Effect) throws {
    #expect(try decide(connect("a.com", 22, transport), manifest).effect == effect)
  }

  @Test(
    "An address without a name needs an address rule that names its kind",
    arguments: [
      ("8.8.8.8", "network: [a.com]", Effect.deny), ("8.8.8.8", "network: [8.8.8.0/24]", .allow),
      ("8.8.8.8", "network: [0.0.0.0/0]", .allow), ("10.0.0.1", "network: [0.0.0.0/0]", .deny),
      ("127.0.0.1", "network: [0.0.0.0/0]", .deny), ("10.0.0.1", "network: [10.0.0.0/8]", .allow),
      ("127.0.0.1", "network: [127.0.0.1]", .allow), ("fd00::1", "network: [\"::/0\"]", .deny),
      ("169.254.169.254", "network: [169.254.0.0/16]", .deny),
      ("::ffff:8.8.8.8", "network: [\"::/0\", 8.8.8.8]", .deny),
    ])
  func addresses(address: String, manifest: String, effect: Effect) throws {
    #expect(try decide(connect(nil, 443, address: address, "address"), manifest).effect == effect)
    #expect(
      try decide(connect(address.contains(":") ? "[\(address)]" : address, 443, "connect"), manifest).effect == effect)
  }

  @Test(
    "An allowed name does not lead to an address that no rule names",
    arguments: [
      ("10.0.0.1", "address-not-named"), ("127.0.0.1", "address-not-named"), ("169.254.1.1", "address-not-named"),
      ("169.254.169.254", "floor-address"), ("::ffff:10.0.0.1", "floor-address"), ("0.0.0.0", "floor-address"),
      ("224.0.0.1", "floor-address"),
    ])
  func rebinding(address: String, code: String) throws {
    let decision = try decide(connect("a.com", 443, address: address), "network: [a.com]")
    #expect(decision.effect == .deny && decision.reasons.contains { $0.code == code })
  }

  @Test("A port of the host's loopback is opened by host_ports alone, and the floor lets it pass")
  func hostPorts() throws {
    let knock = { (port: UInt16) in self.connect(nil, port, address: "127.0.0.1", "host-port") }
    let allowed = try decide(knock(5432), "host_ports: [5432]")
    #expect(allowed.effect == .allow && allowed.reasons.map(\.code) == ["manifest-allows"])
    #expect(try decide(knock(5433), "host_ports: [5432]").reasons.map(\.code) == ["nothing-allows"])
    #expect(try decide(knock(5432), "network: [\"tcp://127.0.0.1:5432\", \"127.0.0.0/8:5432\"]").effect == .deny)
    #expect(try decide(knock(5432), "host_ports: [5432]\nnetwork: [{deny: 127.0.0.1}]").effect == .deny)
  }

  @Test("Only a loopback address without a name is a port of the host")
  func hostPortSpellings() throws {
    let spellings: [(String?, String?)] = [
      (nil, "10.0.0.1"), (nil, "8.8.8.8"), ("localhost", "127.0.0.1"), ("a.com", "127.0.0.1"), ("a.com", nil),
    ]
    let manifest = "host_ports: [5432]\nnetwork: [\"tcp://a.com:5432\", \"8.8.8.8:5432\"]"
    for (host, address) in spellings {
      #expect(try decide(connect(host, 5432, address: address, "host-port"), manifest).effect == .deny)
    }
    #expect(try decide(connect(nil, 5432, address: "127.0.0.1", "address"), manifest).effect == .deny)
  }

  @Test("A port that the person opens on the command line is his grant")
  func personsPort() throws {
    var manifest = Manifest()
    manifest.hostPorts = [1, 2]
    let judge = ManifestJudge(manifest, personsPorts: [2, 3])
    let reasons = { (port: UInt16) in
      judge.judge(self.connect(nil, port, address: "127.0.0.1", "host-port")).map(\.code)
    }
    #expect(reasons(1) == ["manifest-allows"])
    #expect(reasons(2) == ["person-grants"])
    #expect(reasons(3) == ["nothing-allows"])
  }

  @Test("A name that leads to a private address passes once both are named, and only then")
  func namedPrivate() throws {
    #expect(try decide(connect("a.com", 443, address: "10.0.0.1"), "network: [a.com, 10.0.0.0/8]").effect == .allow)
    #expect(try decide(connect("a.com", 443, address: "10.0.0.1"), "network: [b.com, 10.0.0.0/8]").effect == .deny)
  }

  @Test(
    "The floor cannot be relaxed by any rule",
    arguments: ["localhost", "x.localhost", "metadata.google.internal", "instance-data"])
  func floorNames(host: String) throws {
    let decision = try decide(connect(host, 80), "network: [\(host)]")
    #expect(decision.effect == .deny)
    #expect(decision.reasons.first?.code.hasPrefix("floor-") == true)
    #expect(try decide(.resolve(subject, name: host, type: "A"), "network: [\(host)]").effect == .deny)
  }

  @Test(
    "Names that two parsers could read differently are denied",
    arguments: [
      "a.com\u{0}.evil.com", "a.com%00", "а.com", "", "a..com", "127.1", "0x7f000001", "*.a.com", "user@a.com",
    ])
  func malformed(host: String) throws {
    let decision = try decide(connect(host, 443), "network: [a.com, \"*.a.com\", 127.0.0.1]")
    #expect(decision.effect == .deny)
    #expect(decision.reasons.contains { $0.code == "host-malformed" })
  }

  @Test("A name is looked up only if a rule could allow it")
  func dns() throws {
    let manifest = "network: [\"a.com:8443\", 8.8.8.8, {deny: no.b.com}, \"*.b.com\", {deny: \"c.com:80\"}, c.com]"
    for (name, effect) in [
      ("a.com", Effect.allow), ("x.a.com", .deny), ("b.com", .deny), ("x.b.com", .allow), ("no.b.com", .deny),
      ("c.com", .allow), ("8.8.8.8", .deny),
    ] {
      #expect(try decide(.resolve(subject, name: name, type: "A"), manifest).effect == effect, "\(name)")
    }
  }

  @Test("Where no rule speaks of a name, the manifest says nothing: another judge's allow is heard, and its ask")
  func silence() throws {
    let actions = [
      connect("b.com", 443), connect("a.com", 8443), connect("b.com", 443, "connect"),
      .request(subject, scheme: "http", host: "b.com", port: 80, method: "GET", path: "/"),
      .resolve(subject, name: "b.com", type: "A"),
    ]
    for action in actions {
      let judge = ManifestJudge(try read("network: [a.com, 10.0.0.0/8]").manifest)
      for effect in [Effect.allow, .ask, .deny] {
        let other = Reason(effect, "policy", "a policy says so")
        #expect(Decision(combining: judge.judge(action) + [other]).effect == effect)
        #expect(Decision(combining: [other] + judge.judge(action)).reasons == [other])
      }
      #expect(Decision(combining: judge.judge(action)).reasons.map(\.code) == ["nothing-allows"])
    }
  }

  @Test("What only the manifest opens stays denied whatever another judge allows")
  func walls() throws {
    let manifest =
      "network: [a.com, {deny: no.com}, {ask: ask.com}, 10.0.0.0/8]\nworkspace: read-only\nfiles: [\"deny:/data\"]"
    let actions = [
      connect("no.com", 443), connect("ask.com", 443), connect("b.com", 443, address: "192.168.0.1"),
      connect(nil, 443, address: "8.8.8.8", "address"), connect(nil, 443, address: "192.168.0.1", "address"),
      connect("192.168.0.1", 443, "connect"), connect("[::1]", 443, "socks5"),
      connect(nil, 5432, address: "127.0.0.1", "host-port"), connect("localhost", 80), connect("b..com", 443),
      connect("metadata.google.internal", 80), .resolve(subject, name: "no.com", type: "A"),
      .request(subject, scheme: "gopher", host: "b.com", port: 70, method: "GET", path: "/"),
      .mount(subject, path: "/data/x", access: "read"), .mount(subject, path: "/home/u/.ssh", access: "read"),
      .apply(subject, project: "/home/u/p", changes: 1, risky: 0, digest: "d"),
      .start(subject, command: ["x"], project: "/home/u/p", manifest: "other"),
    ]
    for action in actions {
      let judge = ManifestJudge(try read(manifest).manifest)
      let allow = Reason(.allow, "policy", "a policy allows it")
      let decision = Decision(combining: floor.judge(action) + judge.judge(action) + [allow])
      #expect(decision.effect > .allow, "\(action.json.canonicalText)")
    }
  }

  @Test("HTTP requests follow the host rules; https is not http")
  func http() throws {
    let request = { (scheme: String) in
      Action.request(self.subject, scheme: scheme, host: "a.com", port: 80, method: "GET", path: "/")
    }
    #expect(try decide(request("http"), "network: [\"http://a.com\"]").effect == .allow)
    #expect(try decide(request("https"), "network: [\"http://a.com\"]").effect == .deny)
    #expect(try decide(request("gopher"), "network: [\"tcp://a.com:80\"]").effect == .deny)
  }

  @Test("An ask rule asks, and an allow rule beside it answers")
  func ask() throws {
    #expect(try decide(connect("a.com", 443), "network: [{ask: a.com}]").effect == .ask)
    #expect(try decide(connect("a.com", 443), "network: [{ask: a.com}, a.com]").effect == .allow)
  }

  @Test(
    "Live grants stop at the floor",
    arguments: [
      "/", "/home", "/home/u", "/home/u/.ssh", "/home/u/.ssh/id_rsa", "/home/u/.config", "/proc/1", "/dev",
      "/run/docker.sock",
      "/home/u/.local/state/bailey/log", "/home/u/.local", "/etc/shadow", "/etc", "/home/u/x/../.ssh", "relative",
      "/home/u/.aws",
    ])
  func grants(path: String) throws {
    let decision = try decide(.mount(subject, path: path, access: "read"), "")
    #expect(decision.effect == .deny)
    #expect(decision.reasons.contains { $0.code == "floor-path" })
  }

  @Test("Ordinary paths can be granted; programs only for reading")
  func ordinary() throws {
    #expect(try decide(.mount(subject, path: "/home/u/data", access: "write"), "").effect == .allow)
    #expect(try decide(.mount(subject, path: "/usr/share", access: "read"), "").effect == .allow)
    for path in ["/usr/share", "/home/u/.bashrc", "/home/u/.config/systemd/user", "/home/u/.local/bin"] {
      #expect(try decide(.mount(subject, path: path, access: "write"), "").effect == .deny, "\(path)")
    }
    #expect(try decide(.mount(subject, path: "/home/u/.sshx", access: "read"), "").effect == .allow)
  }

  @Test(
    "A deny of the manifest holds against a live grant of it, above it and below it",
    arguments: ["/data", "/data/x", "/data/x/y"])
  func deniedGrant(path: String) throws {
    #expect(try decide(.mount(subject, path: path, access: "read"), "files: [\"deny:/data/x\"]").effect == .deny)
  }

  @Test(
    "No live grant leads past the view of the project",
    arguments: ["/home/u/p", "/home/u/p/a", "/home/u/p/.git", "/srv"])
  func grantInProject(path: String) throws {
    for project in ["/home/u/p", "/srv/x/p"] where path.hasPrefix("/home") == project.hasPrefix("/home") {
      let judge = ManifestJudge(Manifest(), project: project)
      #expect(judge.judge(.mount(subject, path: path, access: "read")).map(\.code) == ["grant-in-project"])
    }
    let beside = Action.mount(subject, path: "/home/u/p2", access: "write")
    #expect(ManifestJudge(Manifest(), project: "/home/u/p").judge(beside).map(\.effect) == [.allow])
  }

  @Test("A session starts with exactly the manifest it was asked for, and never on a home or the system")
  func start() throws {
    var manifest = Manifest()
    manifest.digest = "abc"
    let start = { (project: String, digest: String) in
      let action = Action.start(self.subject, command: ["x"], project: project, manifest: digest)
      return Decision(combining: self.floor.judge(action) + ManifestJudge(manifest).judge(action)).effect
    }
    #expect(start("/home/u/p", "abc") == .allow)
    #expect(start("/home/u/p", "abd") == .deny)
    #expect(start("/home/u", "abc") == .deny && start("/", "abc") == .deny && start("/home/u/.ssh", "abc") == .deny)
  }

  @Test("Only a staged or copied project has something to apply", arguments: WorkspaceMode.allCases)
  func apply(mode: WorkspaceMode) throws {
    var manifest = Manifest()
    manifest.workspace = mode
    let action = Action.apply(subject, project: "/home/u/p", changes: 1, risky: 0, digest: "d")
    let effect = Decision(combining: ManifestJudge(manifest).judge(action)).effect
    #expect(effect == (mode == .staged || mode == .copy ? .allow : .deny))
  }

  @Test(
    "A manifest says nothing about other verbs, which leaves them denied",
    arguments: [Verb.exec, .fileRead, .toolCall, .modelLoad])
  func silent(verb: Verb) throws {
    let action = Action(verb, subject, resource: [:])
    #expect(try decide(action, "files: [/]").reasons.map(\.code) == ["nothing-allows"])
  }

  @Test("A secret is used where the manifest names it; one that asks is asked for")
  func secrets() throws {
    let use = { (name: String, asks: Bool) in
      Action.use(
        subject, secret: name, places: ["basic"], host: "a.com", port: 443, method: "GET", path: "/", asks: asks)
    }
    let manifest = "secrets: [github, {name: npm, env: NPM_TOKEN}]"
    #expect(try decide(use("github", false), manifest).effect == .allow)
    #expect(try decide(use("npm", true), manifest).reasons.map(\.code) == ["secret-asks"])
    #expect(try decide(use("other", false), manifest).reasons.map(\.code) == ["nothing-allows"])
  }

  @Test(
    "An action without its resource is denied",
    arguments: [Verb.netConnect, .httpRequest, .dnsQuery, .fileMount, .sessionStart, .secretUse])
  func empty(verb: Verb) throws {
    #expect(try decide(Action(verb, subject, resource: [:]), "network: [a.com]").effect == .deny)
    #expect(
      try decide(Action(verb, subject, resource: ["port": 70000, "host": 5, "path": 1]), "network: [a.com]").effect
        == .deny)
  }
}
