import BaileyCore
import BaileyPolicy
import Testing

@Suite struct LayersTests {
  @Test("Permissions of profile, user, project and command line add up")
  func adds() throws {
    let layers = ManifestLayers(
      user: try read("network: [u.com]"), project: try read("network: [p.com]\nenvironment: {set: {A: p}}"),
      commandLine: try read("network: [c.com]\nenvironment: {set: {A: c}}"), profiles: [try read("network: [f.com]")])
    let merged = try layers.merged()
    #expect(merged.network.map(\.targetText) == ["f.com", "u.com", "p.com", "c.com"])
    #expect(merged.environment.set == ["A": "c"])
  }

  @Test("A grant at or below a denied path is void, whoever gives it")
  func denied() throws {
    let layers = ManifestLayers(
      administrator: try read("files: [\"deny:/srv/x\"]"), project: try read("files: [/srv/x/y, /srv/x, /srv/xy]"),
      commandLine: try read("files: [\"write:/srv/x\", /srv]"))
    #expect(
      try layers.merged().files.map { "\($0.access) \($0.path)" } == ["deny /srv/x", "read /srv/xy", "read /srv"])
  }

  @Test(
    "A project can ask for more recording, never for less, and never for keys; the command line stands above the person"
  )
  func recording() throws {
    let project = try read("recording: {sessions: none, input: true, limit: 1kB}")
    var rules = try ManifestLayers(project: project).merged().recording
    #expect(rules.effective == .terminal && !rules.input && rules.limit == RecordingRules.defaultLimit)
    #expect(try ManifestLayers(project: try read("recording: {limit: 1GiB}")).merged().recording.limit == 1 << 30)
    #expect(
      try ManifestLayers(user: try read("recording: {limit: 1kB}"), project: project).merged().recording.limit == 1000)
    rules = try ManifestLayers(
      administrator: try read("recording: {required: true, limit: 9kB}"), user: try read("recording: all"),
      project: project,
      commandLine: try read("recording: none")
    ).merged().recording
    #expect(rules.effective == .terminal && rules.isRequired && rules.limit == 9000)
    #expect(try ManifestLayers(commandLine: try read("recording: none")).merged().recording.effective == .off)
    #expect(try ManifestLayers(project: try read("recording: all")).merged().recording.effective == .all)
    #expect(try ManifestLayers().merged().canonicalForm["recording"] == nil)
  }

  @Test("Whoever asks for the reads to be recorded gets it, and nobody below can take it back")
  func recordedReads() throws {
    let (yes, no) = (try read("recording: {reads: true}"), try read("recording: {reads: false}"))
    #expect(try ManifestLayers(administrator: yes, user: no, project: no, commandLine: no).merged().recording.reads)
    #expect(try ManifestLayers(user: yes, project: no, commandLine: no).merged().recording.reads)
    #expect(try ManifestLayers(project: yes).merged().recording.reads)
    #expect(try !ManifestLayers(administrator: no, user: no, project: no).merged().recording.reads)
    #expect(try ManifestLayers(user: yes).merged().canonicalForm["recording"]?["reads"] == true)
  }

  @Test("A ceiling cuts paths to what it names, and writing to reading")
  func ceilingFiles() throws {
    let layers = ManifestLayers(
      user: try read("ceiling: true\nfiles: [/data, \"write:/out\"]"),
      project: try read("files: [\"write:/data/a\", /, \"write:/out/b\", /etc/x]"))
    let project = try layers.merged().files.filter { $0.source.line == 1 }.map { "\($0.access) \($0.path)" }
    #expect(project == ["read /data/a", "read /data", "read /out", "write /out/b"])
  }

  @Test("A ceiling holds for the command line too: variables, ports and features")
  func ceilingRest() throws {
    let wishes =
      "environment: {pass: [A_X, B], set: {A_Y: v, C: v}, secrets: [S, T]}\npublish: [1, 2]\nhost_ports: [3, 4]\noptional: [cgroup, landlock]"
    let layers = ManifestLayers(
      administrator: try read(
        "ceiling: true\nenvironment: {pass: [A_*], secrets: [S]}\npublish: [1]\nhost_ports: [3]\noptional: [cgroup]"),
      commandLine: try read(wishes))
    let merged = try layers.merged()
    #expect(merged.environment.pass.sorted() == ["A_*", "A_X"])
    #expect(merged.environment.set == ["A_Y": "v"] && merged.environment.secrets == ["S"])
    #expect(merged.publish == [1] && merged.hostPorts == [3] && merged.optional == [.cgroup])
  }

  @Test("A ceiling speaks of the host's ports by host_ports, not by network")
  func ceilingHostPort() throws {
    let judge = CeilingJudge(try read("ceiling: true\nnetwork: [\"tcp://127.0.0.1:4\"]\nhost_ports: [3]"))
    let subject = Subject(session: .random(), agent: "a", user: "u")
    let knock = { (port: UInt16) in
      judge.judge(.connect(subject, host: nil, address: "127.0.0.1", port: port, transport: "host-port")).map(\.code)
    }
    #expect(knock(3) == [])
    #expect(knock(4) == ["above-ceiling"])
  }

  @Test("A ceiling never allows by itself and denies what it does not cover")
  func ceilingJudge() throws {
    let judge = CeilingJudge(try read("ceiling: true\nnetwork: [a.com]\nfiles: [/data]"))
    let subject = Subject(session: .random(), agent: "a", user: "u")
    let connect = { (host: String) in
      judge.judge(.connect(subject, host: host, address: nil, port: 443, transport: "tls"))
    }
    #expect(connect("a.com").isEmpty)
    #expect(connect("b.com").map(\.code) == ["above-ceiling"])
    #expect(judge.judge(.resolve(subject, name: "b.com", type: "A")).map(\.effect) == [.deny])
    #expect(judge.judge(.mount(subject, path: "/data/x", access: "read")).isEmpty)
    #expect(judge.judge(.mount(subject, path: "/data/x", access: "write")).map(\.effect) == [.deny])
  }

  @Test("Limits are the smallest stated; a profile counts only where nobody else speaks")
  func limits() throws {
    let layers = ManifestLayers(
      administrator: try read("limits: {memory: 4GiB}"),
      user: try read("limits: {memory: 2GiB, wall: 10, tokens: 2M, cost: 5}"),
      project: try read("limits: {memory: 8GiB, processes: 500, tokens: 500k, cost: \"7.50\"}"),
      profiles: [try read("limits: {processes: 10, files: 9}")])
    let limits = try layers.merged().limits
    #expect(limits.memory == 2 << 30 && limits.wallSeconds == 10 && limits.processes == 500 && limits.files == 9)
    #expect(limits.tokens == 500_000 && limits.cost == 5_000_000)
  }

  @Test("A project cannot loosen the user's workspace mode; the person can; the administrator's holds for both")
  func modes() throws {
    let staged = try read("workspace: staged")
    let direct = try read("workspace: direct")
    #expect(throws: Fault.self) { try ManifestLayers(user: staged, project: direct).merged() }
    #expect(try ManifestLayers(user: staged, commandLine: direct).merged().workspace == .direct)
    #expect(throws: Fault.self) { try ManifestLayers(administrator: staged, commandLine: direct).merged() }
    #expect(try ManifestLayers(user: direct, project: try read("workspace: read-only")).merged().workspace == .readOnly)
  }

  @Test("The digest depends on what is permitted, not on order, comments or lines")
  func canonical() throws {
    let one = try read("network: [a.com, b.com:443]\nfiles: [/x]").canonicalForm
    let two = try read("# comment\nfiles:\n  - read:/x/\n  - /x\nnetwork: [\"B.com:443\", a.com]").canonicalForm
    #expect(one == two)
    #expect(one != (try read("network: [a.com, b.com]\nfiles: [/x]").canonicalForm))
    #expect(one != (try read("extends: node\nnetwork: [a.com, b.com:443]\nfiles: [/x]").canonicalForm))
  }

  @Test(
    "The command line's words are checked like a manifest's", arguments: ["*", "a%b", "a.com:0", "169.254.169.254"])
  func commandLine(host: String) {
    var options = ManifestOptions()
    options.allowHosts = [host]
    #expect(throws: Fault.self) { try ManifestDocument.commandLine(options, directory: "/p", home: "/h") }
  }

  @Test("Relative paths of the command line begin where the person is, and a named variable passes as a secret")
  func commandLinePaths() throws {
    var options = ManifestOptions()
    options.reads = ["x", "~/y"]
    options.environment = ["TOKEN", "A=b=c", "LC_*"]
    let manifest = try ManifestDocument.commandLine(options, directory: "/p/sub", home: "/h").manifest
    #expect(manifest.files.map(\.path) == ["/p/sub/x", "/h/y"])
    #expect(
      manifest.environment.secrets == ["TOKEN"] && manifest.environment.set == ["A": "b=c"]
        && manifest.environment.pass == ["LC_*"])
    options.environment = ["=x"]
    #expect(throws: Fault.self) { try ManifestDocument.commandLine(options, directory: "/p", home: "/h") }
  }
}
