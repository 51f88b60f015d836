import Testing

@testable import BaileyCore

@Suite("What may be known of a secret")
struct SecretCardTests {
  private func whole() throws -> SecretCard {
    var card = SecretCard(
      name: "a.b-C_1",
      rule: SecretRule(
        hosts: [try HostPattern("*.example.com")], ports: [8443], methods: ["GET"], paths: [try Glob("repos/acme/**")],
        places: [.header("x-a"), .basic, .query("k"), .path, .form("f"), .json("/a/0"), .webSocket]), created: 1,
      rotated: 2)
    card.asks = true
    card.variable = "X_Y"
    card.grant = OAuthGrant(.refreshToken, tokenURL: "https://a.com/t", clientID: "i", scope: "s")
    return card
  }

  @Test("A card comes back from its JSON, and any other JSON is none")
  func roundTrip() throws {
    let card = try whole()
    #expect(SecretCard(json: card.json) == card)
    let plain = SecretCard(name: "a", rule: SecretRule(hosts: [try HostPattern("a.com")]), created: 1)
    #expect(SecretCard(json: plain.json) == plain && plain.usualVariable == "A")
    let members = try #require(card.json.object)
    for (key, wrong) in [
      ("name", "a b"), ("hosts", []), ("places", ["nowhere"]), ("ports", [0]), ("methods", ["get"]), ("asks", 1),
      ("variable", "1A"), ("grant", ["kind": "other"]), ("created_ns", "1"), ("paths", ["a//b"]), ("more", 1),
    ] as [(String, JSON)] {
      var changed = members
      changed[key] = wrong
      #expect(SecretCard(json: .object(changed)) == nil, "\(key)")
    }
  }

  @Test(
    "Places are read as they are written",
    arguments: [
      "header:authorization", "basic", "query:k", "path", "form:f", "json:/a/b", "websocket", "sigv4:s3/eu-west-1",
      "sigv4:s3/*",
    ])
  func places(text: String) {
    #expect(SecretPlace(text)?.description == text)
  }

  @Test(
    "What is no place is none",
    arguments: ["", "header", "header:", "header:a b", "basic:x", "json:a", "sigv4:s3", "sigv4:s3/a/b", "query:a\n"])
  func noPlaces(text: String) {
    #expect(SecretPlace(text) == nil)
  }

  @Test("A rule covers its hosts, ports, methods and paths, and nothing else")
  func covers() throws {
    let rule = try whole().rule
    let host = try HostName("api.example.com")
    #expect(rule.covers(host: host, port: 8443, method: "GET", path: "/repos/acme/x/y"))
    #expect(!rule.covers(host: try HostName("example.com"), port: 8443, method: "GET", path: "/repos/acme/x"))
    #expect(!rule.covers(host: host, port: 443, method: "GET", path: "/repos/acme/x"))
    #expect(!rule.covers(host: host, port: 8443, method: "POST", path: "/repos/acme/x"))
    #expect(!rule.covers(host: host, port: 8443, method: "GET", path: "/repos/other"))
    let wide = SecretRule(hosts: [try HostPattern("a.com")])
    #expect(wide.covers(host: try HostName("a.com"), port: 443, method: "PATCH", path: "/"))
    #expect(!wide.covers(host: try HostName("a.com"), port: 80, method: "GET", path: "/"))
  }

  @Test(
    "A variable is made from the name",
    arguments: [("github-token", "GITHUB_TOKEN"), ("1a.b", "_1A_B"), ("NPM", "NPM")])
  func variables(name: String, variable: String) throws {
    let card = SecretCard(name: name, rule: SecretRule(hosts: [try HostPattern("a.com")]), created: 1)
    #expect(card.usualVariable == variable)
  }
}
