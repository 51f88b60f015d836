import BaileyCore
import Testing

@testable import BaileyEgress

/// The decision is on the head: what stands behind the body must not say more.
@Suite("Trailers of requests", .serialized)
struct TrailerTests {
  private func say(
    _ trailer: String, _ change: (inout RequestRule) -> Void = { _ in }
  ) async throws -> (String, codes: [String]) {
    let server = try TestServer { peer in
      _ = try peer.receiveHead()
      var body = ""
      while !body.hasSuffix("\r\n\r\n") {
        let more = try peer.receive()
        if more.isEmpty { return }
        body += String(decoding: more, as: UTF8.self)
      }
      try peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
    var own = rule("good.example", server.port)
    change(&own.request)
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [own]))
    let host = "good.example:\(server.port)"
    let answer = try await blocking {
      let peer = try gate.proxied()
      try peer.send(
        "POST http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\nContent-Type: text/x\r\nConnection: close\r\n"
          + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\(trailer): v\r\n\r\n")
      return try peer.receiveText()
    }
    await gate.close()
    return (answer, gate.mediator.refusalCodes)
  }

  @Test(
    "A credential in the trailers of a request never reaches the server, whatever rules say",
    arguments: ["X-Api-Key", "Private-Token", "x-goog-api-key", "Some-Access-Key"])
  func credentials(name: String) async throws {
    let (answer, codes) = try await say(name)
    #expect(answer.hasPrefix("HTTP/1.1 403 ") && answer.contains(#""code":"identity-foreign""#))
    #expect(codes == ["identity-foreign"])
  }

  @Test("Where a rule names the fields of a request, its trailers are among them, or it is refused")
  func fields() async throws {
    let named: (inout RequestRule) -> Void = { $0.headers = ["x-sum"] }
    #expect(try await say("X-Sum", named).0.hasSuffix("x-sum: v\r\n\r\n"))
    let (answer, codes) = try await say("X-Other", named)
    #expect(answer.hasPrefix("HTTP/1.1 403 ") && codes == ["header-not-allowed"])
    #expect(try await say("X-Other").0.hasSuffix("x-other: v\r\n\r\n"))
  }
}
