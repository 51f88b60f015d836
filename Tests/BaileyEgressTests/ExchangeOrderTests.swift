import BaileyCore
import BaileyLinux
import NIOCore
import Synchronization
import Testing

@testable import BaileyEgress

/// What comes too early or too late counts for nothing.
@Suite("The order of an exchange", .serialized)
struct ExchangeOrderTests {
  private struct Guards: MessageGuards {
    var requests: @Sendable () -> [any MessageGuard] = { [] }
    var tunnels: @Sendable () -> [any MessageGuard] = { [] }

    func describe(_ context: ExchangeContext, _ action: inout Action) {}
    func request(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] { requests() }
    func response(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] { [] }
    func tunnel(_ context: ExchangeContext, _ ruling: Ruling) -> (
      toServer: [any MessageGuard], toAgent: [any MessageGuard]
    ) { (tunnels(), []) }
  }

  /// Waits for a time at the first part that it is to hold back.
  private final class Slow: MessageGuard {
    private let time: Duration
    private let holds: (MessagePart) -> Bool
    private let resumed: @Sendable () -> Void
    private var held: [MessagePart] = []

    init(_ time: Duration, resumed: @escaping @Sendable () -> Void = {}, _ holds: @escaping (MessagePart) -> Bool) {
      (self.time, self.resumed, self.holds) = (time, resumed, holds)
    }

    var heldBytes: Int { 0 }

    func take(_ part: MessagePart) -> GuardStep {
      guard holds(part) else { return .pass([part]) }
      held = [part]
      return .wait { [time] in try? await Task.sleep(for: time) }
    }

    func resume() -> GuardStep {
      resumed()
      return .pass(held)
    }
  }

  private func gate(_ server: TestServer, _ guards: Guards) async throws -> TestGate {
    try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)])
    ) { $0.guards = guards }
  }

  @Test("What was waited for in a handshake is no answer to what is waited for in its WebSocket")
  func generations() async throws {
    let sent = frame(.text, "abc")
    let server = try TestServer { peer in
      try peer.send(Handshake.answer(try peer.receiveHead()))
      if try peer.receive(exactly: sent.count) == sent { try peer.send(frame(.text, "got", from: .server)) }
      _ = try peer.receiveAll()
    }
    let began = ContinuousClock.now
    let resumed = Mutex<[Duration]>([])
    var guards = Guards()
    // The end of the handshake is still being thought about when the server has answered.
    guards.requests = {
      [Slow(.milliseconds(300)) { if case .end = $0 { true } else { false } }]
    }
    guards.tunnels = {
      [
        Slow(
          .seconds(2),
          resumed: {
            let time = ContinuousClock.now - began
            resumed.withLock { $0.append(time) }
          }
        ) { if case .data = $0 { true } else { false } }
      ]
    }
    let gate = try await gate(server, guards)
    let host = "good.example:\(server.port)"
    let answer = try await blocking {
      let peer = try gate.proxied()
      try peer.send(Handshake.request("http://\(host)/", host: host))
      _ = try peer.receiveHead()
      try peer.send(sent)
      return try peer.receive(exactly: 5)
    }
    #expect(answer == frame(.text, "got", from: .server))
    let times = resumed.withLock { $0 }
    #expect(times.count == 1 && times.allSatisfy { $0 > .seconds(2) }, "\(times)")
    await gate.close()
  }

  @Test("A server that answers before it has been asked is not believed")
  func early() async throws {
    let server = try TestServer { peer in
      try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly")
      _ = try peer.receiveAll()
    }
    var guards = Guards()
    guards.requests = { [Slow(.milliseconds(500)) { if case .request = $0 { true } else { false } }] }
    let gate = try await gate(server, guards)
    let host = "good.example:\(server.port)"
    let answer = try await blocking {
      let peer = try gate.proxied()
      try peer.send("GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n\r\n")
      return try peer.receiveText()
    }
    #expect(answer.hasPrefix("HTTP/1.1 502 ") && answer.contains("before it was asked"))
    await gate.close()
    #expect(gate.mediator.refusalCodes == ["connection-failed"] && gate.session.traffic.sent == 0)
  }

  @Test("A server that agrees to compression which guards took out of the handshake is refused")
  func strippedExtension() async throws {
    let server = try TestServer { peer in
      try peer.send(
        Handshake.answer(try peer.receiveHead()).dropLast() + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
      _ = try peer.receiveAll()
    }
    var guards = Guards()
    guards.requests = { [Stripping()] }
    let gate = try await gate(server, guards)
    let host = "good.example:\(server.port)"
    let request = Handshake.request("http://\(host)/", host: host, "Sec-WebSocket-Extensions: permessage-deflate\r\n")
    let answer = try await blocking {
      let peer = try gate.proxied()
      try peer.send(request)
      return try peer.receiveText()
    }
    #expect(answer.hasPrefix("HTTP/1.1 502 ") && answer.contains("an extension that was not offered"))
    await gate.close()
    #expect(gate.mediator.refusalCodes == ["connection-failed"])
  }

  private struct Stripping: MessageGuard {
    var heldBytes: Int { 0 }
    func take(_ part: MessagePart) -> GuardStep {
      guard case .request(var head) = part else { return .pass([part]) }
      head.fields.removeAll { $0.name == "sec-websocket-extensions" }
      return .pass([.request(head)])
    }
    func resume() -> GuardStep { .pass([]) }
  }
}
