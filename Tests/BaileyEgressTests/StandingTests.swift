import BaileyCore
import BaileyLinux
import Synchronization
import Testing

@testable import BaileyEgress

/// What passes while policies are replaced.
@Suite("Policies that are replaced while something passes")
struct StandingTests {
  private static let allowing: @Sendable (Action) -> [Reason] = { _ in [Reason(.allow, "still-allowed", "as before")] }
  private static let denying: @Sendable (Action) -> [Reason] = { _ in [Reason(.deny, "now-denied", "not any more")] }

  private func gate(_ server: TestServer) async throws -> TestGate {
    try await TestGate(
      names: ["good.example": ["127.0.0.1"]], rules: opened(server.port, also: [rule("good.example", server.port)]))
  }

  /// Answers in two parts, the second when it may.
  private func slowServer(_ mayGoOn: Gateway) throws -> TestServer {
    try TestServer { peer in
      _ = try peer.receiveHead()
      try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
      mayGoOn.wait()
      try peer.send("later")
      _ = try? peer.receiveAll()
    }
  }

  /// - Returns: what the agent got of an answer, and what came of it.
  private func download(replacingWith policy: @escaping @Sendable (Action) -> [Reason]) async throws -> (
    String, Outcome, TestMediator
  ) {
    let mayGoOn = Gateway()
    let server = try slowServer(mayGoOn)
    let gate = try await gate(server)
    let text = try await blocking {
      let peer = try gate.proxied()
      try peer.send(
        "GET http://good.example:\(server.port)/ HTTP/1.1\r\nHost: good.example:\(server.port)\r\nConnection: close\r\n\r\n"
      )
      let head = try peer.receiveHead()
      let first = try peer.receive(exactly: 5)
      gate.mediator.replace(policy)
      mayGoOn.open()
      return head + String(decoding: first + (try peer.receiveAll()), as: UTF8.self)
    }
    try await eventually { gate.mediator.completions.count == 1 }
    await gate.close()
    return (text, gate.mediator.completions[0].1, gate.mediator)
  }

  @Test("An answer that is on its way goes on where the new policies allow its request, and they are asked once")
  func allowed() async throws {
    let (text, outcome, mediator) = try await download(replacingWith: Self.allowing)
    #expect(text.hasSuffix("firstlater") && outcome.succeeded)
    #expect(mediator.requests.count == 1 && mediator.memory.withLock(\.reconsidered) == 1)
  }

  @Test("Not a byte more of an answer reaches the agent where the new policies deny its request, and why is on record")
  func denied() async throws {
    let (text, outcome, _) = try await download(replacingWith: Self.denying)
    #expect(text.hasSuffix("first") && !outcome.succeeded)
    #expect(outcome.detail["reason"]?["code"]?.string == "now-denied")
  }

  @Test(
    "Not a byte more of a tunnel passes where the new policies deny it, and one that they allow goes on",
    arguments: [true, false])
  func tunnel(isAllowed: Bool) async throws {
    let heard = Mutex<[UInt8]>([])
    let server = try TestServer { peer in
      while case let bytes = try peer.receive(), !bytes.isEmpty {
        heard.withLock { $0 += bytes }
        try peer.send(bytes)
      }
    }
    let gate = try await gate(server)
    let answer = try await blocking {
      let peer = try gate.captured(to: server.endpoint)
      try peer.send([1])
      _ = try peer.receive(exactly: 1)
      gate.mediator.replace(isAllowed ? Self.allowing : Self.denying)
      try peer.send([2])
      return isAllowed ? try peer.receive(exactly: 1) : try peer.receiveAll()
    }
    await gate.close()
    #expect(answer == (isAllowed ? [2] : []) && heard.withLock { $0 } == (isAllowed ? [1, 2] : [1]))
    let reason = gate.mediator.completions.first?.1.detail["reason"]?["code"]?.string
    #expect((reason == "now-denied") == !isAllowed)
  }
}

/// Opens once, for threads that wait.
private final class Gateway: Sendable {
  private let isOpen = Mutex(false)

  func open() { isOpen.withLock { $0 = true } }

  func wait() {
    while !isOpen.withLock({ $0 }) { _ = try? poll([], milliseconds: 5) }
  }
}
