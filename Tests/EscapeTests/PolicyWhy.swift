import BaileyTestSupport
import Testing

@Suite("A decision of the log is explained", .serialized)
struct PolicyWhy {
  @Test("`bailey policy why NUMBER` shows what the log says, and the expression that decided in the person's policy")
  func logged() throws {
    let walls = try Walls()
    try walls.scratch.directory("config/bailey", mode: 0o755)
    try walls.scratch.directory("config/bailey/policy.d", mode: 0o755)
    try walls.scratch.write(
      "package mine\n\ndeny contains \"not here\" if {\n\tinput.action == \"session.start\"\n\tinput.resource.argv[0] == \"/bin/sh\"\n}\n",
      to: "config/bailey/policy.d/mine.rego")
    let run = try walls.run("true")
    #expect(run.status != 0)
    let found = try walls.outside(
      """
      number=$(bailey log list --last 0 --json | grep '"effect":"deny"' | sed 's/^{"index":\\([0-9]*\\).*/\\1/' | tail -1)
      bailey policy why "$number"
      """)
    #expect(found.status == 0, "\(found)")
    let said = "policy-denies: not here (\(walls.scratch.path)/config/bailey/policy.d/mine.rego:3)\n"
    #expect(found.output.hasPrefix("deny: " + said + "the log says: deny: " + said), "\(found)")
    #expect(found.output.contains("manifest and policies are as they were then\n"), "\(found)")
    #expect(found.output.contains("input.resource.argv[0] is \"/bin/sh\""), "\(found)")
    let missing = try walls.bailey(["policy", "why", "999999"])
    #expect(missing.status == 1, "\(missing)")
  }

  /// The person's bundle, and a project's policy that reads the manifest and what the session did.
  private func prepare() throws -> Walls {
    let walls = try Walls()
    for name in [
      "config/bailey", "config/bailey/policy.d", "config/bailey/policy.d/b", "project/.bailey",
      "project/.bailey/policy",
    ] {
      try walls.scratch.directory(name)
    }
    try walls.scratch.write(#"{"revision": "7"}"#, to: "config/bailey/policy.d/b/.manifest")
    try walls.scratch.write(
      "package b\nallow if {\n  input.action == \"http.request\"\n  input.resource.host == \"open.example\"\n}\n",
      to: "config/bailey/policy.d/b/b.rego")
    try walls.scratch.write(
      "package own\ndeny contains \"not twice\" if {\n  input.resource.host == data.names[data.manifest.project]\n  input.resource.method == \"GET\"\n  count(input.context.history.recent) > 0\n}\n",
      to: "project/.bailey/policy/own.rego")
    try walls.scratch.write(
      "{\"names\": {\"\(walls.project)\": \"open.example\"}}", to: "project/.bailey/policy/data.json")
    let shown = try walls.bailey(["trust", "--show", "--json"]).output
    let digest = shown.split(separator: "\"").first { $0.utf8.count == 64 } ?? ""
    #expect(try walls.bailey(["trust", "--agree", String(digest)]).status == 0, "\(shown)")
    _ = try walls.run("curl -s -m 20 http://open.example/")
    return walls
  }

  private static let find = """
    number=$(bailey log list --last 0 --json | grep '"action":"http.request"' | grep '"kind":"intent"' |
      sed 's/^{"index":\\([0-9]*\\).*/\\1/' | head -1)

    """

  @Test("Every layer is explained with the session's manifest, and put together; what has changed since is said")
  func layers() throws {
    let walls = try prepare()
    let then = try walls.outside(Self.find + "bailey policy why $number")
    let place = walls.project + "/.bailey/policy/own.rego:2"
    #expect(then.output.hasPrefix("deny: policy-denies: not twice (\(place))\nthe log says: deny: "), "\(then)")
    #expect(then.output.contains("manifest and policies are as they were then\n"), "\(then)")
    #expect(then.output.contains("data.names[data.manifest.project] is \"open.example\""), "\(then)")
    #expect(then.output.contains("policy.d/b revision 7: allow\n"), "\(then)")
    #expect(then.output.contains("smallest change with which all together say allow"), "\(then)")
    let json = try walls.outside(Self.find + "bailey policy why $number --json --tries 0")
    #expect(json.output.contains(#""differences":[]"#) && json.output.contains(#""decision":"deny""#), "\(json)")

    try walls.scratch.write(
      "package own\ndeny if input.resource.host == \"other\"\n", to: "project/.bailey/policy/own.rego")
    try walls.scratch.write(#"{"revision": "8"}"#, to: "config/bailey/policy.d/b/.manifest")
    let now = try walls.outside(Self.find + "bailey policy why $number")
    #expect(now.output.hasPrefix("allow: policy-allows: "), "\(now)")
    for words in [
      "not as it was then\n", "  the decision: deny then, allow now\n", "revision 7 then, revision 8 now\n",
      "policies of the project: sha256 ", "policies of the user: the controller has another form in force",
    ] { #expect(now.output.contains(words), "\(words): \(now)") }
  }

  @Test("An action that a session could ask for is explained as it stands; what is no decision is refused")
  func asked() throws {
    let walls = try prepare()
    let asked = try walls.outside(
      """
      session=$(bailey ps --all --json | sed 's/.*"session":"\\([0-9a-z]*\\)".*/\\1/' | head -1)
      echo '{"action": "http.request", "resource": {"scheme": "http", "host": "open.example", "port": 80, "method": "GET", "path": "/"}}' | bailey policy why --session $session --input -
      """)
    #expect(asked.status == 0 && asked.output.hasPrefix("allow: policy-allows: "), "\(asked)")
    #expect(!asked.output.contains("the log says"), "\(asked)")
    let end = try walls.outside(
      "bailey policy why $(bailey log list --last 0 --kind session.start --json | sed 's/^{\"index\":\\([0-9]*\\).*/\\1/' | head -1)"
    )
    #expect(end.status == 1 && end.errors.contains("[policy-entry-undecided]"), "\(end)")
    let usage = try walls.bailey(["policy", "why", "--session", "4f7c"])
    #expect(usage.status == 2, "\(usage)")
  }

  @Test("The decision log names the bundles that were in force")
  func bundles() throws {
    let walls = try prepare()
    for words in ["", "--last 1"] {
      let export = try walls.outside("bailey log export --format opa \(words)")
      let lines = export.output.split(separator: "\n")
      let bundle = "\"bundles\":{\"\(walls.scratch.path)/config/bailey/policy.d/b\":{\"revision\":\"7\"}}"
      #expect(!lines.isEmpty && lines.allSatisfy { $0.contains(bundle) && !$0.contains("metrics") }, "\(export)")
    }
  }
}
