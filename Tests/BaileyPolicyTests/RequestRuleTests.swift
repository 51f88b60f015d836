import BaileyCore
import Testing

@testable import BaileyPolicy

@Suite("Rules for requests")
struct RequestRuleTests {
  private static let subject = Subject(session: .random(), agent: "a", user: "u")

  private func facts(_ change: (inout RequestFacts) -> Void = { _ in }) -> RequestFacts {
    var facts = RequestFacts(method: "POST", path: "/repos/a/issues")
    facts.query = .init()
    facts.query?.keys = ["page"]
    facts.headers = ["accept", "authorization", "content-type", "x-acme-trace"]
    facts.contentType = "application/json"
    facts.bytes = 10
    facts.identities = [.init(.header, "authorization", secret: "KEY")]
    change(&facts)
    return facts
  }

  private func rule(_ parts: String) throws -> RequestRule {
    let network = try read("network: [{host: a.example, \(parts)}]").manifest.network
    return try #require(network.first).request
  }

  /// What the merged manifest and the ceilings say of a request.
  private func decide(_ manifest: String, ceiling: String? = nil, _ facts: RequestFacts) throws -> Decision {
    let limit = try ceiling.map { try read("ceiling: true\n" + $0) }
    let merged = try ManifestLayers(administrator: limit, project: try read(manifest)).merged()
    let action = Action.request(Self.subject, scheme: "https", host: "a.example", port: 443, facts: facts)
    let judges: [any Judge] = [ManifestJudge(merged)] + (limit.map { [CeilingJudge($0)] } ?? [])
    return Decision(combining: judges.flatMap { $0.judge(action) })
  }

  @Test(
    "Each part refuses what it does not name, with a code of its own",
    arguments: [
      ("methods: [GET, HEAD]", "method-not-allowed"), ("paths: /repos/*", "path-not-allowed"),
      ("paths: [/]", "path-not-allowed"), ("query: []", "query-not-allowed"),
      ("query: [per_page]", "query-not-allowed"),
      ("headers: [authorization]", "header-not-allowed"), ("headers: [\"x-acme-*\"]", "header-not-allowed"),
      ("content_types: [text/*, application/xml]", "content-type-not-allowed"), ("max_body: 9", "body-too-large"),
      ("identity: none", "identity-foreign"), ("identity: \"placeholder:OTHER\"", "identity-foreign"),
    ])
  func refused(parts: String, code: String) throws {
    #expect(try rule(parts).refusal(of: facts())?.reason.code == code)
    let decision = try decide("network: [{host: a.example, \(parts)}]", facts())
    #expect(decision.effect == .deny && decision.reasons.map(\.code) == [code])
    #expect(decision.reasons.first?.source?.line == 1)
  }

  @Test(
    "Each part admits what it names",
    arguments: [
      "methods: POST", "paths: [/other, /repos/**]", "paths: /repos/*/issues/", "query: [page, per_page]",
      "headers: [authorization, \"X-Acme-*\"]", "headers: [x-acme-trace], identity: \"placeholder:KEY\"",
      "content_types: application/*", "max_body: 10", "identity: any",
      "identity: [\"placeholder:A\", \"placeholder:KEY\"]",
      "encoded_slash: true", "max_response: 1KiB, upload_budget: 1MiB",
    ])
  func admitted(parts: String) throws {
    #expect(try rule(parts).refusal(of: facts()) == nil)
    #expect(try decide("network: [{host: a.example, \(parts)}]", facts()).effect == .allow)
  }

  @Test("What a request does not tell is not admitted where a part needs it")
  func untold() throws {
    let bare = RequestFacts(method: "POST", path: "/")
    for parts in ["query: [a]", "headers: []", "identity: none", "content_types: a/b"] {
      #expect(try rule(parts).refusal(of: bare) != nil)
    }
    for path in ["", "a", "//a", "/a//b", "/a/./b", "/a/..", "*", "/."] {
      #expect(try rule("paths: /**").refusal(of: RequestFacts(method: "GET", path: path)) != nil)
    }
    let action = Action(.httpRequest, Self.subject, resource: ["scheme": "https", "host": "a.example", "port": 443])
    let judge = ManifestJudge(try read("network: [{host: a.example, methods: GET}]").manifest)
    #expect(Decision(combining: judge.judge(action)).effect == .deny)
  }

  @Test("A query that two servers may read differently is not admitted where keys are named")
  func ambiguousQuery() throws {
    let twice = facts { $0.query?.repeated = ["page"] }
    let ambiguous = facts { $0.query?.isAmbiguous = true }
    #expect(try rule("query: page").refusal(of: twice)?.reason.code == "query-ambiguous")
    #expect(try rule("query: page").refusal(of: ambiguous)?.reason.code == "query-ambiguous")
    #expect(try rule("methods: POST").refusal(of: ambiguous) == nil)
  }

  @Test("A credential that Bailey did not give is foreign, wherever it stands")
  func identity() throws {
    let pinned = try rule("identity: \"placeholder:KEY\"")
    for identity in [
      RequestFacts.Identity(.header, "authorization"), .init(.query, "api_key"), .init(.header, "cookie"),
    ] {
      let refusal = pinned.refusal(of: facts { $0.identities?.append(identity) })
      #expect(refusal?.reason.code == "identity-foreign" && refusal?.reason.sentence.contains(identity.name) == true)
    }
    #expect(pinned.refusal(of: facts { $0.identities = [] }) == nil)
  }

  @Test("Rules for one host add up, and the nearest says why nothing fits")
  func several() throws {
    let manifest = """
      network:
        - {host: a.example, methods: [GET]}
        - {host: a.example, methods: [POST], paths: [/graphql]}
      """
    #expect(try decide(manifest, facts { $0.path = "/graphql" }).effect == .allow)
    let refused = try decide(manifest, facts())
    #expect(refused.reasons.map(\.code) == ["path-not-allowed"] && refused.reasons.first?.source?.line == 3)
    #expect(try decide(manifest + "\n  - {ask: a.example}", facts()).effect == .ask)
  }

  @Test("A rule for some requests denies no connection and allows every one")
  func connections() throws {
    let manifest = try read(
      "network: [a.example, {host: b.example, methods: [GET]}, {host: a.example, access: deny, paths: [/x]}]"
    ).manifest
    for host in ["a.example", "b.example"] {
      let connect = Action.connect(Self.subject, host: host, address: nil, port: 443, transport: "tls")
      let question = Action.resolve(Self.subject, name: host, type: "A")
      #expect(Decision(combining: ManifestJudge(manifest).judge(connect)).effect == .allow)
      #expect(Decision(combining: ManifestJudge(manifest).judge(question)).effect == .allow)
    }
  }

  @Test(
    "A denial is read broadly, an allowance exactly",
    arguments: ["/Admin/x", "/admin./x", "/ADMIN../x", "/admin/x", "/admin/"])
  func broad(path: String) throws {
    let denied = try decide(
      "network: [a.example, {host: a.example, access: deny, paths: [/admin/**]}]", facts { $0.path = path })
    #expect(denied.reasons.map(\.code) == ["manifest-denies"])
    let isExact = path.hasPrefix("/admin/")
    let allowed = try decide("network: [{host: a.example, paths: [/admin/**]}]", facts { $0.path = path })
    #expect((allowed.effect == .allow) == isExact)
  }

  @Test("A denied method is denied in small letters, and a denied key in a query with one that could not be told")
  func broadParts() throws {
    let network = "network: [a.example, {host: a.example, access: deny, methods: [DELETE]}, "
    let manifest = network + "{host: a.example, access: deny, query: [force]}]"
    #expect(try decide(manifest, facts { $0.method = "delete" }).effect == .deny)
    #expect(try decide(manifest, facts { $0.query?.keys = ["*"] }).effect == .deny)
    #expect(try decide(manifest, facts { $0.query?.keys = ["page"] }).effect == .allow)
  }

  @Test(
    "What servers may take for another method or path is refused where a rule limits them, unless it names the field",
    arguments: ["x-http-method-override", "x_http_method", "x-method-override", "x-original-url", "x-rewrite-url"])
  func overridden(field: String) throws {
    let told = facts { $0.headers?.append(field) }
    let part = field.contains("method") ? "methods: [POST]" : "paths: [/**]"
    #expect(try rule(part).refusal(of: told)?.reason.code == "override-not-allowed")
    #expect(try rule(part + ", headers: [x-*, authorization]").refusal(of: told) != nil)
    #expect(try rule(part + ", headers: [x-acme-trace, authorization, \(field)]").refusal(of: told) == nil)
    #expect(try rule("max_body: 10").refusal(of: told) == nil && rule(part).refusal(of: facts()) == nil)
    let denial = field.contains("method") ? "methods: [DELETE]" : "paths: [/admin]"
    let manifest = "network: [a.example, {host: a.example, access: deny, \(denial)}]"
    #expect(try decide(manifest, told).effect == .deny && decide(manifest, facts()).effect == .allow)
  }

  @Test(
    "A key is denied, and taken for a method, in every spelling that servers fold",
    arguments: ["force", "Force", "force[]", "FORCE[0]", " force", "_method", "_Method", ".method", "_method[]"])
  func folded(key: String) throws {
    let told = facts { $0.query?.keys = [key] }
    let denial = "network: [a.example, {host: a.example, access: deny, query: [force, _method]}]"
    #expect(try decide(denial, told).effect == .deny)
    let isMethod = key.lowercased().contains("method")
    #expect(try (rule("methods: [POST]").refusal(of: told) != nil) == isMethod)
    if key == "_method" { #expect(try rule("methods: [POST], query: [_method]").refusal(of: told) == nil) }
  }

  @Test("A denial holds for all its parts together, and for a query that may hold its key")
  func denial() throws {
    let manifest = "network: [a.example, {host: a.example, access: deny, methods: [POST], query: [key]}]"
    #expect(try decide(manifest, facts()).effect == .allow)
    #expect(try decide(manifest, facts { $0.query?.keys = ["key"] }).effect == .deny)
    #expect(try decide(manifest, facts { $0.query?.isAmbiguous = true }).effect == .deny)
    #expect(try decide(manifest, facts { $0.query = nil }).effect == .deny)
    let other = facts {
      $0.method = "GET"
      $0.query?.keys = ["key"]
    }
    #expect(try decide(manifest, other).effect == .allow)
  }

  @Test("A ceiling cuts every request that it does not allow itself")
  func ceiling() throws {
    let limit = "network: [{host: a.example, methods: [GET], paths: [/v1/**]}]"
    let open = "network: [a.example]"
    #expect(try decide(open, ceiling: limit, facts()).reasons.contains { $0.code == "above-ceiling" })
    #expect(try decide(open, ceiling: limit, facts { ($0.method, $0.path) = ("GET", "/v1/a") }).effect == .allow)
    #expect(try decide(open, ceiling: limit, facts { ($0.method, $0.path) = ("GET", "/v2") }).effect == .deny)
  }

  @Test("Under a ceiling nothing passes unread as `tcp` that the ceiling reads")
  func tcpUnderCeiling() throws {
    let merged = try ManifestLayers(
      administrator: try read("ceiling: true\nnetwork: [a.example, \"tcp://b.example:1-100\"]"),
      project: try read("network: [\"tcp://a.example:443\", \"tcp://b.example:22\"]")
    ).merged()
    let project = merged.network.filter { $0.ports.count == 1 && $0.ports[0].count == 1 }
    #expect(project.map(\.transport) == [.any, .tcp])
  }

  @Test("A person is shown all that a rule says, and another rule is another permission")
  func shown() throws {
    let text =
      "network: [{host: a.example, port: 443, methods: [GET], paths: [/v1/**], query: [], headers: [X-A], "
      + "content_types: [text/*], max_body: 1KiB, max_response: 2, upload_budget: 3, identity: none, encoded_slash: true}]"
    let document = try read(text)
    #expect(
      PermissionSummary(of: document).texts == [
        "network: a.example:443, methods GET, paths /v1/**, query keys none, fields x-a, content types text/*, "
          + "body at most 1024 bytes, answer at most 2 bytes, bodies of a session at most 3 bytes, identity none, encoded slashes"
      ])
    #expect(try read(text.replacing("GET", with: "PUT")).canonicalForm != document.canonicalForm)
    #expect(try read(text.replacing("/v1/", with: "/v2/")).canonicalForm != document.canonicalForm)
    let plain = try read("network: [{host: a.example, encoded_slash: false}]")
    #expect(plain.canonicalForm == (try read("network: [{host: a.example}]").canonicalForm))
  }

  @Test(
    "What cannot be held to, or is misspelled, is an error",
    arguments: [
      ("opaque: true, methods: GET", "manifest-value"), ("protocol: tcp, port: 1, paths: /a", "manifest-value"),
      ("access: deny, max_body: 1", "manifest-value"), ("access: deny, identity: none", "manifest-value"),
      ("methods: [get]", "manifest-value"), ("methods: [1]", "manifest-type"), ("paths: [v1]", "manifest-request-path"),
      ("paths: [/a%20b]", "manifest-request-path"), ("paths: [\"/a?b\"]", "manifest-request-path"),
      ("paths: [/a/../b]", "manifest-request-path"), ("paths: [/a//b]", "manifest-request-path"),
      ("paths: [/a**]", "manifest-request-path"), ("query: [\"*\"]", "manifest-value"),
      ("headers: [\"a b\"]", "manifest-value"),
      ("headers: [\"*\"]", "manifest-value"), ("content_types: [json]", "manifest-value"),
      ("content_types: [\"*/*\"]", "manifest-value"), ("max_body: -1", "manifest-limit"),
      ("identity: all", "manifest-value"),
      ("identity: [none]", "manifest-value"), ("path: /a", "manifest-unknown-key"),
      ("encoded_slash: 1", "manifest-type"),
    ])
  func mistakes(parts: String, code: String) throws {
    #expect(throws: ManifestIssues.self) { try read("network: [{address: 10.0.0.1, access: deny, methods: GET}]") }
    let error = #expect(throws: ManifestIssues.self) { try read("network: [{host: a.example, \(parts)}]") }
    #expect(error?.issues.first?.code == code)
  }
}
