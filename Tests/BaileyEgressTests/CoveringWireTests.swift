import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyEgress

/// Through TLS, with curl at one end and at the other a server that says back all that it hears.
@Suite("Values in answers on the wire", .serialized, .enabled(if: PythonTools.arePresent))
struct CoveringWireTests {
  @Test(
    "A server that says a value back says stars, in HTTP/1 and 2, and is asked for neither parts nor compression",
    arguments: ["--http1.1", "--http2"])
  func said(agent: String) async throws {
    let keys = try await blocking { try SecureOrigin() }
    let streams = try await blocking { try StreamOrigin(keys) }
    var settings = EgressSettings()
    settings.authorities = keys.authority
    var rule = SecretRule(hosts: [try HostPattern("good.example")], places: [.header("authorization")])
    rule.ports = [streams.port]
    let card = SecretCard(name: "github", rule: rule, created: 1)
    let standIn = SecretStandIn(
      card: card, parts: [.init(role: .value, variables: ["A"], placeholder: Credentials.placeholder)])
    let gate = try await TestGate(
      names: ["good.example": ["127.0.0.1"]],
      rules: opened(streams.port, also: [BaileyEgressTests.rule("good.example", streams.port)]), settings: settings,
      credentials: SessionCredentials(standIns: [standIn], broker: TestBroker([card], ["github": Credentials.value])))
    let scratch = try Scratch()
    try scratch.write(String(decoding: gate.trust.bundle, as: UTF8.self), to: "bundle")
    let words = [
      "-sS", "-m", "20", "--proxy", "http://127.0.0.1:\(gate.proxyPort)", "--cacert", scratch.path + "/bundle", agent,
      "--compressed", "-r", "0-3", "-H", "Authorization: Bearer \(Credentials.placeholder)",
      "https://good.example:\(streams.port)/",
    ]
    let result = try await blocking { try Tool("/usr/bin/curl", environment: [:]).run(words) }
    await gate.close()
    let told = try #require(try? JSON.parse(Array(result.output.utf8)), "\(result)")
    let fields = (told["fields"]?.array ?? []).compactMap { pair in pair.array?.compactMap(\.string) }
    // As JSON escapes the value, it has a byte more.
    let stars = String(repeating: "*", count: Credentials.value.utf8.count + 1)
    #expect(fields.contains(["authorization", "Bearer " + stars]), "\(result)")
    #expect(fields.contains(["accept-encoding", "identity"]) && !fields.contains { $0.first == "range" })
    let outcome = gate.mediator.completions.first { $0.0.verb == .httpRequest }?.1
    #expect(outcome?.succeeded == true && outcome?.detail["covered"] == 1)
  }
}
