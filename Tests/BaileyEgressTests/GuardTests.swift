import BaileyCore
import BaileyLinux
import NIOCore
import Synchronization
import Testing

@testable import BaileyEgress

/// What a guard does is given by closures; it is told of every part.
private struct TestGuard: MessageGuard {
  var heldBytes = 0
  var taking: (MessagePart) throws(Refusal) -> GuardStep
  var resuming: () throws(Refusal) -> GuardStep = { .pass([]) }

  mutating func take(_ part: MessagePart) throws(Refusal) -> GuardStep { try taking(part) }
  mutating func resume() throws(Refusal) -> GuardStep { try resuming() }
}

private struct TestGuards: MessageGuards {
  var describing: @Sendable (ExchangeContext, inout Action) throws(Refusal) -> Void = { _, _ in }
  var requests: @Sendable () -> [any MessageGuard] = { [] }
  var responses: @Sendable () -> [any MessageGuard] = { [] }
  var tunnels: @Sendable () -> [any MessageGuard] = { [] }

  func describe(_ context: ExchangeContext, _ action: inout Action) throws(Refusal) { try describing(context, &action) }
  func request(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] { requests() }
  func response(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] { responses() }
  func tunnel(_ context: ExchangeContext, _ ruling: Ruling) -> (
    toServer: [any MessageGuard], toAgent: [any MessageGuard]
  ) { (tunnels(), []) }
}

extension MessagePart {
  fileprivate var text: String {
    switch self {
    case .request(let head): "request \(head.target)"
    case .response(let head): "response \(head.status)"
    case .data(let bytes): String(buffer: bytes)
    case .end: "end"
    }
  }
}

@Suite("Guards of messages")
struct GuardTests {
  private func data(_ text: String) -> MessagePart { .data(ByteBuffer(string: text)) }

  private func doubling() -> TestGuard { TestGuard { part throws(Refusal) in .pass([part, part]) } }

  @Test("Parts pass all guards in order, and what one makes of a part comes before the next part")
  func order() throws {
    let marking = TestGuard { part throws(Refusal) in
      if case .data(let bytes) = part { return .pass([.data(ByteBuffer(string: String(buffer: bytes) + "!"))]) }
      return .pass([part])
    }
    var passage = Passage([doubling(), marking])
    #expect(try passage.take(data("a")).passed.map(\.text) == ["a!", "a!"])
    #expect(try passage.take(.end([])).passed.map(\.text) == ["end", "end"])
  }

  @Test("While a guard waits nothing passes, what comes is kept and counted, and afterwards all goes on in order")
  func waiting() throws {
    let asking = TestGuard(
      taking: { part throws(Refusal) in part.text == "b" ? .wait {} : .pass([part]) },
      resuming: { () throws(Refusal) in .pass([.data(ByteBuffer(string: "B"))]) })
    var passage = Passage([doubling(), asking])
    #expect(try passage.take(data("a")).passed.map(\.text) == ["a", "a"])
    let step = try passage.take(data("b"))
    #expect(step.passed.isEmpty && step.wait != nil && passage.isWaiting)
    #expect(try passage.take(data("cde")).passed.isEmpty && passage.heldBytes == 4 + 2 * MessagePart.overhead)
    // The second of the doubled parts waits again.
    let second = try passage.resume()
    #expect(second.passed.map(\.text) == ["B"] && second.wait != nil)
    #expect(try passage.resume().passed.map(\.text) == ["B", "cde", "cde"])
    #expect(!passage.isWaiting && passage.heldBytes == 0)
  }

  private func gate(_ server: TestServer, _ guards: TestGuards) async throws -> TestGate {
    try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)])
    ) { $0.guards = guards }
  }

  private func say(_ gate: TestGate, _ server: TestServer, _ line: String, _ rest: String) async throws -> String {
    let host = "good.example:\(server.port)"
    return try await blocking {
      let peer = try gate.proxied()
      try peer.send(line.replacing("URL", with: "http://\(host)") + " HTTP/1.1\r\nHost: \(host)\r\n" + rest)
      peer.finish()
      return try peer.receiveText()
    }
  }

  @Test("A guard alters head, body and trailers, and the length follows", arguments: [true, false])
  func alters(isChunked: Bool) async throws {
    let server = try TestServer { peer in
      let head = try peer.receiveHead()
      var body = ""
      while !body.hasSuffix("\r\n\r\n") { body += String(decoding: try peer.receive(), as: UTF8.self) }
      let all = head + body
      try peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(all.utf8.count)\r\n\r\n\(all)")
    }
    var guards = TestGuards()
    guards.requests = {
      [
        TestGuard { part throws(Refusal) in
          switch part {
          case .request(var head):
            head.fields.append(HTTPField(name: "x-key", "real"))
            head.framing = .chunked
            return .pass([.request(head)])
          case .data(let bytes): return .pass([.data(bytes), .data(bytes)])
          case .end(let trailers): return .pass([.end(trailers + [HTTPField(name: "x-end", "1")])])
          case .response: return .pass([part])
          }
        }
      ]
    }
    let gate = try await gate(server, guards)
    let body =
      isChunked ? "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nT: v\r\n\r\n" : "Content-Length: 2\r\n\r\nab"
    let answer = try await say(gate, server, "POST URL/", "Connection: close\r\n" + body)
    #expect(answer.contains("x-key: real\r\n") && !answer.contains("content-length: 2\r\n"))
    #expect(
      answer.hasSuffix("\r\n\r\n2\r\nab\r\n2\r\nab\r\n0\r\n" + (isChunked ? "t: v\r\n" : "") + "x-end: 1\r\n\r\n"))
    await gate.close()
  }

  /// Keeps all of a body back until it was asked about.
  private final class Holding: MessageGuard {
    let allows: Bool
    private var kept: [MessagePart] = []
    private var count = 0

    init(allows: Bool) { self.allows = allows }

    var heldBytes: Int { count }

    func take(_ part: MessagePart) throws(Refusal) -> GuardStep {
      if case .request = part { return .pass([part]) }
      kept.append(part)
      if case .data(let bytes) = part { count += bytes.readableBytes }
      guard case .end = part else { return .pass([]) }
      return .wait { try? await Task.sleep(for: .milliseconds(30)) }
    }

    func resume() throws(Refusal) -> GuardStep {
      count = 0
      guard allows else { throw Refusal("test-refused", "it is not clean") }
      return .pass(kept)
    }
  }

  @Test(
    "A body that a guard holds back reaches the server after its yes, and after its no never as a whole",
    arguments: [true, false])
  func holds(allows: Bool) async throws {
    let seen = Mutex("")
    let server = try TestServer { peer in
      while case let bytes = try peer.receive(), !bytes.isEmpty {
        let text = String(decoding: bytes, as: UTF8.self)
        let all = seen.withLock { seen in
          seen += text
          return seen
        }
        if all.hasSuffix("body") { try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") }
      }
    }
    var guards = TestGuards()
    guards.requests = { [Holding(allows: allows)] }
    let gate = try await gate(server, guards)
    let answer = try await say(gate, server, "POST URL/", "Content-Length: 8\r\n\r\ngoodbody")
    await gate.close()
    #expect(answer.hasPrefix(allows ? "HTTP/1.1 200" : "HTTP/1.1 403"))
    #expect(allows || answer.contains(#""code":"test-refused""#))
    #expect(seen.withLock { $0.contains("body") } == allows)
    #expect(gate.mediator.refusalCodes == (allows ? [] : ["test-refused"]))
  }

  @Test(
    "A guard refuses an answer before its head with words, and after it with a broken end", arguments: [true, false])
  func refusesAnswer(atHead: Bool) async throws {
    let server = try TestServer.http()
    var guards = TestGuards()
    guards.responses = {
      [
        TestGuard { part throws(Refusal) in
          switch part {
          case .response where atHead: throw Refusal("test-refused", "no")
          case .data: throw Refusal("test-refused", "no")
          default: return .pass([part])
          }
        }
      ]
    }
    let gate = try await gate(server, guards)
    let answer = try await say(gate, server, "GET URL/", "\r\n")
    await gate.close()
    #expect(answer.contains("test-refused") == atHead && !answer.contains("GET /"))
    #expect(gate.mediator.refusalCodes == ["test-refused"])
  }

  @Test(
    "What a guard says of a request is in the action, and its no comes before any decision", arguments: [true, false])
  func describes(refuses: Bool) async throws {
    let server = try TestServer.http()
    var guards = TestGuards()
    guards.describing = { context, action throws(Refusal) in
      if refuses { throw Refusal("test-refused", "no") }
      action = Action(.httpRequest, action.subject, resource: ["host": "good.example", "fact": "x"])
    }
    let gate = try await gate(server, guards)
    let answer = try await say(gate, server, "GET URL/", "\r\n")
    await gate.close()
    #expect(answer.hasPrefix(refuses ? "HTTP/1.1 403" : "HTTP/1.1 200"))
    #expect(gate.mediator.requests.compactMap { $0.resource["fact"]?.string } == (refuses ? [] : ["x"]))
    #expect(server.connections == (refuses ? 0 : 1))
  }

  @Test("Frames of a tunnel pass guards of their own")
  func tunnel() async throws {
    let sent = frame(.text, "abc")
    let server = try TestServer { peer in
      try peer.send(Handshake.answer(try peer.receiveHead()))
      let got = try peer.receive(exactly: 2 * sent.count)
      try peer.send(frame(.text, got == sent + sent ? "doubled" : "not it", from: .server))
      _ = try peer.receiveAll()
    }
    var guards = TestGuards()
    guards.tunnels = {
      [
        TestGuard { part throws(Refusal) in
          if case .data(let bytes) = part, Array(bytes.readableBytesView) == sent { return .pass([part, part]) }
          return .pass([part])
        }
      ]
    }
    let gate = try await gate(server, guards)
    let host = "good.example:\(server.port)"
    let answer = try await blocking {
      let peer = try gate.proxied()
      try peer.send(Handshake.request("http://\(host)/", host: host))
      _ = try peer.receiveHead()
      try peer.send(sent)
      return try peer.receive(exactly: 9)
    }
    #expect(answer == frame(.text, "doubled", from: .server))
    await gate.close()
  }
}
