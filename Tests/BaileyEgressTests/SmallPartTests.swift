import BaileyCore
import BaileyLinux
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import BaileyEgress

/// Bodies that come in very many parts. What they cost besides their bytes is bounded as well.
@Suite("Bodies in small parts", .serialized)
struct SmallPartTests {
  private struct Waiting: MessageGuard {
    var heldBytes: Int { 0 }
    func take(_ part: MessagePart) -> GuardStep { if case .data = part { .wait {} } else { .pass([part]) } }
    func resume() -> GuardStep { .pass([]) }
  }

  @Test("What waits for a guard is kept in few parts, however small it came, and each part has its price")
  func passage() throws {
    var passage = Passage([Waiting()])
    let letter = MessagePart.data(ByteBuffer(string: "a"))
    _ = try passage.take(letter)
    for _ in 0..<40_000 { #expect(try passage.take(letter).passed.isEmpty) }
    _ = try passage.take(.end([]))
    #expect((40_000...50_000).contains(passage.heldBytes))
    var (steps, step) = (0, try passage.resume())
    while step.wait != nil {
      steps += 1
      step = try passage.resume()
    }
    #expect(steps < 8 && step.passed.count == 1 && passage.heldBytes == 0)
  }

  @Test("Chunks of one byte that come together are one part, and what is wrong behind them is still found")
  func chunks() throws {
    let chunk = "1\r\na\r\n"
    var input = ByteBuffer(string: String(repeating: chunk, count: 9_000) + "0\r\n\r\nGET")
    var decoder = BodyDecoder(.chunked)
    var (parts, bytes) = (0, 0)
    while let part = try decoder.nextOfReading(&input) { (parts, bytes) = (parts + 1, bytes + part.bytes) }
    #expect(parts < 5 && bytes == 9_000 && decoder.isDone && String(buffer: input) == "GET")
    input = ByteBuffer(string: chunk + "x\r\n")
    decoder = BodyDecoder(.chunked)
    #expect(try decoder.nextOfReading(&input)?.bytes == 1)
    #expect(throws: BodyError.chunkSize) { try decoder.nextOfReading(&input) }
  }

  @Test("Frames of one byte that wait for the end of their message are kept together")
  func frames() {
    var queue = WebSocketQueue()
    var head = WebSocketFrame(opcode: .continuation, length: 1)
    head.isFinal = false
    for _ in 0..<5_000 { queue.append(head, ByteBuffer(string: "a"), together: 2048) }
    #expect(queue.bytes == 15_000 && queue.count < 10)
    var out = ByteBuffer()
    queue.releaseAll(into: &out)
    #expect(out.readableBytes == 15_000 && queue.bytes == 0)
  }

  @Test(
    "Frames of HTTP/2 that nobody reads count with what they keep in memory, and beyond the session's room the connection ends",
    arguments: [true, false])
  func unread(fromAgent: Bool) async throws {
    let flood = H2.frame(H2.data, 0, 1, [1])
    let server = try TestServer.http2 { server, frame in
      guard !fromAgent, frame.type == H2.headers else { return }
      try server.send(H2.frame(H2.headers, 4, frame.stream, H2.block([(":status", "200")])))
      // What the gate takes for a client that does not read, and then more.
      for _ in 0..<6 { try server.send(H2.frame(H2.data, 0, frame.stream, [UInt8](repeating: 1, count: 16_384))) }
      for _ in 0..<20_000 { try server.send(flood) }
    }
    // What is asked about is never answered.
    let mediator = TestMediator(hosts: ["good.example"])
    let gate = try await TestGate(
      mediator: mediator, names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)]), asking: fromAgent ? Parking(mediator) : nil
    ) { ($0.maximumHeld, $0.maximumUnreadAnswers) = (1 << 20, 1 << 20) }
    let core = try #require(gate.session as? OpenSession).core
    let host = "good.example:\(server.port)"
    let frames = try await blocking {
      let peer = try gate.captured(to: Endpoint(try synthetic("good.example", at: gate), server.port))
      let client = try H2Peer.client(peer, settings: [(4, 100)])
      client.opensWindows = false
      try client.send(H2.request(1, fromAgent ? H2.post(host) : H2.get(host), ends: !fromAgent))
      if fromAgent { for _ in 0..<20_000 { if (try? client.send(flood)) == nil { break } } }
      var frames: [H2Frame] = []
      while let frame = try? client.next() {
        frames.append(frame)
        if frame.type == H2.reset { break }
      }
      return frames
    }
    #expect(fromAgent || frames.last?.type == H2.reset)
    #expect(gate.mediator.refusalCodes.contains(fromAgent ? "egress-busy" : "connection-lost"))
    await gate.close()
    #expect(core.heldBytes == 0 && core.unreadAnswers.now == 0)
  }

  @Test("So many small parts wait for a peer that does not read, and no more, however few their bytes are")
  func writes() async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let seen = try await loop.submit { () -> [Bool] in
      var again = 0
      let writes = SmallWrites { again += 1 }
      let letter = ByteBuffer(string: "a")
      let promises = (0..<SmallWrites.most).map { _ in writes.promise(for: letter, on: loop) }
      let isFull = !writes.hasRoom
      for promise in promises { promise?.succeed() }
      return [
        isFull, writes.hasRoom, again == 1, writes.promise(for: ByteBuffer(repeating: 0, count: 2048), on: loop) == nil,
      ]
    }.get()
    #expect(seen == [true, true, true, true])
  }

  @Test("A server that sends byte by byte to a client that does not read is not read on")
  func trickle() async throws {
    let server = try TestServer.http2 { server, frame in
      guard frame.type == H2.headers else { return }
      try server.send(H2.frame(H2.headers, 4, frame.stream, H2.block([(":status", "200")])))
      // However many of them come in one read.
      for _ in 0..<60_000 {
        try server.send(H2.frame(H2.data, 0, frame.stream, [1]))
        usleep(200)
      }
    }
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)]))
    let core = try #require(gate.session as? OpenSession).core
    let host = "good.example:\(server.port)"
    let client = try await blocking {
      let peer = try gate.captured(to: Endpoint(try synthetic("good.example", at: gate), server.port))
      let client = try H2Peer.client(peer, settings: [(4, 1)])
      try client.send(H2.request(1, H2.get(host)))
      return peer
    }
    try await eventually { core.unreadAnswers.now > 4096 }
    client.close()
    await gate.close()
    #expect(core.unreadAnswers.now == 0)
  }

  /// Answers requests for a host, and no request of HTTP.
  private struct Parking: Mediator {
    let other: TestMediator
    init(_ other: TestMediator) { self.other = other }

    func request(_ action: Action) async -> Ruling {
      if action.verb == .httpRequest { try? await Task.sleep(for: .seconds(60)) }
      return await other.request(action)
    }
    func complete(_ ruling: Ruling, _ outcome: Outcome) async { await other.complete(ruling, outcome) }
    func observe(_ action: Action, _ outcome: Outcome) async { await other.observe(action, outcome) }
    func expose(to labels: Set<String>) { other.expose(to: labels) }
  }
}
