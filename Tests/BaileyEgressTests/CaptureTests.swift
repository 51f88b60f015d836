import BaileyCore
import BaileyLinux
import Testing

@testable import BaileyEgress

/// Looks a name up at the gate's resolver, over TCP.
func synthetic(_ host: String, at gate: TestGate) throws -> IPAddress {
  let peer = try gate.toResolver()
  let query = dnsQuery(host)
  try peer.send([0, UInt8(query.count)] + query)
  let length = Int(try peer.receive(exactly: 2)[1])
  let answer = try peer.receive(exactly: length)
  guard let address = IPAddress(bytes: Array(answer.suffix(4))) else { throw PeerError.closed }
  return address
}

@Suite("Captured connections")
struct CaptureTests {
  @Test("Opaque TLS to an allowed name is decided, looked up and passed on whole, with its end")
  func tls() async throws {
    let server = try TestServer.echo()
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port, opaque: true)]))
    let hello = clientHello("Good.Example.")
    let echoed = try await blocking {
      let target = try synthetic("good.example", at: gate)
      let peer = try gate.captured(to: Endpoint(target, server.port))
      try peer.send(hello)
      peer.finish()
      return try peer.receiveAll()
    }
    #expect(echoed == hello)
    await gate.close()
    let outcome = gate.mediator.completions.first { $0.0.verb == .netConnect }
    #expect(outcome?.1.succeeded == true)
    #expect(outcome?.1.detail["sent"]?.int == Int64(hello.count))
    #expect(gate.session.traffic.sent == Int64(hello.count))
  }

  @Test("A denied name gets a TLS alert and is never looked up")
  func denied() async throws {
    let gate = try await TestGate(mediator: TestMediator(hosts: []), names: ["evil.example": ["127.0.0.1"]])
    let answer = try await blocking {
      let target = try synthetic("evil.example", at: gate)
      let peer = try gate.captured(to: Endpoint(target, 443))
      try peer.send(clientHello("evil.example"))
      return try peer.receiveAll()
    }
    #expect(answer == [21, 3, 3, 0, 2, 2, 49])
    #expect(gate.resolver.questions == [])
    await gate.close()
  }

  private func say(_ gate: TestGate, to target: Endpoint, _ bytes: [UInt8]) async throws -> [UInt8] {
    try await blocking {
      let peer = try gate.captured(to: target)
      // A connection that is refused for its address alone can be gone by now.
      try? peer.send(bytes)
      peer.finish()
      return try peer.receiveAll()
    }
  }

  @Test("A connection to a bare address without a rule for it needs a name, and then the name is looked up anew")
  func bareAddress() async throws {
    let server = try TestServer.echo()
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port, opaque: true)]))
    let elsewhere = Endpoint(ip("9.9.9.9"), server.port)
    let hello = clientHello("good.example")
    #expect(try await say(gate, to: elsewhere, hello) == hello)
    #expect(try await say(gate, to: elsewhere, clientHello(nil)) == [21, 3, 3, 0, 2, 2, 49])
    #expect(try await say(gate, to: elsewhere, Array("EHLO x\r\n".utf8)) == [])
    await gate.close()
    #expect(gate.mediator.refusalCodes == ["name-missing", "name-missing"])
  }

  @Test("An address that a rule names passes without a name")
  func namedAddress() async throws {
    let server = try TestServer.echo()
    let gate = try await TestGate(rules: opened(server.port))
    #expect(try await say(gate, to: server.endpoint, [0, 1, 2]) == [0, 1, 2])
    await gate.close()
    #expect(gate.mediator.requests.first?.resource["address"]?.string == "127.0.0.1")
    #expect(gate.mediator.requests.first?.resource["transport"]?.string == "address")
  }

  @Test("A synthetic address that nobody was given leads nowhere")
  func unknownSynthetic() async throws {
    let gate = try await TestGate()
    #expect(try await say(gate, to: Endpoint(ip("198.18.7.7"), 443), clientHello("good.example")) == [])
    await gate.close()
    #expect(gate.mediator.refusalCodes == ["name-unknown"])
    #expect(gate.mediator.requests.isEmpty)
  }

  @Test("A client that never says what it wants is let go")
  func silent() async throws {
    let gate = try await TestGate(rules: [rule("good.example", 443)]) { $0.learning = .milliseconds(50) }
    let answer = try await blocking {
      let peer = try gate.captured(to: Endpoint(ip("9.9.9.9"), 443))
      try peer.send(Array(clientHello("good.example").prefix(20)))
      return try peer.receiveAll()
    }
    #expect(answer == [21, 3, 3, 0, 2, 2, 49])
    await gate.close()
    #expect(gate.mediator.refusalCodes == ["client-silent"])
  }

  @Test("The end of the session closes live tunnels, reports them, and refuses new connections")
  func sessionEnd() async throws {
    let server = try TestServer.echo()
    let gate = try await TestGate(rules: opened(server.port))
    let peer = try await blocking {
      let peer = try gate.captured(to: server.endpoint)
      try peer.send([1, 2, 3])
      _ = try peer.receive(exactly: 3)
      return peer
    }
    await gate.close()
    #expect(gate.mediator.refusalCodes == ["session-ended"])
    #expect(try await blocking { try peer.receiveAll() } == [])
    await #expect(throws: Errno.self) { try await blocking { try gate.captured(to: server.endpoint) } }
  }

  @Test("A tunnel that would exceed the upload budget is closed before the bytes leave")
  func budget() async throws {
    let server = try TestServer.echo()
    let gate = try await TestGate(rules: opened(server.port), uploadBudget: 1000)
    let received = try await say(gate, to: server.endpoint, [UInt8](repeating: 9, count: 400_000))
    #expect(received.count <= 1000)
    await gate.close()
    #expect(gate.session.traffic.sent <= 1000)
    #expect(gate.mediator.refusalCodes == ["upload-budget"])
  }

  @Test("A large transfer both ways arrives whole, through the pipes")
  func bulk() async throws {
    let server = try TestServer.echo()
    let gate = try await TestGate(rules: opened(server.port))
    let payload = (0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    let echoed = try await blocking {
      let peer = try gate.captured(to: server.endpoint)
      try startThread("sender") {
        try? peer.send(payload)
        peer.finish()
      }
      return try peer.receiveAll()
    }
    #expect(echoed == payload)
    await gate.close()
    #expect(gate.session.traffic.sent == Int64(payload.count))
    #expect(gate.session.traffic.received == Int64(payload.count))
  }

  @Test("A named port of the host is reached on its loopback, by decision")
  func hostPort() async throws {
    let server = try TestServer.echo()
    let gate = try await TestGate(hostPort: server.port)
    let echoed = try await blocking {
      let peer = try gate.toHostPort()
      try peer.send("hello")
      peer.finish()
      return try peer.receiveText()
    }
    #expect(echoed == "hello")
    #expect(gate.mediator.requests.first?.resource["transport"]?.string == "host-port")
    await gate.close()
  }

  @Test("Without a record there is no effect")
  func noRecord() async throws {
    struct Unrecorded: Mediator {
      func request(_ action: Action) async -> Ruling {
        Ruling(action: action, decision: Decision(combining: [Reason(.allow, "x", "x")]), record: nil)
      }
      func complete(_ ruling: Ruling, _ outcome: Outcome) async {}
      func observe(_ action: Action, _ outcome: Outcome) async {}
    }
    let server = try TestServer.echo()
    var options = GateOptions()
    options.originalDestination = { _ in server.endpoint }
    let gate = try NetworkGate(
      inspector: Unseeing(), resolver: TestResolver([:]), options: options, host: TestGate.host)
    let listener = try Socket.listener(on: loopback)
    let port = try #require(Socket.localEndpoint(listener)?.port)
    let session = try await gate.open(
      subject: TestGate.subject(), channels: [.captureIPv4: listener], rules: opened(server.port), uploadBudget: nil,
      mediator: Unrecorded())
    let answer = try await blocking {
      let peer = try Peer.connect(to: Endpoint(loopback.address, port))
      try peer.send([1])
      return try peer.receiveAll()
    }
    #expect(answer == [] && server.connections == 0)
    await session.close()
  }
}
