import BaileyCore
import BaileyLinux
import BaileyTestSupport
import BaileyWire
import Testing

@Suite("The controller's side of a connection")
struct ServerConnectionTests {
  private typealias Limits = ServerConnection.Limits

  private static func pair(_ change: (inout Limits) -> Void = { _ in }) throws -> (Connection, ServerConnection) {
    let pair = try Descriptor.socketPair().take()
    var limits = Limits()
    change(&limits)
    let server = try ServerConnection(Connection(owning: pair.1, limits: .server), limits: limits)
    return (Connection(owning: pair.0, limits: .client), server)
  }

  private static let piece = [UInt8](repeating: 7, count: 64 << 10)

  @Test("All that was queued reaches a slow client, whole and in order, before the end")
  func order() async throws {
    let (client, server) = try Self.pair { $0.queue = 64 << 20 }
    let inbox = try server.start()
    for index in 0..<200 { try server.send(data: [UInt8](repeating: UInt8(index), count: 40_000 + index)) }
    try server.send(.version(String(repeating: "y", count: WireLimit.frame + 5)))
    let reader = try Background { Self.read(client) }
    await server.finish()
    let got = await reader.value
    #expect(got.pieces == (0..<200).map { [UInt8](repeating: UInt8($0), count: 40_000 + $0) })
    #expect(got.versionLength == WireLimit.frame + 5)
    for await _ in inbox { Issue.record("the client said nothing") }
  }

  private struct Got: Sendable {
    var pieces: [[UInt8]] = []
    var versionLength = 0
  }

  private static func read(_ client: Connection) -> Got {
    var got = Got()
    while let incoming = try? client.receive() {
      switch incoming {
      case .data(let bytes): got.pieces.append(bytes)
      case .message(let json, _): got.versionLength = json["version"]?.string?.utf8.count ?? 0
      }
    }
    return got
  }

  @Test("A client that takes nothing is dropped when its queue is full, and the sender never waited for it")
  func full() async throws {
    let (client, server) = try Self.pair {
      $0.queue = 1 << 20
      $0.patience = .max >> 32
    }
    let inbox = try server.start()
    var queued = 0
    let refusal = #expect(throws: WireError.self) {
      while queued < 16 << 20 {
        try server.send(data: Self.piece)
        queued += Self.piece.count
      }
    }
    #expect(refusal == .timedOut)
    // What the socket itself holds is the kernel's affair: some hundred kilobytes.
    #expect(queued <= 4 << 20)
    for await _ in inbox { Issue.record("the client said nothing") }
    #expect(throws: WireError.closed) { try server.send(.done) }
    #expect(server.hasRoom)
    withExtendedLifetime(client) {}
  }

  @Test("A client that stalls is dropped after the patience, whoever waits for room is told, and the end is reached")
  func stalled() async throws {
    let (client, server) = try Self.pair { $0.patience = 50 }
    let inbox = try server.start()
    // First the socket takes what it can; then there is no room until the end.
    await #expect(throws: WireError.closed) {
      while true {
        try server.send(data: Self.piece)
        try await server.room()
      }
    }
    for await _ in inbox { Issue.record("the client said nothing") }
    await server.finish()
    withExtendedLifetime(client) {}
  }

  @Test("A client that is waited for may stall as long as it likes, but not at the end")
  func waitedFor() async throws {
    let (client, server) = try Self.pair {
      $0.patience = 1
      $0.lastPatience = 50
    }
    let inbox = try server.start()
    server.waitForClient()
    while server.hasRoom { try server.send(data: Self.piece) }
    try await Task.sleep(for: .milliseconds(100))
    try server.send(data: Self.piece)
    await server.finish()
    #expect(throws: WireError.closed) { try server.send(data: Self.piece) }
    for await _ in inbox { Issue.record("the client said nothing") }
    withExtendedLifetime(client) {}
  }

  @Test("A client that reads makes room again")
  func room() async throws {
    let (client, server) = try Self.pair()
    _ = try server.start()
    let (told, tell) = AsyncStream.makeStream(of: Void.self)
    server.whenRoom { tell.yield() }
    while server.hasRoom { try server.send(data: Self.piece) }
    let reader = try Background { Self.read(client).pieces.count }
    try await server.room()
    for await _ in told { break }
    await server.finish()
    #expect(await reader.value >= 4)
  }

  @Test("A client that says more than anybody reads is dropped")
  func chatty() async throws {
    let (client, server) = try Self.pair { $0.unread = 4 }
    let inbox = try server.start()
    let talker = try Background { () -> Bool in
      while (try? client.send(data: [1])) != nil {}
      return true
    }
    #expect(await talker.value)
    var count = 0
    for await _ in inbox { count += 1 }
    #expect(count == 4)
  }

  @Test("What a client said before it went is read, then the inbox ends")
  func gone() async throws {
    let (client, server) = try Self.pair()
    let inbox = try server.start()
    try client.send(.resume)
    client.close()
    var count = 0
    for await _ in inbox { count += 1 }
    #expect(count == 1)
    await server.finish()
  }
}
