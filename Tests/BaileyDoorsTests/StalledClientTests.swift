import BaileyControl
import BaileyCore
import BaileyLinux
import BaileyTestSupport
import BaileyWire
import Testing

@testable import BaileyDoors

/// A log without end.
private struct EndlessLog: LogSource, HealthProbe {
  func entries(from index: UInt64, limit: Int) async throws(Fault) -> [LoggedRecord] {
    let text = String(repeating: "x", count: 4096)
    return (0..<UInt64(limit)).map { LoggedRecord(index: index + $0, record: ["kind": "note", "text": .string(text)]) }
  }
  func size() async throws(Fault) -> UInt64 { .max / 2 }
  func evidence(for index: UInt64) async throws(Fault) -> LogEvidence { throw IdleResources.nowhere }
  func verify() async throws(Fault) -> LogFindings { throw IdleResources.nowhere }
  func examine() async -> [HealthFinding] { [] }
}

private struct NoRecorder: Recorder {
  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 { 0 }
}

private struct NoJudge: Judge {
  func judge(_ action: Action) -> [Reason] { [] }
}

@Suite("Clients that take nothing")
struct StalledClientTests {
  private static func services() -> DoorServices {
    let idle = IdleResources()
    let resources = Resources(
      launcher: idle, workspaces: idle, egress: idle, recorder: NoRecorder(), manifests: idle, locator: idle,
      archive: idle, homes: idle, now: { 1 }, deciding: decidingThread)
    return DoorServices(
      controller: Controller(resources: resources, floor: NoJudge(), home: "/h"), log: EndlessLog(),
      health: [EndlessLog()],
      version: "9", shutdown: {})
  }

  private static func client(_ request: Request) throws -> Connection {
    let pair = try Descriptor.socketPair().take()
    var limits = ServerConnection.Limits()
    limits.patience = .max >> 32
    let server = try ServerConnection(Connection(owning: pair.1, limits: .server), limits: limits)
    let exchange = Exchange(connection: server, services: services(), terminals: Terminals())
    Task { await exchange.serve() }
    let client = Connection(owning: pair.0, limits: .client)
    try client.send(request)
    return client
  }

  /// More of them than the pool of tasks has threads; none is ever dropped, so one blocked thread each would be the end.
  @Test("However many clients take nothing, the next one is answered")
  func answered() async throws {
    let query = Request.log(LogQuery(session: nil, kinds: [], last: nil, follows: true))
    let stalled = try (0..<64).map { _ in try Self.client(query) }
    // Each has begun to send: its first bytes are there.
    for client in stalled { _ = try await Background { try? poll([(client.descriptor, .input)]).count }.value }
    let other = try Self.client(.version)
    let reply = try await Background { try? other.receive() }.value
    guard case .message(let json, _)? = reply else {
      Issue.record("no answer")
      return
    }
    #expect(json["version"] == "9")
    for client in stalled { client.close() }
  }

  @Test("A change set far larger than what may wait for a client reaches a slow one whole")
  func pages() async throws {
    let pair = try Descriptor.socketPair().take()
    var limits = ServerConnection.Limits()
    (limits.queue, limits.room) = (1, 1)
    let server = try ServerConnection(Connection(owning: pair.1, limits: .server), limits: limits)
    let inbox = try server.start()
    let exchange = Exchange(connection: server, services: Self.services(), terminals: Terminals())
    let changes = (0..<20_500).map { Change(path: Array("a/long/enough/name-\($0)".utf8), kind: .added, type: .file) }
    let set = ChangeSet(changes: changes, refs: [], digest: "d")
    let client = Connection(owning: pair.0, limits: .client)
    let reader = try Background { Self.changes(client) }
    let rest = try await exchange.send(pagesOf: set)
    await server.finish()
    #expect(await reader.value + rest.changes == changes)
    for await _ in inbox { Issue.record("the client said nothing") }
  }

  private static func changes(_ client: Connection) -> [Change] {
    var all: [Change] = []
    while case .message(let json, _)? = try? client.receive() {
      if case .event(.changes(let page))? = try? ServerMessage(json: json) { all += page }
    }
    return all
  }
}
