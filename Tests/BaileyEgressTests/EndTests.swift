import BaileyCore
import BaileyLinux
import Synchronization
import Testing

@testable import BaileyEgress

/// Ends and edges: half-closed connections, the budget's last byte, the session's end at every stage.
@Suite("Ends")
struct EndTests {
  private func gate(_ server: TestServer, budget: Int64? = nil) async throws -> TestGate {
    try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port, opaque: true)]), uploadBudget: budget)
  }

  @Test("When the server has finished, what the client still sends arrives, and the other way round")
  func halfOpen() async throws {
    let late = Mutex<[UInt8]>([])
    let server = try TestServer { peer in
      try peer.send([1])
      peer.finish()
      let bytes = try peer.receiveAll()
      late.withLock { $0 = bytes }
    }
    let gate = try await gate(server)
    let payload = [UInt8](repeating: 5, count: 300_000)
    try await blocking {
      let peer = try gate.captured(to: server.endpoint)
      try peer.send([0])
      #expect(try peer.receiveAll() == [1])
      try peer.send(payload)
      peer.finish()
    }
    try await eventually { late.withLock { $0.count } == payload.count + 1 }
    try await eventually { gate.mediator.completions.count == 1 }
    #expect(gate.mediator.completions[0].1.succeeded)
    #expect(gate.mediator.completions[0].1.detail["sent"]?.int == Int64(payload.count + 1))
    await gate.close()
  }

  private func post(_ port: UInt16, _ body: Int) -> String {
    "POST http://good.example:\(port)/ HTTP/1.1\r\nHost: good.example:\(port)\r\nContent-Length: \(body)\r\nConnection: close\r\n\r\n"
      + String(repeating: "x", count: body)
  }

  /// - Returns: the answer, and the bytes that left.
  private func upload(_ budget: Int64?) async throws -> (String, Int64) {
    let server = try TestServer.http()
    let gate = try await gate(server, budget: budget)
    let request = post(server.port, 100)
    let answer = try await blocking {
      let peer = try gate.proxied()
      try peer.send(request)
      return try peer.receiveText()
    }
    await gate.close()
    return (answer, gate.session.traffic.sent)
  }

  @Test(
    "Over HTTP the budget counts heads and bodies to the last byte, and the agent reads why the next one is refused")
  func httpBudget() async throws {
    let (answer, all) = try await upload(nil)
    #expect(answer.hasPrefix("HTTP/1.1 200") && all > 100)
    let (exact, sent) = try await upload(all)
    #expect(exact.hasPrefix("HTTP/1.1 200") && sent == all)
    let (short, less) = try await upload(all - 1)
    #expect(short.hasPrefix("HTTP/1.1 403") && short.contains(#""code":"upload-budget""#))
    #expect(less == all - 100)
    let (none, nothing) = try await upload(0)
    #expect(none.contains(#""code":"upload-budget""#) && nothing == 0)
  }

  @Test("Over TLS the budget counts every byte of the tunnel, and the first that is too much is answered with an alert")
  func tlsBudget() async throws {
    let hello = clientHello("good.example")
    for (budget, expected) in [(hello.count, hello), (hello.count - 1, [21, 3, 3, 0, 2, 2, 49])] {
      let server = try TestServer.echo()
      let gate = try await gate(server, budget: Int64(budget))
      let answer = try await blocking {
        let peer = try gate.captured(to: Endpoint(try synthetic("good.example", at: gate), server.port))
        try peer.send(hello)
        peer.finish()
        return try peer.receiveAll()
      }
      #expect(answer == expected)
      await gate.close()
      #expect(gate.session.traffic.sent == (budget == hello.count ? Int64(budget) : 0))
      #expect(gate.mediator.refusalCodes == (budget == hello.count ? [] : ["upload-budget"]))
    }
  }

  @Test("A budget that many connections share is never exceeded, and used up to its end")
  func sharedBudget() async throws {
    let core = SessionCore(
      number: 1, subject: TestGate.subject(), rules: [], uploadBudget: 10_000, mediator: TestMediator(),
      resolver: TestResolver([:]), interception: try testInterception(), options: GateOptions())
    let granted = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask { (0..<4_000).reduce(0) { sum, _ in core.countSent(1) ? sum + 1 : sum } }
      }
      return await group.reduce(0, +)
    }
    #expect(granted == 10_000)
    #expect(core.traffic.sent == 10_000)
    #expect(!core.countSent(1))
  }

  /// Holds every decision and look-up until it is let go.
  private final class Stuck: Mediator, NameResolver {
    let isOpen = Mutex(false)
    let asked = Mutex(0)
    let stops: @Sendable (Action) -> Bool

    init(_ stops: @escaping @Sendable (Action) -> Bool) { self.stops = stops }

    private func wait() async {
      asked.withLock { $0 += 1 }
      while !isOpen.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(5)) }
    }

    func request(_ action: Action) async -> Ruling {
      if stops(action) { await wait() }
      return Ruling(action: action, decision: Decision(combining: [Reason(.allow, "x", "x")]), record: 1)
    }
    func complete(_ ruling: Ruling, _ outcome: Outcome) async {}
    func observe(_ action: Action, _ outcome: Outcome) async {}
    func addresses(of name: HostName) async throws(ResolveError) -> [IPAddress] {
      if name.text == "stuck.example" { await wait() }
      return [ip("127.0.0.1")]
    }
  }

  @Test("The session's end closes its connections at every stage they can be in")
  func everyStage() async throws {
    let server = try TestServer { peer in
      let first = try peer.receive()
      if first.starts(with: "GET /ws".utf8) {
        try peer.send(Handshake.answer(String(decoding: first, as: UTF8.self)))
      }
      _ = try peer.receiveAll()
    }
    let stuck = Stuck { action in action.resource["host"]?.string == "undecided.example" }
    let gate = try NetworkGate(inspector: Unseeing(), resolver: stuck, host: TestGate.host)
    let proxy = try Socket.listener(on: loopback)
    let dns = try Socket.listener(on: loopback)
    let (proxyEnd, dnsEnd) = (Socket.localEndpoint(proxy) ?? loopback, Socket.localEndpoint(dns) ?? loopback)
    let session = try await gate.open(
      subject: TestGate.subject(), channels: [.proxy: proxy, .resolverStreamIPv4: dns],
      rules: opened(server.port, also: [rule("good.example", server.port), rule("first.example", server.port, .tcp)]),
      uploadBudget: nil, mediator: stuck)
    let port = server.port
    func connect(_ host: String) -> String { "CONNECT \(host):\(port) HTTP/1.1\r\nHost: \(host):\(port)\r\n\r\n" }
    func get(_ host: String, _ path: String, _ more: String = "") -> String {
      "GET http://\(host):\(port)/\(path) HTTP/1.1\r\nHost: \(host):\(port)\r\n\(more)\r\n"
    }
    let openings = [
      "", "CONN", "GET http://good.example/ HTTP/1.1\r\n", "\u{5}\u{1}\u{0}", connect("undecided.example"),
      connect("stuck.example"), connect("good.example"), connect("first.example"), get("undecided.example", ""),
      get("stuck.example", ""), get("good.example", "hangs"),
      Handshake.request("http://good.example:\(port)/ws", host: "good.example:\(port)"),
    ]
    let peers = try await blocking {
      try openings.map { text in
        let peer = try Peer.connect(to: proxyEnd)
        try peer.send(text)
        return peer
      } + [try Peer.connect(to: dnsEnd)]
    }
    // Two decisions and two look-ups hang; three connections have reached the server (the fourth dial waits for first bytes, but is made).
    try await eventually { stuck.asked.withLock { $0 } == 4 && server.connections == 4 }
    await session.close()
    let ended = try await blocking {
      for peer in peers { _ = try peer.receiveAll() }
      return true
    }
    #expect(ended)
    #expect(throws: (any Error).self) { try Peer.connect(to: proxyEnd) }
    stuck.isOpen.withLock { $0 = true }
  }

  @Test("When the end of the session returns, what came of every open request is on record")
  func outcomesAtEnd() async throws {
    let server = try TestServer { peer in _ = try peer.receiveAll() }
    let gate = try await gate(server)
    let port = server.port
    let peers = try await blocking {
      try (0..<64).map { _ in
        let peer = try gate.proxied()
        try peer.send("GET http://good.example:\(port)/ HTTP/1.1\r\nHost: good.example:\(port)\r\n\r\n")
        return peer
      }
    }
    try await eventually { server.connections == peers.count }
    await gate.close()
    #expect(gate.mediator.completions.count == peers.count)
  }

  @Test(
    "While decisions hang, a flood of datagrams waits in the kernel, known names are still answered, and afterwards new ones are"
  )
  func datagramFlood() async throws {
    let stuck = Stuck { $0.resource["name"]?.string?.hasSuffix("flood.example") == true }
    var options = GateOptions()
    options.newNamesPerMinute = 10_000
    let gate = try NetworkGate(inspector: Unseeing(), resolver: stuck, options: options, host: TestGate.host)
    let socket = try Socket.datagram(boundTo: loopback)
    let (udp, stream) = (Socket.localEndpoint(socket) ?? loopback, try Socket.listener(on: loopback))
    let tcp = Socket.localEndpoint(stream) ?? loopback
    let session = try await gate.open(
      subject: TestGate.subject(), channels: [.resolverIPv4: socket, .resolverStreamIPv4: stream], rules: [],
      uploadBudget: nil, mediator: stuck)
    let client = try Socket.datagram(boundTo: loopback)
    func ask(_ name: String) throws {
      try Socket.send(Datagram(bytes: dnsQuery(name), peer: udp, local: nil), through: client)
    }
    // The kernel drops what is too much, so some are sent again and again.
    var sent = 0
    try await eventually {
      for _ in 0..<50 where sent < 5_000 {
        sent += 1
        try ask("x\(sent).flood.example")
      }
      return stuck.asked.withLock { $0 } == 256 && sent > 600
    }
    let answer = try await blocking {
      let peer = try Peer.connect(to: tcp)
      let query = dnsQuery("good.example")
      try peer.send([0, UInt8(query.count)] + query)
      return try peer.receive(exactly: 6)[5] & 0x0F
    }
    #expect(answer == 0)
    #expect(stuck.asked.withLock { $0 } == 256)
    stuck.isOpen.withLock { $0 = true }
    try await eventually { stuck.asked.withLock { $0 } > 256 }
    try await eventually {
      try ask("late.flood.example")
      while let datagram = try? Socket.receiveDatagram(client, limit: 512) {
        if datagram.bytes.count > 17, datagram.bytes[13..<17].elementsEqual("late".utf8) { return true }
      }
      return false
    }
    await session.close()
    Socket.close(client)
  }
}
