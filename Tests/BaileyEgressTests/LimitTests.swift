import BaileyCore
import BaileyLinux
import Synchronization
import Testing

@testable import BaileyEgress

/// What one session may use up, and what it hears when it would use more.
@Suite("Limits", .serialized)
struct LimitTests {
  private func say(_ gate: TestGate, _ text: String) async throws -> String {
    try await blocking {
      let peer = try gate.proxied()
      try peer.send(text)
      return try peer.receiveText()
    }
  }

  /// Connections to the proxy that are known to be served: each has got an answer, and stays open.
  private func occupy(_ gate: TestGate, _ count: Int) throws -> [Peer] {
    try (0..<count).map { _ in
      let peer = try gate.proxied()
      try peer.send([5, 1, 0])
      _ = try peer.receive(exactly: 2)
      return peer
    }
  }

  @Test("A connection over the limit is told so in its own language, and served again once another has ended")
  func surplus() async throws {
    let gate = try await TestGate(mediator: TestMediator(hosts: [])) {
      $0.maximumConnections = 2
      $0.learning = .seconds(300)
    }
    var held = try await blocking { try occupy(gate, 2) }
    let connect = "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n"
    for request in [connect, "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n"] {
      let answer = try await say(gate, request)
      #expect(answer.hasPrefix("HTTP/1.1 503 "))
      #expect(answer.contains(#""code":"too-many-connections""#))
    }
    let (socks, tls) = try await blocking { () -> ([UInt8], [UInt8]) in
      let first = try gate.proxied()
      try first.send([5, 1, 0, 5, 1, 0, 1, 9, 9, 9, 9, 0, 80])
      let second = try gate.captured(to: Endpoint(ip("9.9.9.9"), 443))
      try second.send(clientHello("a.example"))
      return (try first.receiveAll(), try second.receiveAll())
    }
    #expect(socks == [5, 0] + SOCKSRequest.reply(SOCKSRequest.refused))
    #expect(tls == [21, 3, 3, 0, 2, 2, 49])
    #expect(gate.mediator.requests == [])
    held.removeLast()
    try await eventually { try await say(gate, connect).contains("nothing-allows") }
    await gate.close()
    #expect(Set(gate.mediator.refusalCodes) == ["too-many-connections"])
  }

  @Test(
    "Of five thousand connections at once the limit is served, the next hear why, and the rest are dropped and counted")
  func crowd() async throws {
    // Both ends of each are in this process.
    try #require(allowOpenFiles(12_000))
    let gate = try await TestGate(mediator: TestMediator(hosts: [])) {
      $0.learning = .seconds(300)
      $0.refusalRecordsPerMinute = 10
    }
    let peers = try await blocking { (0..<5_000).map { _ in try? gate.proxied() } }
    try await eventually { gate.session.traffic.connections == 5_000 }
    let hello = Array("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n".utf8)
    let answers = try await blocking { () -> [String: Int] in
      var counts: [String: Int] = [:]
      // The last ones first: as long as the others are silent, no place gets free.
      for peer in peers.reversed() {
        let text = (try? peer?.send(hello)) == nil ? "" : (try? peer?.receiveText()) ?? ""
        counts[String(text.dropFirst(9).prefix(3)), default: 0] += 1
      }
      return counts
    }
    #expect(answers == ["403": 4_096, "503": 64, "": 840])
    for peer in peers { peer?.close() }
    var refusedAgain = 0
    try await eventually {
      let answer = try await say(gate, String(decoding: hello, as: UTF8.self))
      if answer.contains("too-many-connections") { refusedAgain += 1 }
      return answer.contains("nothing-allows")
    }
    await gate.close()
    let refused = gate.mediator.observations
    #expect(refused.count < 40)
    let counted = refused.compactMap { $0.0.resource["count"]?.int }
    #expect(refused.count - counted.count + Int(counted.reduce(0, +)) == 904 + refusedAgain)
    #expect(refused.last?.1.detail["code"]?.string == "refusals-suppressed")
  }

  @Test("Two thousand requests over twenty connections are each decided, answered and accounted for")
  func keepAlive() async throws {
    let server = try TestServer.http()
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)]))
    let port = server.port
    let request = "GET http://good.example:\(port)/ HTTP/1.1\r\nHost: good.example:\(port)\r\n\r\n"
    let answered = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<20 {
        group.addTask {
          try await blocking {
            let peer = try gate.proxied()
            // Half of them one by one, half of them all at once.
            for _ in 0..<50 {
              try peer.send(request)
              try peer.receiveAnswer()
            }
            try peer.send(String(repeating: request, count: 50))
            for _ in 0..<50 { try peer.receiveAnswer() }
            return 100
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(answered == 2_000)
    #expect(server.connections == 20)
    await gate.close()
    #expect(gate.mediator.requests.count == 2_000)
    #expect(gate.mediator.completions.filter { $0.1.succeeded }.count == 2_000)
    let totals = gate.mediator.completions.reduce(into: (sent: Int64(0), received: Int64(0))) {
      $0.sent += $1.1.detail["sent"]?.int ?? 0
      $0.received += $1.1.detail["received"]?.int ?? 0
    }
    #expect(totals.sent == gate.session.traffic.sent && totals.received == gate.session.traffic.received)
    #expect(totals.sent > 0 && totals.received > totals.sent)
  }

  @Test("Heads that together are more than a session may hold are refused, and served again once there is room")
  func heldHeads() async throws {
    let gate = try await TestGate(mediator: TestMediator(hosts: [])) {
      $0.maximumHeld = 256 << 10
      $0.learning = .seconds(300)
    }
    let core = try #require(gate.session as? OpenSession).core
    let start = "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nX: "
    let peers = try await blocking {
      try (0..<32).map { _ in
        let peer = try gate.proxied()
        try peer.send(start + String(repeating: "a", count: 16 << 10))
        return peer
      }
    }
    // One of them holds 32 KiB at most.
    try await eventually { gate.mediator.refusalCodes.count >= 16 && core.heldBytes > 192 << 10 }
    let answer = try await say(gate, start + String(repeating: "a", count: 63 << 10))
    #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains(#""code":"egress-busy""#))
    #expect(Set(gate.mediator.refusalCodes) == ["egress-busy"])
    for peer in peers { peer.close() }
    try await eventually { try await say(gate, start + "a\r\n\r\n").contains("nothing-allows") }
    await gate.close()
    #expect(core.heldBytes == 0)
  }

  @Test("Of what was passed on nothing is kept, however long the body and wherever its pieces end")
  func longBodies() async throws {
    let (size, piece) = (8 << 20, String(repeating: "a", count: 1 << 16))
    // Each piece ends within the head of the next chunk.
    let pieces = String(repeating: piece + "\r\n10000\r\n", count: size >> 16)
    let server = try TestServer { peer in
      _ = try peer.receiveHead()
      _ = try peer.receive(exactly: size)
      try peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n" + pieces.dropLast(4))
      while try !peer.receive().isEmpty {}
    }
    let gate = try await TestGate(
      names: ["good.example": ["127.0.0.1"]], rules: opened(server.port, also: [rule("good.example", server.port)]))
    let core = try #require(gate.session as? OpenSession).core
    let host = "good.example:\(server.port)"
    let peer = try await blocking {
      let peer = try gate.proxied()
      try peer.send("POST http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n")
      try peer.send(String(pieces.dropLast(4)))
      _ = try peer.receiveHead()
      _ = try peer.receive(exactly: size)
      return peer
    }
    #expect(gate.session.traffic.sent > size && gate.session.traffic.received > size)
    #expect((1..<(1 << 20)).contains(core.heldBytes))
    peer.close()
    await gate.close()
    #expect(core.heldBytes == 0)
  }

  @Test(
    "A head that never ends is refused, whatever it is a head of",
    arguments: [
      ("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n", "X: y\r\n"),
      ("GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n", "X: y\r\n"),
      ("GET /", "a"), ("POST http://a.example/ HTTP/1.1\r\nX: ", "a"),
      ("\u{16}\u{3}\u{1}\u{40}\u{0}\u{1}\u{0}\u{ff}\u{ff}", "a"),
    ])
  func endless(start: String, more: String) async throws {
    let gate = try await TestGate(mediator: TestMediator(hosts: [])) { $0.learning = .seconds(1) }
    let sent = try await blocking { () -> Int in
      let peer = try gate.proxied()
      try peer.send(start.unicodeScalars.map { UInt8($0.value) })
      let piece = Array(String(repeating: more, count: 256).utf8)
      var sent = 0
      while (try? peer.send(piece)) != nil { sent += piece.count }
      return sent
    }
    #expect(sent < 64 << 20)
    #expect(gate.mediator.requests == [])
    await gate.close()
    #expect(gate.mediator.observations.count == 1)
    #expect(["client-silent", "http-malformed", "proxy-request-malformed"].contains(gate.mediator.refusalCodes.first))
  }

  @Test(
    "A head that comes too slowly is refused with the reason",
    arguments: [
      "GET http://a.exam", "CONNECT a.example:443 HTTP/1.1\r\nHos", "GET http://a.example/ HTTP/1.1\r\nHost: a.exa",
    ])
  func slowHead(start: String) async throws {
    let gate = try await TestGate(mediator: TestMediator(hosts: [])) { $0.learning = .milliseconds(50) }
    let answer = try await say(gate, start)
    #expect(answer.hasPrefix("HTTP/1.1 408 ") && answer.contains("client-silent"))
    await gate.close()
    #expect(gate.mediator.refusalCodes == ["client-silent"])
  }

  @Test(
    "Under a tcp rule a pause within a ClientHello or a request line is no way around its name",
    arguments: [true, false])
  func pause(isTLS: Bool) async throws {
    let server = try TestServer.echo()
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port, .tcp)])
    ) { $0.learning = .milliseconds(50) }
    let bytes = isTLS ? clientHello("evil.example") : Array("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".utf8)
    let answer = try await blocking {
      let peer = try gate.captured(to: Endpoint(try synthetic("good.example", at: gate), server.port))
      try peer.send(Array(bytes.prefix(12)))
      return try peer.receiveAll()
    }
    #expect(answer == [])
    await gate.close()
    #expect(gate.session.traffic.sent == 0)
    #expect(gate.mediator.refusalCodes == ["client-silent"])
  }

  @Test(
    "A flood of new names under a wildcard is refused after the limit, and the rest is one record; a name written out is served"
  )
  func wildcardFlood() async throws {
    let gate = try await TestGate(rules: [rule("*.good.example", 443), rule("written.good.example", 443)]) {
      $0.newNamesUnderWildcardPerMinute = 3
    }
    let codes = try await blocking {
      try ["a", "b", "c", "d", "e", "written", "a"].map { label -> UInt8 in
        let peer = try gate.toResolver()
        let query = dnsQuery("\(label).good.example")
        try peer.send([0, UInt8(query.count)] + query)
        return try peer.receive(exactly: 6)[5] & 0x0F
      }
    }
    #expect(codes == [0, 0, 0, 5, 5, 0, 0])
    await gate.close()
    #expect(gate.mediator.requests.count == 4)
    #expect(gate.mediator.observations.compactMap { $0.0.resource["count"]?.int } == [2])
    #expect(gate.resolver.questions == [])
  }

  @Test(
    "A client that does not read gets no more than the kernel holds, and is let go when nothing moves",
    arguments: [true, false])
  func zeroWindow(isHTTP: Bool) async throws {
    let sent = Mutex(0)
    let size = 256 << 20
    let server = try TestServer { peer in
      _ = try peer.receive()
      if isHTTP { try peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n") }
      let piece = [UInt8](repeating: 1, count: 1 << 20)
      for _ in 0..<256 {
        try peer.send(piece)
        sent.withLock { $0 += piece.count }
      }
    }
    let gate = try await TestGate(
      names: ["good.example": ["127.0.0.1"]], rules: opened(server.port, also: [rule("good.example", server.port)])
    ) {
      $0.idle = .milliseconds(300)
    }
    let port = server.port
    let peer = try await blocking {
      let peer = isHTTP ? try gate.proxied() : try gate.captured(to: server.endpoint)
      let request = "GET http://good.example:\(port)/ HTTP/1.1\r\nHost: good.example:\(port)\r\n\r\n"
      try peer.send(isHTTP ? Array(request.utf8) : [0, 1])
      return peer
    }
    try await eventually { gate.mediator.refusalCodes == ["idle"] }
    #expect(sent.withLock { $0 } < size / 2)
    #expect(gate.session.traffic.received < size / 2)
    peer.close()
    await gate.close()
  }

  @Test("A slow reader gets all of the last answer, however short the wait after it")
  func slowReader() async throws {
    let body = 4 << 20
    let server = try TestServer { peer in
      _ = try peer.receiveHead()
      try peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: \(body)\r\n\r\n")
      try peer.send([UInt8](repeating: 7, count: body))
      peer.finish()
    }
    let gate = try await TestGate(
      names: ["good.example": ["127.0.0.1"]], rules: opened(server.port, also: [rule("good.example", server.port)])
    ) {
      $0.lingering = .milliseconds(20)
    }
    let port = server.port
    let answer = try await blocking {
      let peer = try gate.proxied()
      try peer.send(
        "GET http://good.example:\(port)/ HTTP/1.1\r\nHost: good.example:\(port)\r\nConnection: close\r\n\r\n")
      var bytes = try peer.receive(exactly: 100)
      _ = try poll([], milliseconds: 400)
      while let more = try? peer.receive(), !more.isEmpty { bytes += more }
      return bytes
    }
    #expect(answer.count > body && answer.suffix(body).allSatisfy { $0 == 7 })
    await gate.close()
  }
}

extension Peer {
  /// One answer with a Content-Length.
  func receiveAnswer() throws {
    let head = try receiveHead()
    let length = head.lowercased().components(after: "content-length: ").flatMap { Int($0) } ?? 0
    guard head.hasPrefix("HTTP/1.1 200 ") else { throw PeerError.closed }
    _ = try receive(exactly: length)
  }
}

struct NeverHappened: Error {}

/// Waits for what the gate does by itself.
func eventually(_ condition: () async throws -> Bool) async throws {
  for _ in 0..<2_000 {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(10))
  }
  throw NeverHappened()
}
