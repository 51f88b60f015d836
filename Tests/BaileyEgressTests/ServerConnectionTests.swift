import BaileyCore
import BaileyLinux
import Synchronization
import Testing

@testable import BaileyEgress

/// Connections to servers: how many there may be, and what becomes of a request when one dies.
@Suite("Connections to servers", .serialized)
struct ServerConnectionTests {
  private func gate(_ server: TestServer, change: (inout GateOptions) -> Void = { _ in }) async throws -> TestGate {
    try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)]), change: change)
  }

  private func request(_ method: String, _ server: TestServer, _ path: String = "/", _ rest: String = "\r\n") -> String
  {
    let host = "good.example:\(server.port)"
    return "\(method) http://\(host)\(path) HTTP/1.1\r\nHost: \(host)\r\n" + rest
  }

  @Test("Beyond the limit no server is dialled, the agent reads why, and the end of a connection makes room")
  func limit() async throws {
    let server = try TestServer.http()
    let gate = try await gate(server) { $0.maximumServers = 2 }
    let get = request("GET", server)
    let (held, answer) = try await blocking {
      let held = try (0..<2).map { _ in
        let peer = try gate.proxied()
        try peer.send(get)
        try peer.receiveAnswer()
        return peer
      }
      let third = try gate.proxied()
      try third.send(get)
      return (held, try third.receiveText())
    }
    #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains(#""code":"too-many-connections""#))
    #expect(server.connections == 2)
    held[0].close()
    try await eventually {
      try await blocking {
        let peer = try gate.proxied()
        try peer.send(get)
        return try peer.receiveHead().hasPrefix("HTTP/1.1 200 ")
      }
    }
    await gate.close()
    #expect(Set(gate.mediator.refusalCodes) == ["too-many-connections"])
  }

  @Test("All sessions together have a limit of their own")
  func inAll() {
    let all = Openings(maximum: 3)
    let (one, other) = (Openings(maximum: 2, within: all), Openings(maximum: 2, within: all))
    #expect([one.enter(), one.enter(), one.enter(), other.enter(), other.enter()] == [true, true, false, true, false])
    one.leave()
    #expect(other.enter())
  }

  /// Answers the first request of its first connection, and ends that at the second.
  private func mortal() throws -> TestServer {
    let connections = Mutex(0)
    return try TestServer { peer in
      let isFirst = connections.withLock { count in
        count += 1
        return count == 1
      }
      while let head = try? peer.receiveHead(), !head.isEmpty {
        if isFirst, head.contains(" /2 ") { return peer.close() }
        try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      }
    }
  }

  @Test(
    "A kept connection that dies under a request without a body is replaced once; what could be done twice is not sent again",
    arguments: ["GET", "HEAD", "POST", "DELETE"])
  func deadHTTP1(method: String) async throws {
    let server = try mortal()
    let gate = try await gate(server)
    let (first, second) = (request("GET", server, "/1"), request(method, server, "/2"))
    let head = try await blocking {
      let peer = try gate.proxied()
      try peer.send(first)
      try peer.receiveAnswer()
      try peer.send(second)
      return try peer.receiveHead()
    }
    let isRepeated = ["GET", "HEAD"].contains(method)
    #expect(head.hasPrefix(isRepeated ? "HTTP/1.1 200 " : "HTTP/1.1 502 "))
    #expect(server.connections == (isRepeated ? 2 : 1))
    await gate.close()
    #expect(gate.mediator.requests.filter { $0.verb == .httpRequest }.count == 2)
    #expect(gate.mediator.refusalCodes == (isRepeated ? [] : ["connection-failed"]))
  }

  @Test("A server that ends every connection under the second request is asked twice, no more")
  func twice() async throws {
    let asked = Mutex(0)
    let server = try TestServer { peer in
      while let head = try? peer.receiveHead(), !head.isEmpty {
        if head.contains(" /2 ") {
          asked.withLock { $0 += 1 }
          return peer.close()
        }
        try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      }
    }
    let gate = try await gate(server)
    let (first, second) = (request("GET", server, "/1"), request("GET", server, "/2"))
    let head = try await blocking {
      let peer = try gate.proxied()
      try peer.send(first)
      try peer.receiveAnswer()
      try peer.send(second)
      return try peer.receiveHead()
    }
    #expect(head.hasPrefix("HTTP/1.1 502 ") && asked.withLock { $0 } == 2)
    await gate.close()
  }

  @Test(
    "A stream above the last that a GOAWAY names, or one that is refused, is sent again once",
    arguments: ["goaway", "refused", "close", "internal"])
  func deadHTTP2(how: String) async throws {
    let server = try TestServer.http2 { server, frame in
      guard frame.endsStream else { return }
      guard frame[":path"] == "/2" else {
        return try server.send(H2.frame(H2.headers, 5, frame.stream, H2.block([(":status", "200")])))
      }
      // Only on the connection on which there was one before.
      guard frame.stream > 1 else {
        return try server.send(H2.frame(H2.headers, 5, frame.stream, H2.block([(":status", "204")])))
      }
      switch how {
      case "goaway": try server.send(H2.frame(H2.goAway, 0, 0, H2.bytes(frame.stream - 2) + H2.bytes(0)))
      case "refused": try server.send(H2.frame(H2.reset, 0, frame.stream, H2.bytes(7)))
      case "internal": try server.send(H2.frame(H2.reset, 0, frame.stream, H2.bytes(2)))
      default: server.peer.close()
      }
    }
    let gate = try await gate(server)
    let host = "good.example:\(server.port)"
    let statuses = try await blocking {
      let peer = try gate.captured(to: Endpoint(try synthetic("good.example", at: gate), server.port))
      let client = try H2Peer.client(peer)
      return try [(UInt32(1), "/1"), (3, "/2")].map { (stream, path) -> String? in
        try client.send(H2.request(stream, H2.get(host, path)))
        return try client.answer(stream).status
      }
    }
    // On the same connection the refused stream is refused again: then that is told.
    #expect(statuses == ["200", ["goaway", "close"].contains(how) ? "204" : "502"])
    await gate.close()
  }

  @Test("A WebSocket that is refused in a stream ends that stream on both sides")
  func refusedWebSocket() async throws {
    let reset = Mutex<UInt32?>(nil)
    let server = try TestServer.http2(settings: [(8, 1)]) { server, frame in
      if frame.type == H2.reset { reset.withLock { $0 = frame.stream } }
      guard frame.type == H2.headers else { return }
      try server.send(H2.frame(H2.headers, 5, frame.stream, H2.block([(":status", "403")])))
    }
    let gate = try await gate(server)
    let host = "good.example:\(server.port)"
    let answer = try await blocking {
      let peer = try gate.captured(to: Endpoint(try synthetic("good.example", at: gate), server.port))
      let client = try H2Peer.client(peer)
      let fields = [
        (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":authority", host), (":path", "/ws"),
        ("sec-websocket-version", "13"),
      ]
      try client.send(H2.request(1, fields, ends: false))
      var last: H2Frame?
      var answer = H2Answer()
      while answer.reset == nil, let frame = try client.next() {
        if frame.type == H2.headers { (answer.head, last) = (frame, frame) }
        if frame.type == H2.data { last = frame }
        if frame.type == H2.reset { answer.reset = frame.errorCode }
      }
      return (answer.status, last?.endsStream, answer.reset)
    }
    #expect(answer == ("403", true, 0))
    try await eventually { reset.withLock { $0 } == 1 }
    await gate.close()
  }
}
