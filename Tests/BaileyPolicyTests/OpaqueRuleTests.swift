import BaileyCore
import Testing

@testable import BaileyPolicy

@Suite("Opaque network rules")
struct OpaqueRuleTests {
  @Test("A rule says `opaque: true` in the long form, and only where TLS can be")
  func reading() throws {
    let rules = try read(
      """
      network:
        - {host: pinned.example, opaque: true}
        - {host: "*.a.example", port: 8443, protocol: tls, access: ask, opaque: true}
        - {address: 10.0.0.1, opaque: true}
        - {host: read.example, opaque: false}
        - other.example
      """
    ).manifest.network
    #expect(rules.map(\.isOpaque) == [true, true, true, false, false])
    for wrong in ["access: deny, opaque: true", "protocol: http, opaque: true", "opaque: 1"] {
      #expect(throws: (any Error).self) { try read("network: [{host: a.example, \(wrong)}]") }
    }
  }

  @Test("A person is shown what passes unread, and agrees to it apart")
  func shown() throws {
    let plain = try read("network: [{host: a.example, port: 443}]")
    let opaque = try read("network: [{host: a.example, port: 443, opaque: true}]")
    #expect(PermissionSummary(of: opaque).texts == ["network: a.example:443, unread: TLS passes unopened"])
    #expect(opaque.canonicalForm != plain.canonicalForm)
    #expect(try read("network: [{host: a.example, port: 443, opaque: false}]").canonicalForm == plain.canonicalForm)
  }

  @Test(
    "Under a ceiling nothing passes unread that the ceiling does not leave unread",
    arguments: [
      ("{host: a.example, opaque: true}", true), ("{host: \"*.b.example\", opaque: true}", false), ("a.example", false),
      ("{host: a.example, port: 8443, opaque: true}", false),
    ])
  func ceiling(limit: String, stays: Bool) throws {
    let merged = try ManifestLayers(
      administrator: try read("ceiling: true\nnetwork: [\(limit)]"),
      project: try read("network: [{host: a.example, opaque: true}]")
    ).merged()
    #expect(merged.network.last?.targetText == "a.example" && merged.network.last?.isOpaque == stays)
  }

  @Test("A ceiling over a wildcard or a range leaves what lies within it unread")
  func within() throws {
    let merged = try ManifestLayers(
      administrator: try read(
        "ceiling: true\nnetwork: [{host: \"*.b.example\", ports: [1-9], opaque: true}, {address: 10.0.0.0/8, opaque: true}]"
      ),
      project: try read(
        "network: [{host: x.b.example, port: 3, opaque: true}, {host: \"*.c.b.example\", port: 1-9, opaque: true}, "
          + "{address: 10.1.0.0/16, opaque: true}, {host: b.example, port: 3, opaque: true}, "
          + "{address: 0.0.0.0/0, opaque: true}]")
    ).merged()
    let unread = Set(merged.network.filter(\.isOpaque).map(\.targetText))
    #expect(unread.isSuperset(of: ["x.b.example", "*.c.b.example", "10.1.0.0/16"]))
    #expect(unread.isDisjoint(with: ["b.example", "0.0.0.0/0"]))
  }

  @Test(
    "A rule opens what passes unread only where it says so itself: another's allow is no answer to its question",
    arguments: [
      ("\"*.a.example\", {host: x.a.example, access: ask, opaque: true}", "opaque", Effect.ask),
      ("\"*.a.example\"", "opaque", .deny), ("\"*.a.example\"", "tls", .allow),
      ("x.a.example, {ask: \"tcp://x.a.example:443\"}", "tcp", .ask), ("x.a.example", "tcp", .deny),
      ("\"tcp://x.a.example:443\"", "opaque", .allow), ("{host: x.a.example, opaque: true}", "connect", .allow),
      ("{host: x.a.example, opaque: true}, {deny: \"https://x.a.example\"}", "opaque", .deny),
      ("{host: x.a.example, opaque: true}, {deny: \"http://x.a.example:443\"}", "opaque", .allow),
      ("\"tcp://x.a.example:443\", {deny: \"https://x.a.example\"}", "tcp", .deny),
    ])
  func judged(network: String, transport: String, effect: Effect) throws {
    let judge = ManifestJudge(try read("network: [\(network)]").manifest)
    let subject = Subject(session: .random(), agent: "a", user: "u")
    let action = Action.connect(subject, host: "x.a.example", address: nil, port: 443, transport: transport)
    #expect(judge.judge(action).map(\.effect) == [effect])
  }

  @Test(
    "A ceiling holds what passes unread: neither `tcp://` nor an address rule leads past it",
    arguments: [
      ("a.example", "tcp://a.example:443", "any", "tcp"), ("https://a.example", "tcp://a.example:443", "tls", "tcp"),
      ("tcp://a.example:443", "tcp://a.example:443", "tcp", nil),
      ("\"*.a.example\"", "tcp://x.a.example:443", "any", "tcp"),
      ("x.a.example", "\"tcp://*.a.example:443\"", "any", "tcp"),
      ("https://10.0.0.1", "10.0.0.1:443", "tls", "address"),
      ("10.0.0.1", "tcp://10.0.0.1:443", "any", nil), ("http://10.0.0.1:443", "10.0.0.1:443", "http", "address"),
    ])
  func ceilingTransport(limit: String, rule: String, transport: String, refused: String?) throws {
    let ceiling = try read("ceiling: true\nnetwork: [\(limit)]")
    let merged = try ManifestLayers(administrator: ceiling, project: try read("network: [\(rule)]")).merged()
    #expect(merged.network.last?.transport.rawValue == transport)
    let subject = Subject(session: .random(), agent: "a", user: "u")
    let isAddress = rule.contains("10.0.0.1")
    let host = isAddress ? nil : limit.contains("x.") || rule.contains("x.") ? "x.a.example" : "a.example"
    let unread = isAddress ? "address" : "tcp"
    let action = Action.connect(
      subject, host: host, address: isAddress ? "10.0.0.1" : nil, port: 443, transport: unread)
    #expect(CeilingJudge(ceiling).judge(action).map(\.code) == (refused == nil ? [] : ["above-ceiling"]))
  }
}
