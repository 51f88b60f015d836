import BaileyCore
import BaileyLinux
import Testing

@testable import BaileyEgress

@Suite("Plain HTTP")
struct HTTPTests {
  private func gate(_ server: TestServer, budget: Int64? = nil) async throws -> TestGate {
    try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)]), uploadBudget: budget)
  }

  private func say(_ gate: TestGate, _ text: String) async throws -> String {
    try await say(gate, Array(text.utf8))
  }

  private func say(_ gate: TestGate, _ bytes: [UInt8]) async throws -> String {
    try await blocking {
      let peer = try gate.proxied()
      try peer.send(bytes)
      peer.finish()
      return try peer.receiveText()
    }
  }

  @Test("An absolute-form request reaches the server in origin form, without the fields of the proxy's connection")
  func absoluteForm() async throws {
    let server = try TestServer.http()
    let gate = try await gate(server)
    let port = server.port
    let answer = try await say(
      gate,
      "POST http://good.example:\(port)/a?key=secret HTTP/1.1\r\nHost: good.example:\(port)\r\nProxy-Connection: keep-alive\r\n"
        + "X-Drop: 1\r\nConnection: x-drop\r\nAccept: */*\r\nContent-Length: 4\r\n\r\nbody")
    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(answer.contains("POST /a?key=secret HTTP/1.1\r\nHost: good.example:\(port)\r\naccept: */*\r\n"))
    #expect(answer.hasSuffix("\r\n\r\nbody"))
    #expect(!answer.lowercased().contains("x-drop"))
    await gate.close()
    #expect(gate.mediator.requests.first { $0.verb == .httpRequest }?.resource["path"]?.string == "/a")
    #expect(gate.mediator.completions.first { $0.0.verb == .httpRequest }?.1.detail["status"]?.int == 200)
  }

  @Test("Each request of a connection is decided by itself, and a chunked body is framed anew")
  func keepAlive() async throws {
    let server = try TestServer { peer in
      let first = try peer.receiveHead()
      let body = String(decoding: try peer.receive(exactly: 21), as: UTF8.self)
      try peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
      let second = try peer.receiveHead()
      let all = first + body + second
      try peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(all.utf8.count)\r\n\r\n\(all)")
    }
    let gate = try await gate(server)
    let url = "http://good.example:\(server.port)"
    let host = "Host: good.example:\(server.port)\r\n"
    let answer = try await say(
      gate,
      "POST \(url)/1 HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: v\r\n\r\n"
        + "GET \(url)/2 HTTP/1.1\r\n\(host)\r\n"
        + "GET http://evil.example/3 HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    #expect(answer.contains("5\r\nhello\r\n0\r\nt: v\r\n\r\nGET /2 HTTP/1.1"))
    #expect(answer.contains("HTTP/1.1 403 Forbidden"))
    #expect(gate.mediator.requests.compactMap { $0.resource["path"]?.string } == ["/1", "/2", "/3"])
    #expect(server.connections == 1)
    await gate.close()
  }

  @Test(
    "A request that names two hosts, or none, is refused",
    arguments: [
      "GET http://good.example:PORT/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
      "GET http://good.example:PORT/ HTTP/1.1\r\n\r\n",
      "GET http://good.example:PORT/ HTTP/1.1\r\nHost: good.example:PORT\r\nHost: good.example:PORT\r\n\r\n",
      "GET http://a@good.example:PORT/ HTTP/1.1\r\nHost: good.example:PORT\r\n\r\n",
      "TRACE http://good.example:PORT/ HTTP/1.1\r\nHost: good.example:PORT\r\n\r\n",
      "GET https://good.example:PORT/ HTTP/1.1\r\nHost: good.example:PORT\r\n\r\n",
      "GET /plain HTTP/1.1\r\nHost: good.example:PORT\r\n\r\n",
      "GET http://good.example:PORT/ HTTP/1.1\r\nHost: good.example:PORT\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "GET http://good.example:PORT/ HTTP/1.1\nHost: good.example:PORT\n\n",
    ])
  func malformed(template: String) async throws {
    let server = try TestServer.http()
    let gate = try await gate(server)
    let answer = try await say(gate, template.replacing("PORT", with: "\(server.port)"))
    #expect(answer.hasPrefix("HTTP/1.1 40"))
    #expect(gate.mediator.requests.isEmpty)
    #expect(server.connections == 0)
    await gate.close()
  }

  @Test("A captured request to another Host than the name that was looked up is refused with JSON")
  func captured() async throws {
    let server = try TestServer.http()
    let gate = try await gate(server)
    func get(_ host: String) async throws -> String {
      try await blocking {
        let target = try synthetic("good.example", at: gate)
        let peer = try gate.captured(to: Endpoint(target, server.port))
        try peer.send("GET / HTTP/1.1\r\nHost: \(host):\(server.port)\r\nConnection: close\r\n\r\n")
        return try peer.receiveText()
      }
    }
    #expect(try await get("good.example").hasPrefix("HTTP/1.1 200"))
    let refused = try await get("evil.example")
    #expect(refused.hasPrefix("HTTP/1.1 403"))
    #expect(refused.contains(#""code":"name-mismatch""#))
    await gate.close()
  }

  @Test("Beyond the upload budget nothing more is sent, and the record says why")
  func budget() async throws {
    let server = try TestServer.http()
    let gate = try await gate(server, budget: 300)
    let body = String(repeating: "x", count: 1000)
    let port = server.port
    _ = try await say(
      gate,
      "POST http://good.example:\(port)/ HTTP/1.1\r\nHost: good.example:\(port)\r\nContent-Length: 1000\r\n\r\n\(body)")
    await gate.close()
    #expect(gate.session.traffic.sent <= 300)
    #expect(gate.mediator.refusalCodes.contains("upload-budget"))
  }

  @Test("WebSocket in clear passes after the decision; another upgrade does not")
  func upgrade() async throws {
    let server = try TestServer { peer in
      let head = try peer.receiveHead()
      guard head.contains("upgrade: websocket") else {
        return try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno")
      }
      try peer.send(Handshake.answer(head))
      _ = try peer.receive(exactly: frame(.text, "frame").count)
      try peer.send(frame(.text, "echo", from: .server))
      peer.finish()
    }
    let gate = try await gate(server)
    let port = server.port
    let answer = try await blocking {
      let peer = try gate.proxied()
      try peer.send(Handshake.request("http://good.example:\(port)/", host: "good.example:\(port)"))
      let head = try peer.receiveHead()
      try peer.send(frame(.text, "frame"))
      return head + String(decoding: try peer.receiveAll(), as: UTF8.self)
    }
    #expect(answer.hasPrefix("HTTP/1.1 101") && answer.hasSuffix("\r\n\r\n\u{fffd}\u{4}echo"))
    let other = try await say(
      gate,
      "GET http://good.example:\(port)/ HTTP/1.1\r\nHost: good.example:\(port)\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    )
    #expect(other.hasSuffix("no"))
    await gate.close()
  }
}
