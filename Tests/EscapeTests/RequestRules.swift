import BaileyLinux
import BaileyTestSupport
import Testing

/// Sessions whose manifest says which requests they may make, against an HTTPS server on loopback.
@Suite("Rules for requests hold from end to end", .serialized)
struct RequestRules {
  private struct Scene {
    let walls: Walls
    let origin: SecureOrigin

    /// - Parameter rules: further members of the rule for `good.example`.
    init(_ rules: String, more: String = "", policy: String? = nil, residency: String = "") throws {
      walls = try Walls()
      origin = try SecureOrigin()
      for name in ["config/bailey", "config/bailey/policy.d"] { try walls.scratch.directory(name) }
      try walls.scratch.write(
        """
        network:
          - {host: good.example, port: \(origin.port), \(rules)}
          - {address: 127.0.0.1, port: \(origin.port)}
        \(more)
        """, to: "config/bailey/manifest.yaml", mode: 0o600)
      try walls.scratch.write(
        """
        authorities: [\(origin.path("ca.pem"))]
        names: [{name: good.example, address: 127.0.0.1}]
        \(residency)
        """, to: "config/bailey/egress.yaml", mode: 0o600)
      if let policy { try walls.scratch.write(policy, to: "config/bailey/policy.d/p.rego", mode: 0o600) }
    }

    /// What curl prints, a line for each of the words.
    func curl(_ calls: [String]) throws -> [String] {
      let script = calls.map { call in
        "curl -sS -m 20 --path-as-is \(call.replacing("URL", with: "https://good.example:\(origin.port)")) | tr -d '\\n'; echo"
      }
      let result = try walls.run(script.joined(separator: "\n"))
      return result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
  }

  @Test("Methods, paths, keys, fields and sizes are held to inside of TLS, and each refusal says what to ask for")
  func parts() throws {
    let scene = try Scene(
      "methods: [GET, POST], paths: [/v1/**], query: [page], headers: [x-acme-*], content_types: [application/json], max_body: 64"
    )
    let answers = try scene.curl([
      "'URL/v1/items?page=2'", "'URL/v1/../v1/./%69tems'", "-X DELETE URL/v1/items", "URL/v2", "'URL/v1/../v2'",
      "'URL/v1/..%2fv2'", "'URL/v1/..;/v2'", "'URL/v1/a?page=1&admin=1'", "'URL/v1/a?page=1;page=2'",
      "-H 'X-Other: 1' URL/v1/a", "-H 'X-Acme-Trace: 1' URL/v1/a", "-d a=b URL/v1/a",
      "-H 'Content-Type: application/json' -d '{}' URL/v1/a",
      "-H 'Content-Type: application/json' -d '{\"a\":\"'$(printf %080d 0)'\"}' URL/v1/a",
    ])
    let wanted = [
      "\"path\": \"/v1/items?page=2\"", "\"path\": \"/v1/items\"", "method-not-allowed", "path-not-allowed",
      "path-not-allowed", "path-ambiguous", "path-ambiguous", "query-not-allowed", "query-ambiguous",
      "header-not-allowed", "\"path\": \"/v1/a\"", "content-type-not-allowed", "\"length\": 2", "body-too-large",
    ]
    #expect(answers.count == wanted.count)
    for (answer, word) in zip(answers, wanted) { #expect(answer.contains(word), "\(word): \(answer)") }
    let refusals = answers.filter { $0.contains("\"error\"") }
    #expect(refusals.count == 10 && refusals.allSatisfy { $0.contains("\"hint\"") && $0.contains("\"reason\"") })
    #expect(refusals[0].contains("manifest.yaml:2"))
    #expect(scene.origin.requests.count == 4)
  }

  @Test("A credential that is not the session's own does not leave")
  func identity() throws {
    let scene = try Scene("identity: none")
    let answers = try scene.curl([
      "-H 'Authorization: Bearer stolen' URL/", "-H 'X-Api-Key: stolen' URL/", "-b session=stolen URL/",
      "-u me:stolen URL/", "'URL/?access_token=stolen'", "URL/",
    ])
    #expect(answers.count == 6 && answers.dropLast().allSatisfy { $0.contains("identity-foreign") }, "\(answers)")
    #expect(answers.last?.contains("\"method\": \"GET\"") == true && scene.origin.requests.count == 1)
  }

  @Test("A denied path stays denied in every spelling, whatever else allows the host")
  func denied() throws {
    let scene = try Scene("encoded_slash: true")
    try scene.walls.scratch.write(
      """
      network:
        - {host: good.example, port: \(scene.origin.port), encoded_slash: true}
        - {host: good.example, port: \(scene.origin.port), access: deny, paths: [/admin/**]}
        - {address: 127.0.0.1, port: \(scene.origin.port)}
      """, to: "config/bailey/manifest.yaml", mode: 0o600)
    let spellings = [
      "/admin", "/admin/x", "/Admin/x", "/%61dmin/x", "/a/../admin/x", "/a/%2e%2e/admin/x", "/admin%2fx", "/admin./x",
      "/./admin/", "//admin/x", "/admin;a=b/x", "/%2561dmin/x", "/a%2f..%2fadmin/x", "/a\\..\\admin", "/%5cadmin",
    ]
    let answers = try scene.curl(spellings.map { "'URL\($0)'" } + ["URL/public"])
    for (spelling, answer) in zip(spellings, answers) {
      #expect(answer.contains("manifest-denies") || answer.contains("path-ambiguous"), "\(spelling): \(answer)")
    }
    #expect(answers.last?.contains("/public") == true && scene.origin.requests.count == 1)
  }

  @Test("Policies decide by what a body calls for: GraphQL, tools of MCP, refs of a push")
  func calls() throws {
    let policy = """
      package p
      import data.lib.calls
      deny contains "no mutations" if { input.resource.path == "/graphql"; calls.may_mutate(input) }
      deny contains "no shell" if { input.resource.path == "/mcp"; calls.may_call_other_tools(input, ["read_*"]) }
      deny contains "no such push" if { calls.may_push(input); not calls.pushes_only(input, ["refs/heads/agent/*"]) }
      """
    let scene = try Scene("access: allow", policy: policy)
    let json = "-H 'Content-Type: application/json'"
    let tool = { (name: String) in #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\#(name)"}}"# }
    let push = { (ref: String) in
      let line = String(repeating: "0", count: 40) + " " + String(repeating: "a", count: 40) + " \(ref)"
      let body = "00" + String(line.utf8.count + 4, radix: 16) + line + "0000PACK"
      return "-H 'Content-Type: application/x-git-receive-pack-request' -d '\(body)' URL/o/r.git/git-receive-pack"
    }
    let answers = try scene.curl([
      #"\#(json) -d '{"query":"{ viewer { login } }"}' URL/graphql"#,
      #"\#(json) -d '{"query":"mutation { a: deleteRepository { id } }"}' URL/graphql"#,
      #"\#(json) -H 'Transfer-Encoding: chunked' -d '{"QUERY":"mutation { x }"}' URL/graphql"#,
      #"-H 'Content-Type: text/plain' -d '{"query":"mutation{x}"}' URL/graphql"#,
      "\(json) --data-binary '\(tool("read_file"))' URL/mcp",
      "\(json) --data-binary '[\(tool("read_file")),\(tool("shell"))]' URL/mcp",
      push("refs/heads/agent/x"), push("refs/heads/main"),
    ])
    let passed = answers.map { $0.contains("\"method\": \"POST\"") }
    #expect(passed == [true, false, false, false, true, false, true, false], "\(answers)")
    #expect(answers.filter { $0.contains("no mutations") }.count == 3)
    #expect(answers[5].contains("no shell") && answers[7].contains("no such push"))
  }

  @Test("What is labelled stays in its regions")
  func residency() throws {
    let policy = """
      package p
      oblige contains {"label": "pii"} if input.resource.path == "/label"
      """
    let table = """
      residency:
        hosts: [{host: good.example, region: us}]
        labels: [{label: pii, regions: [eu]}]
      """
    let scene = try Scene("access: allow", policy: policy, residency: table)
    let answers = try scene.curl(["URL/before", "URL/label", "URL/after"])
    #expect(answers.count == 3 && answers[0].contains("/before") && answers[1].contains("/label"), "\(answers)")
    #expect(!answers[2].contains("\"path\"") && scene.origin.requests.count == 2)
    let log = try scene.walls.bailey(["log", "--json"])
    #expect(log.output.contains("region-not-allowed"))
  }
}
