import BaileyCore
import BaileyTestSupport
import Testing

@testable import BaileyControl
@testable import BaileyEgress

@Suite("Names are inspected before they are looked up")
struct InspectedNameTests {
  init() async throws { try await Inspecting.load() }

  private static let hex = "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".utf8.map { String($0, radix: 16) }.joined()

  private func gate() async throws -> TestGate {
    let mediator = TestMediator { action in
      [Reason(.allow, "test-allows", "allowed")] + FindingsJudge().judge(action)
    }
    let written = "k\(Self.hex.prefix(60)).\(Self.hex.dropFirst(60)).good.example"
    return try await TestGate(
      mediator: mediator, rules: [rule("*.wild.example", 80), rule(written, 80)], inspector: Inspecting.store)
  }

  @Test(
    "A secret in the labels of a name is refused before it is looked up, and the agent reads why",
    arguments: ["CONNECT NAME:80 HTTP/1.1\r\nHost: NAME:80\r\n\r\n", "GET http://NAME/ HTTP/1.1\r\nHost: NAME\r\n\r\n"])
  func refused(request: String) async throws {
    let gate = try await gate()
    let name = "\(Self.hex.prefix(60)).\(Self.hex.dropFirst(60)).wild.example"
    let answer = try await blocking {
      let peer = try gate.proxied()
      try peer.send(request.replacing("NAME", with: name))
      return try peer.receiveText()
    }
    await gate.close()
    #expect(answer.hasPrefix("HTTP/1.1 403 ") && answer.contains("secret-in-request"), "\(answer)")
    #expect(gate.resolver.questions.isEmpty)
    let places = gate.mediator.requests.last?.resource["findings"]?["places"]?.array
    #expect(places?.first == .string("host"))
  }

  @Test("An ordinary name below a wildcard, and one that a rule writes out, are looked up")
  func clean() async throws {
    let gate = try await gate()
    let names = [
      "cdn-12.eu-west-1.static-assets.wild.example", "k\(Self.hex.prefix(60)).\(Self.hex.dropFirst(60)).good.example",
    ]
    for name in names {
      _ = try await blocking {
        let peer = try gate.proxied()
        try peer.send("CONNECT \(name):80 HTTP/1.1\r\nHost: \(name):80\r\n\r\n")
        return try peer.receiveText()
      }
    }
    await gate.close()
    #expect(gate.resolver.questions == names)
  }
}
