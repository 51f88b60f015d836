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
  @Test("TLS to an allowed name is decided, looked up and passed on whole, with its end")
  func tls() async throws {
    let server = try TestServer.echo()
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)]))
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
}
