import BaileyTestSupport
import Testing

@Suite("Policies in Rego decide for running sessions", .serialized)
struct PolicyEscapes {
  private static let policy = """
    package person

    import data.lib.counters
    import data.lib.hosts

    allow if hosts.within(object.get(input.resource, "host", ""), "open.example")

    deny contains "twice is enough" if {
      input.action == "http.request"
      counters.allowed("http.request") >= 2
    }
    """

  private static let script = """
    curl -s -m 20 http://evilopen.example/
    for i in 1 2 3; do curl -s -m 20 http://a.open.example/; done
    """

  @Test("A person's policy opens a name, counts what the session does, and then denies it")
  func person() throws {
    let walls = try Walls()
    try walls.scratch.directory("config/bailey")
    try walls.scratch.directory("config/bailey/policy.d")
    try walls.scratch.write(Self.policy, to: "config/bailey/policy.d/person.rego")
    let result = try walls.run(Self.script)
    // No such name exists, so what is allowed fails at its look-up.
    #expect(result.output.components(of: "nothing-allows") == 1, "\(result)")
    #expect(result.output.components(of: "\"host\":\"a.open.example\"") == 3, "\(result)")
    #expect(
      result.output.components(of: "policy-denies") == 1 && result.output.contains("twice is enough"), "\(result)")
  }

  @Test("The same policy in the project opens nothing")
  func project() throws {
    let walls = try Walls()
    try walls.scratch.directory("project/.bailey")
    try walls.scratch.directory("project/.bailey/policy")
    try walls.scratch.write(Self.policy, to: "project/.bailey/policy/project.rego")
    let shown = try walls.bailey(["trust", "--show", "--json"]).output
    let digest = shown.split(separator: "\"").first { $0.utf8.count == 64 } ?? ""
    let agreed = try walls.bailey(["trust", "--agree", String(digest)])
    #expect(agreed.status == 0, "\(shown)")
    let result = try walls.run(Self.script)
    #expect(result.output.components(of: "nothing-allows") == 4, "\(result)")
  }
}
