import BaileyControl
import BaileyCore
import BaileyLinux
import BaileyTestSupport
import BaileyWire
import Testing

@testable import BaileyDoors

/// An index that was manipulated: it knows of nothing.
private struct HidingIndex: LogSearcher {
  let end: UInt64
  func reach() async -> LogReach { LogReach(end: end) }
  func candidates(_ filter: RecordFilter, in range: Range<UInt64>, newest: Bool, limit: Int) async -> [UInt64]? { [] }
  func known(_ facet: LogFacet) async -> [String]? { [] }
  func rebuild() async throws(Fault) -> UInt64 { end }
}

private struct NoRecorder: Recorder {
  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 { 0 }
}

private struct NoJudge: Judge {
  func judge(_ action: Action) -> [Reason] { [] }
}

/// A line a record.
private struct Lines: LogExporter, LogEncoder {
  func encoder(_ options: ExportOptions) throws(Fault) -> any LogEncoder { self }
  mutating func encode(_ entries: [LoggedRecord]) async throws(Fault) -> [UInt8] {
    Array(entries.map { "\($0.index)\n" }.joined().utf8)
  }
  mutating func finish() -> [UInt8] { [] }
}

@Suite("An index that hides what the log has")
struct LogIndexTrustTests {
  private let log = SyntheticLog(count: 300)
  private var session: SessionID { SyntheticLog.sessions[0] }

  /// Numbers that a client gets, and the reply.
  private func ask(_ query: LogQuery) async throws -> ([UInt64], Reply?) {
    let idle = IdleResources()
    let resources = Resources(
      launcher: idle, workspaces: idle, egress: idle, recorder: NoRecorder(), manifests: idle, locator: idle,
      archive: idle, homes: idle, now: { 1 }, deciding: decidingThread)
    let services = DoorServices(
      controller: Controller(resources: resources, floor: NoJudge(), home: "/h"), log: log,
      index: HidingIndex(end: log.count), exports: Lines(), health: [], version: "9", shutdown: {})
    let pair = try Descriptor.socketPair().take()
    let server = try ServerConnection(Connection(owning: pair.1, limits: .server))
    let exchange = Exchange(connection: server, services: services, terminals: Terminals())
    Task { await exchange.serve() }
    let client = Connection(owning: pair.0, limits: .client)
    try client.send(.log(query))
    return try await Background { Self.read(client) }.value
  }

  private static func read(_ client: Connection) -> ([UInt64], Reply?) {
    var numbers: [UInt64] = []
    while case .message(let json, _)? = try? client.receive() {
      switch try? ServerMessage(json: json) {
      case .event(.entries(let rows)): numbers += rows.map(\.index)
      case .event(.exported(let text)): numbers += text.split(separator: "\n").compactMap { UInt64($0) }
      case .reply(let reply): return (numbers, reply)
      default: break
      }
    }
    return (numbers, nil)
  }

  private func numbers(_ filter: RecordFilter) -> [UInt64] {
    (0..<log.count).filter { filter.matches(RecordFacets(log.record($0).json)) }
  }

  @Test("An export of a session or a span of time is whole")
  func exports() async throws {
    var filter = RecordFilter()
    (filter.session, filter.since) = (session, 100_000_000_000)
    let all = numbers(filter)
    filter.session = nil
    let (found, reply) = try await ask(
      LogQuery(session: .named(session.text), filter: filter, export: ExportOptions(.jsonl)))
    #expect(!all.isEmpty && found == all && reply == .done)
  }

  @Test("A scan finds all of a session and of a reason")
  func scans() async throws {
    var filter = RecordFilter()
    filter.session = session
    filter.reasons = ["it's"]
    let all = numbers(filter)
    filter.session = nil
    let (found, reply) = try await ask(LogQuery(session: .named(session.text), filter: filter, scans: true))
    #expect(!all.isEmpty && found == all && reply == .done)
    // Without, the index is believed.
    guard case (let none, .fault(let fault)?) = try await ask(LogQuery(filter: filter)) else {
      Issue.record("no fault")
      return
    }
    #expect(none == [] && fault.code == "log-value-unknown")
  }
}
