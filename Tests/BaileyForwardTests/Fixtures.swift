import BaileyCore
import BaileyExport
import BaileyForward
import BaileyHTTP
import BaileyLinux
import BaileyTestSupport
import Synchronization

/// A log in memory that grows.
final class GrowingLog: LogSource {
  private let entries = Mutex<[LoggedRecord]>([])
  private let largest = Mutex(0)
  var largestRead: Int { largest.withLock { $0 } }

  init(_ count: Int = 0) { grow(count) }

  func grow(_ count: Int) {
    entries.withLock { list in
      for _ in 0..<count { list.append(LoggedRecord(index: UInt64(list.count), record: Self.record(list.count))) }
    }
  }

  func append(_ record: JSON) {
    entries.withLock { $0.append(LoggedRecord(index: UInt64($0.count), record: record)) }
  }

  static func record(_ number: Int) -> JSON {
    let subject = Subject(session: session, agent: "node", user: "dev")
    let action = Action.exec(subject, path: "/bin/\(number)", arguments: ["\(number)"])
    let decision = Decision(combining: [Reason(number % 5 == 0 ? .deny : .allow, "rule", "because")])
    let body: JSON = ["action": action.json, "decision": decision.json]
    return Record(
      .intent, session: session, time: 1_790_000_000_000_000_000 + Int64(number) * 1_000_000_000, body: body
    ).json
  }

  var count: Int { entries.withLock { $0.count } }

  static let session = SessionID("4f7c0a1b2c3d4e5f") ?? .random()

  func entries(from index: UInt64, limit: Int) async throws(Fault) -> [LoggedRecord] {
    largest.withLock { $0 = max($0, limit) }
    return entries.withLock { Array($0.dropFirst(Int(index)).prefix(limit)) }
  }
  func size() async throws(Fault) -> UInt64 { entries.withLock { UInt64($0.count) } }
  func evidence(for index: UInt64) async throws(Fault) -> LogEvidence { throw IdleResources.nowhere }
  func verify() async throws(Fault) -> LogFindings { throw IdleResources.nowhere }
}

/// A collector that keeps the indices it has acknowledged, and can be away.
final class Collector: HTTPCaller {
  struct State: Sendable {
    var acknowledged: [UInt64] = []
    var calls: [HTTPCall] = []
    var answers: [HTTPReply] = []
    var isDown = false
    var largest = Int.max
  }

  let state = Mutex(State())
  static let good = HTTPReply(status: 200, body: Array("{}".utf8))

  func call(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPReply {
    let indices = Self.indices(call.body)
    return try state.withLock { state throws(HTTPFailure) in
      state.calls.append(call)
      if state.isDown { throw .unreachable("it is away") }
      if indices.count > state.largest { return HTTPReply(status: 413) }
      let answer = state.answers.isEmpty ? Self.good : state.answers.removeFirst()
      if answer.status == 200 { state.acknowledged += indices }
      return answer
    }
  }

  var acknowledged: [UInt64] { state.withLock { $0.acknowledged } }

  static func indices(_ body: [UInt8]) -> [UInt64] {
    guard let request = try? JSON.parse(body, maximumBytes: 64 << 20) else { return [] }
    let logs = request["resourceLogs"]?.array?.first?["scopeLogs"]?.array?.first?["logRecords"]?.array ?? []
    return logs.compactMap { log in
      let index = log["attributes"]?.array?.first { $0["key"] == "bailey.log.index" }
      return index?["value"]?["intValue"]?.string.flatMap { UInt64($0) }
    }
  }
}

struct NoCredentials: ExportCredentials {
  func read() throws(Fault) -> (headers: [String: String], security: HTTPSecurity?) { (["x-key": "planted-key"], nil) }
}

extension ExportSink {
  static func otlp(_ name: String = "collector", port: UInt16 = 4318) throws -> ExportSink {
    let call = HTTPCall(.address(try IPAddress("127.0.0.1"), port: port), "/v1/logs")
    let target = OTLPTarget(
      call: call, url: "http://127.0.0.1:\(port)/v1/logs", headersFile: nil, credentials: NoCredentials())
    return ExportSink(name: name, target: .otlp(target))
  }

  static func file(_ path: String, _ name: String = "disk") -> ExportSink {
    ExportSink(name: name, target: .file(FileTarget(path: path)))
  }
}

/// A forwarder with directories of its own.
struct Fixture {
  let scratch: Scratch
  var log: GrowingLog
  let collector = Collector()
  var origin = "bailey-log.test"

  init(records: Int) throws {
    scratch = try Scratch()
    try scratch.directory("export", mode: 0o700)
    log = GrowingLog(records)
  }

  func forwarder(_ sinks: [ExportSink], caller: (any HTTPCaller)? = nil, now: Int64 = 0) -> Forwarder {
    var pace = Pace()
    (pace.idle, pace.shortestWait, pace.longestWait, pace.batch) = (5, 5, 20, 50)
    let exports = LogExports(log, origin, version: "1", stateDirectory: scratch.path)
    return Forwarder(
      (sinks, []), exports: exports, caller: caller ?? collector, sender: HTTPClient(), pace: pace,
      now: { now })
  }

  /// Runs it until the condition holds; a minute at most.
  func run(_ forwarder: Forwarder, until condition: () async throws -> Bool) async throws -> Bool {
    let running = Task { await forwarder.run() }
    defer { running.cancel() }
    for _ in 0..<6000 {
      if try await condition() { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  func cursor(_ name: String) -> UInt64? {
    guard let text = try? scratch.read("export/\(name).cursor"), let json = try? JSON.parse(text) else { return nil }
    return json["next"]?.int.map(UInt64.init)
  }

  /// Indices of the lines of an export file.
  func indices(_ name: String) throws -> [UInt64] {
    try scratch.read(name).split(separator: "\n").map { line in
      UInt64(try JSON.parse(String(line))["index"]?.int ?? -1)
    }
  }
}
