import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyEgress

/// Raw frames without TLS at both ends: who begins with the preface is known to speak HTTP/2.
@Suite("HTTP/2", .serialized)
struct HTTP2Tests {
  private func gate(
    _ server: TestServer, budget: Int64? = nil, mediator: TestMediator = TestMediator(hosts: ["good.example"]),
    change: (inout GateOptions) -> Void = { _ in }
  ) async throws -> TestGate {
    try await TestGate(
      mediator: mediator, names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)]), uploadBudget: budget, change: change)
  }

  /// Runs a client of HTTP/2 whose connection was captured.
  private func run<Value: Sendable>(
    _ gate: TestGate, _ server: TestServer, settings: [(UInt16, UInt32)] = [],
    _ body: @escaping @Sendable (H2Peer, String) throws -> Value
  ) async throws -> Value {
    try await blocking {
      let peer = try gate.captured(to: Endpoint(try synthetic("good.example", at: gate), server.port))
      return try body(try H2Peer.client(peer, settings: settings), "good.example:\(server.port)")
    }
  }

  @Test("Each stream is decided and recorded by itself, and all share one connection to the server")
  func streams() async throws {
    let server = try TestServer.http2Echo()
    let mediator = TestMediator { action in
      action.resource["path"]?.string == "/no"
        ? [Reason(.deny, "test-denies", "not this")] : [Reason(.allow, "test-allows", "allowed")]
    }
    let gate = try await gate(server, mediator: mediator)
    let answers = try await run(gate, server) { client, host in
      let paths = ["/a", "/no"] + (0..<20).map { "/\($0)" }
      for (index, path) in paths.enumerated() {
        try client.send(H2.request(UInt32(2 * index + 1), H2.get(host, path, [("x-field", "v")])))
      }
      return try client.answers(paths.indices.map { UInt32(2 * $0 + 1) })
    }
    #expect(answers.count == 22)
    #expect(answers[1]?.text.contains(":path: /a\n") == true && answers[1]?.text.contains("x-field: v\n") == true)
    #expect(answers[3]?.status == "403" && answers[3]?.text.contains(#""code":"test-denies""#) == true)
    #expect(answers.filter { $0.key != 3 }.allSatisfy { $0.value.status == "200" && $0.value.reset == nil })
    #expect(server.connections == 1)
    await gate.close()
    #expect(gate.requests.count == 22 && gate.outcomes.filter(\.succeeded).count == 21)
    let sums = gate.outcomes.reduce(into: (Int64(0), Int64(0))) {
      $0.0 += $1.detail["sent"]?.int ?? 0
      $0.1 += $1.detail["received"]?.int ?? 0
    }
    #expect(sums.0 == gate.session.traffic.sent && sums.1 == gate.session.traffic.received)
  }

  @Test("Bodies and trailers pass both ways, interim answers first")
  func trailers() async throws {
    let server = try TestServer.http2 { server, frame in
      guard frame.endsStream else { return }
      let trailer = frame["x-sum"] ?? "none"
      try server.send(
        H2.frame(H2.headers, 4, frame.stream, H2.block([(":status", "103"), ("link", "</a>")]))
          + H2.frame(H2.headers, 4, frame.stream, H2.block([(":status", "200")]))
          + H2.frame(H2.data, 0, frame.stream, Array(trailer.utf8))
          + H2.frame(H2.headers, 5, frame.stream, H2.block([("x-end", "yes")])))
    }
    let gate = try await gate(server)
    let answer = try await run(gate, server) { client, host in
      try client.send(
        H2.request(1, H2.post(host), ends: false) + H2.frame(H2.data, 0, 1, [1, 2, 3])
          + H2.frame(H2.headers, 5, 1, H2.block([("x-sum", "6")])))
      return try client.answer(1)
    }
    #expect(answer.interim == ["103"] && answer.status == "200" && answer.text == "6")
    #expect(answer.trailers?["x-end"] == "yes" && answer.reset == nil)
    await gate.close()
  }

  @Test("An answer begins before the request is over, and parts go back and forth")
  func bidirectional() async throws {
    let server = try TestServer.http2 { server, frame in
      if frame.type == H2.headers {
        try server.send(H2.frame(H2.headers, 4, frame.stream, H2.block([(":status", "200")])))
      } else if frame.type == H2.data {
        try server.send(H2.frame(H2.data, frame.flags & 1, frame.stream, frame.payload.reversed()))
      }
    }
    let gate = try await gate(server)
    let texts = try await run(gate, server) { client, host in
      try client.send(H2.request(1, H2.post(host), ends: false))
      var texts: [String] = []
      for (index, word) in ["abc ", "def ", "ghi "].enumerated() {
        try client.send(H2.frame(H2.data, index == 2 ? 1 : 0, 1, Array(word.utf8)))
        while let frame = try client.next() {
          guard frame.type == H2.data, !frame.payload.isEmpty else { continue }
          texts.append(String(decoding: frame.payload, as: UTF8.self))
          break
        }
      }
      return texts
    }
    #expect(texts == [" cba", " fed", " ihg"])
    await gate.close()
  }

  @Test(
    "A stream whose authority, scheme or Host is not that of the connection is refused, and reaches nobody",
    arguments: [
      ([(":authority", "evil.example")], "name-mismatch"), ([(":authority", "good.example:1")], "name-mismatch"),
      ([(":scheme", "https")], "name-mismatch"), ([(":authority", "good.example@evil")], "host-malformed"),
      ([(":path", "http://evil.example/")], "http-malformed"), ([("host", "evil.example")], "http-malformed"),
      ([(":method", "TRACE")], "method-refused"), ([(":method", "CONNECT")], "http-malformed"),
    ])
  func mismatch(changes: [(String, String)], code: String) async throws {
    let server = try TestServer.http2Echo()
    let gate = try await gate(server)
    let answer = try await run(gate, server) { client, host in
      var fields = H2.get(host)
      for change in changes {
        if let index = fields.firstIndex(where: { $0.0 == change.0 }) {
          fields[index] = change
        } else {
          fields.append(change)
        }
      }
      try client.send(H2.request(1, fields))
      return try client.answer(1)
    }
    await gate.close()
    #expect(gate.mediator.refusalCodes == [code], "\(gate.mediator.observations)")
    #expect(code == "http-malformed" ? answer.reset == 1 : answer.text.contains(#""code":"\#(code)""#))
    #expect(server.connections == 0 && gate.requests.isEmpty)
  }

  @Test("A plain CONNECT within a connection is no tunnel")
  func connect() async throws {
    let server = try TestServer.http2Echo()
    let gate = try await gate(server)
    let answer = try await run(gate, server) { client, host in
      try client.send(H2.request(1, [(":method", "CONNECT"), (":authority", host)], ends: false))
      return try client.answer(1)
    }
    #expect(answer.status == "403" && answer.text.contains("method-refused"))
    await gate.close()
  }

  @Test("Large bodies pass both ways whole, through windows that open only as they are used")
  func large() async throws {
    let size = 3 << 20
    let count = Mutex(0)
    let server = try TestServer.http2 { server, frame in
      let all = count.withLock { count in
        count += frame.type == H2.data ? frame.payload.filter { $0 == 0x78 }.count : 0
        return count
      }
      guard frame.endsStream else { return }
      try server.send(H2.frame(H2.headers, 4, frame.stream, H2.block([(":status", all == size ? "200" : "400")])))
      try server.upload(frame.stream, size)
    }
    let gate = try await gate(server)
    let answer = try await run(gate, server) { client, host in
      try client.send(H2.request(1, H2.post(host), ends: false))
      try client.upload(1, size)
      return try client.answer(1)
    }
    #expect(answer.status == "200" && answer.body.count == size)
    await gate.close()
    #expect(gate.session.traffic.sent > size && gate.session.traffic.received > size)
  }

  @Test("A client that does not open its window gets no more than that, and the server is not read on")
  func slowReader() async throws {
    let sent = Mutex(0)
    let server = try TestServer.http2 { server, frame in
      guard frame.endsStream else { return }
      try server.send(H2.frame(H2.headers, 4, frame.stream, H2.block([(":status", "200")])))
      var (connection, stream) = (65_535, 65_535)
      while true {
        while connection >= 16_384, stream >= 16_384 {
          try server.send(H2.frame(H2.data, 0, frame.stream, [UInt8](repeating: 1, count: 16_384)))
          (connection, stream) = (connection - 16_384, stream - 16_384)
          sent.withLock { $0 += 16_384 }
        }
        guard let update = try server.next() else { return }
        guard update.type == H2.windowUpdate || update.type == H2.settings else { continue }
        let more = Int(H2.number(update.payload.prefix(4)))
        if update.type == H2.windowUpdate, update.stream == 0 { connection += more }
        if update.type == H2.windowUpdate, update.stream != 0 { stream += more }
      }
    }
    let gate = try await gate(server) { $0.idle = .milliseconds(400) }
    let frames = try await run(gate, server) { client, host in
      client.opensWindows = false
      try client.send(H2.request(1, H2.get(host)))
      var frames: [H2Frame] = []
      while let frame = try client.next() {
        frames.append(frame)
        if frame.type == H2.reset { break }
      }
      return frames
    }
    let received = frames.filter { $0.type == H2.data }.reduce(0) { $0 + $1.payload.count }
    #expect(received <= 65_535 && frames.last?.type == H2.reset)
    #expect(sent.withLock { $0 } < 4 << 20)
    await gate.close()
    #expect(gate.mediator.refusalCodes == ["idle"])
  }

  @Test("A server that does not take a body holds the client back")
  func slowServer() async throws {
    let server = try TestServer.http2(settings: [(4, 1_000)]) { server, frame in server.opensWindows = false }
    let gate = try await gate(server) { $0.idle = .milliseconds(400) }
    let sent = try await run(gate, server) { client, host in
      try client.send(H2.request(1, H2.post(host), ends: false))
      return try client.upload(1, 4 << 20, untilReset: true)
    }
    #expect(sent < 1 << 20)
    await gate.close()
    #expect(gate.mediator.refusalCodes == ["idle"])
  }

  @Test("While a request is not decided no more of its body comes than its window, and that is counted")
  func parked() async throws {
    let server = try TestServer.http2Echo()
    let gate = try await gate(server) { $0.maximumHeld = 256 << 10 }
    let codes = try await run(gate, server) { client, host in
      for stream in 0..<6 { try client.send(H2.request(UInt32(2 * stream + 1), H2.post(host), ends: false)) }
      var codes: [String] = []
      while codes.count < 3, let frame = try client.next() {
        if frame.type == H2.headers { codes.append(frame[":status"] ?? "") }
      }
      return codes
    }
    #expect(codes == ["503", "503", "503"])
    await gate.close()
    #expect(gate.mediator.refusalCodes.filter { $0 == "egress-busy" }.count == 3)
    #expect((gate.session as? OpenSession)?.core.heldBytes == 0)
  }

  @Test("Beyond the upload budget nothing of a stream leaves, and the agent reads why")
  func budget() async throws {
    let server = try TestServer.http2Echo()
    let gate = try await gate(server, budget: 700)
    let answer = try await run(gate, server) { client, host in
      try client.send(
        H2.request(1, H2.post(host), ends: false) + H2.frame(H2.data, 1, 1, [UInt8](repeating: 1, count: 1000)))
      return try client.answer(1)
    }
    #expect(answer.status == "403" && answer.text.contains("upload-budget"))
    await gate.close()
    #expect(gate.session.traffic.sent <= 700 && gate.mediator.refusalCodes == ["upload-budget"])
  }

  @Test("Beyond the session's streams a request is refused with 503, and the end of streams makes room")
  func streamLimit() async throws {
    let server = try TestServer.http2 { server, frame in
      guard frame.type == H2.headers, frame[":path"] == "/now" else { return }
      try server.send(H2.frame(H2.headers, 5, frame.stream, H2.block([(":status", "204")])))
    }
    let gate = try await gate(server) { $0.maximumStreams = 2 }
    let statuses = try await run(gate, server) { client, host in
      try client.send(H2.request(1, H2.get(host, "/1")) + H2.request(3, H2.get(host, "/2")))
      try client.send(H2.request(5, H2.get(host, "/now")))
      let first = try client.answer(5).status
      try client.send(H2.frame(H2.reset, 0, 1, H2.bytes(8)) + H2.frame(H2.reset, 0, 3, H2.bytes(8)))
      var (stream, last) = (UInt32(7), first)
      for _ in 0..<200 where last == "503" {
        try client.send(H2.request(stream, H2.get(host, "/now")))
        last = try client.answer(stream).status
        stream += 2
      }
      return [first, last]
    }
    #expect(statuses == ["503", "204"])
    await gate.close()
  }

  @Test("A server that says goodbye serves what it has, and the next request gets a new connection")
  func goodbye() async throws {
    let server = try TestServer.http2 { server, frame in
      guard frame.endsStream else { return }
      try server.send(
        H2.frame(H2.goAway, 0, 0, H2.bytes(frame.stream) + H2.bytes(0))
          + H2.frame(H2.headers, 5, frame.stream, H2.block([(":status", "200"), ("x", "y")])))
    }
    let gate = try await gate(server)
    let statuses = try await run(gate, server) { client, host in
      try (0..<3).map { index in
        let stream = UInt32(2 * index + 1)
        try client.send(H2.request(stream, H2.get(host)))
        return try client.answer(stream).status
      }
    }
    #expect(statuses == ["200", "200", "200"] && server.connections == 3)
    await gate.close()
  }

  @Test("A server that ends a stream or its connection is told apart from one that refuses", arguments: [true, false])
  func broken(isReset: Bool) async throws {
    let server = try TestServer.http2 { server, frame in
      guard frame.endsStream else { return }
      if frame[":path"] == "/half" {
        try server.send(H2.frame(H2.headers, 4, frame.stream, H2.block([(":status", "200")])))
        try server.send(H2.frame(H2.data, 0, frame.stream, [1, 2]))
      }
      if isReset { try server.send(H2.frame(H2.reset, 0, frame.stream, H2.bytes(2))) } else { server.peer.close() }
    }
    let gate = try await gate(server)
    let answers = try await run(gate, server) { client, host in
      try client.send(H2.request(1, H2.get(host)))
      let whole = try client.answer(1)
      try client.send(H2.request(3, H2.get(host, "/half")))
      return [whole, try client.answer(3)]
    }
    #expect(answers[0].status == "502" && answers[0].text.contains("connection-failed"))
    #expect(answers[1].status == "200" && answers[1].reset == 2)
    await gate.close()
    #expect(gate.mediator.refusalCodes == ["connection-failed", "connection-lost"])
  }

  @Test("A gRPC answer that breaks off ends with a status of gRPC, not as a whole one")
  func brokenGRPC() async throws {
    let server = try TestServer.http2 { server, frame in
      guard frame.endsStream else { return }
      let head = H2.block([(":status", "200"), ("content-type", "application/grpc")])
      try server.send(
        H2.frame(H2.headers, 4, frame.stream, head) + H2.frame(H2.data, 0, frame.stream, [0, 0, 0, 0, 9]))
      try server.send(H2.frame(H2.reset, 0, frame.stream, H2.bytes(2)))
    }
    let gate = try await gate(server)
    let answer = try await run(gate, server) { client, host in
      try client.send(H2.request(1, H2.post(host, "/t/Call", [("content-type", "application/grpc+proto")])))
      return try client.answer(1)
    }
    #expect(answer.status == "200" && answer.body.count == 5 && answer.trailers?["grpc-status"] == "14")
    #expect(answer.trailers?["grpc-message"]?.hasPrefix("connection-lost: ") == true && answer.reset == nil)
    await gate.close()
    #expect(gate.mediator.refusalCodes == ["connection-lost"])
  }

  @Test("A client that ends a stream ends it at the server, and the others go on")
  func cancel() async throws {
    let resets = Mutex<[UInt32]>([])
    let server = try TestServer.http2 { server, frame in
      if frame.type == H2.reset { resets.withLock { $0.append(frame.errorCode ?? 0) } }
      guard frame.type == H2.headers, frame[":path"] == "/now" else { return }
      try server.send(H2.frame(H2.headers, 5, frame.stream, H2.block([(":status", "204")])))
    }
    let gate = try await gate(server)
    let status = try await run(gate, server) { client, host in
      try client.send(H2.request(1, H2.get(host, "/never")) + H2.request(3, H2.get(host, "/now")))
      _ = try client.answer(3)
      try client.send(H2.frame(H2.reset, 0, 1, H2.bytes(8)))
      try client.send(H2.request(5, H2.get(host, "/now")))
      return try client.answer(5).status
    }
    #expect(status == "204")
    try await eventually { resets.withLock { $0 } != [] }
    #expect(resets.withLock { $0 } == [8])
    await gate.close()
    #expect(gate.mediator.refusalCodes == ["client-gone"] && server.connections == 1)
  }

  @Test("At the session's end clients and servers hear a goodbye, and what came of every stream is on record")
  func end() async throws {
    let frames = Mutex<[UInt8]>([])
    let server = try TestServer { peer in
      _ = try peer.receive(exactly: H2.preface.count)
      let server = H2Peer(peer)
      try server.send(H2.settings())
      while let frame = try server.next() { frames.withLock { $0.append(frame.type) } }
    }
    func count(_ type: UInt8) -> Int { frames.withLock { $0.count { $0 == type } } }
    let gate = try await gate(server)
    let task = Task {
      try await run(gate, server) { client, host in
        for stream in 0..<20 { try client.send(H2.request(UInt32(2 * stream + 1), H2.get(host))) }
        return try client.rest().contains { $0.type == H2.goAway && $0.errorCode == 0 }
      }
    }
    try await eventually { count(H2.headers) == 20 && server.connections == 1 }
    await gate.close()
    #expect(try await task.value)
    #expect(gate.requests.count == 20 && gate.outcomes.count == 20)
    try await eventually { count(H2.goAway) == 1 }
  }

  @Test(
    "WebSocket by extended CONNECT reaches a server of HTTP/2, and one that has it only in HTTP/1",
    arguments: [true, false])
  func webSocket(takesInStreams: Bool) async throws {
    // A text of three letters: from the client masked, by zeros (RFC 6455 section 5.3).
    let said: [UInt8] = [0x81, 0x83, 0, 0, 0, 0] + Array("abc".utf8)
    let answered: [UInt8] = [0x81, 3] + Array("cba".utf8)
    let server = try TestServer { peer in
      var start = try peer.receive(exactly: 3)
      if start.starts(with: "PRI".utf8) {
        start += try peer.receive(exactly: H2.preface.count - 3)
        let server = H2Peer(peer)
        try server.send(H2.settings(takesInStreams ? [(8, 1)] : []))
        while let frame = try server.next() {
          if frame.type == H2.headers {
            let isRight = frame[":method"] == "CONNECT" && frame[":protocol"] == "websocket"
            try server.send(
              H2.frame(H2.headers, 4, frame.stream, H2.block([(":status", isRight ? "200" : "400")])))
          } else if frame.type == H2.data {
            let isHeard = frame.payload.suffix(3) == said.suffix(3)
            try server.send(H2.frame(H2.data, frame.flags & 1, frame.stream, isHeard ? answered : []))
          }
        }
      } else {
        let head = try peer.receiveHead()
        let key = head.components(after: "sec-websocket-key: ") ?? ""
        try peer.send(
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Accept: \(WebSocketKey.accept(key))\r\n\r\n")
        if try peer.receive(exactly: said.count).suffix(3) == said.suffix(3) { try peer.send(answered) }
        _ = try peer.receiveAll()
      }
    }
    let gate = try await gate(server)
    let (status, text) = try await run(gate, server) { client, host in
      let fields = [
        (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":authority", host), (":path", "/ws"),
        ("sec-websocket-version", "13"),
      ]
      try client.send(H2.request(1, fields, ends: false))
      var status = ""
      while status.isEmpty, let frame = try client.next() { status = frame[":status"] ?? "" }
      try client.send(H2.frame(H2.data, 0, 1, said))
      while let frame = try client.next() {
        if frame.type == H2.data { return (status, String(decoding: frame.payload, as: UTF8.self)) }
      }
      return (status, "")
    }
    #expect(status == "200" && text.hasSuffix("cba"))
    await gate.close()
    let action = gate.mediator.requests.first { $0.verb == .httpRequest }
    #expect(action?.resource["method"]?.string == "GET" && action?.resource["path"]?.string == "/ws")
  }
}

extension TestGate {
  fileprivate var requests: [Action] { mediator.requests.filter { $0.verb == .httpRequest } }
  fileprivate var outcomes: [Outcome] { mediator.completions.filter { $0.0.verb == .httpRequest }.map(\.1) }
}
