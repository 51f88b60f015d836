import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyDoors
@testable import BaileyStore

/// A log that gives too little every other time, as while its newest entries move into tiles.
private final class FlickeringLog: LogSource {
  private let log: SyntheticLog
  private let asked = Mutex(0)

  init(_ log: SyntheticLog) { self.log = log }

  func entries(from index: UInt64, limit: Int) async throws(Fault) -> [LoggedRecord] {
    let number = asked.withLock { asked in
      asked += 1
      return asked
    }
    let all = try await log.entries(from: index, limit: limit)
    return number % 2 == 0 ? all : Array(all.prefix(number % 3 * all.count / 3))
  }
  func size() async throws(Fault) -> UInt64 { try await log.size() }
  func evidence(for index: UInt64) async throws(Fault) -> LogEvidence { try await log.evidence(for: index) }
  func verify() async throws(Fault) -> LogFindings { try await log.verify() }
}

/// Entries that all are alike, and an index that names all of them and counts how often it is asked.
private final class PlainLog: LogSource, LogSearcher {
  private static let record: JSON = ["kind": "note"]
  private let count: UInt64
  private let questions = Mutex(0)
  var asked: Int { questions.withLock { $0 } }

  init(count: UInt64) { self.count = count }

  func entries(from index: UInt64, limit: Int) async throws(Fault) -> [LoggedRecord] {
    (index..<min(count, index + UInt64(limit))).map { LoggedRecord(index: $0, record: Self.record) }
  }
  func size() async throws(Fault) -> UInt64 { count }
  func evidence(for index: UInt64) async throws(Fault) -> LogEvidence { throw IdleResources.nowhere }
  func verify() async throws(Fault) -> LogFindings { throw IdleResources.nowhere }

  func reach() async -> LogReach { LogReach(end: count) }
  func known(_ facet: LogFacet) async -> [String]? { nil }
  func rebuild() async throws(Fault) -> UInt64 { count }
  func candidates(_ filter: RecordFilter, in range: Range<UInt64>, newest: Bool, limit: Int) async -> [UInt64]? {
    questions.withLock { $0 += 1 }
    return newest ? Array(range.suffix(limit).reversed()) : Array(range.prefix(limit))
  }
}

@Suite("A search of the log")
struct LogSearchTests {
  @Test("A log that gives too little for a moment hides nothing")
  func flickering() async throws {
    let scratch = try Scratch()
    let plain = SyntheticLog(count: 1200)
    let log = FlickeringLog(plain)
    var filter = RecordFilter()
    filter.verbs = [.exec]
    let index = index(scratch, log)
    try await index.feed()
    #expect(await index.reach().end == plain.count)
    let all = try await numbers(plain, nil, filter)
    let searchers: [(any LogSearcher)?] = [nil, index]
    for searcher in searchers {
      let found = try await numbers(log, searcher, filter)
      let newest = try await numbers(log, searcher, filter, newest: 9)
      let unfiltered = try await numbers(log, searcher, RecordFilter())
      #expect(found == all && newest == Array(all.suffix(9)) && unfiltered == Array(0..<plain.count))
    }
    await index.close()
    // One that is opened while the log gives too little is no other log's.
    let (sayings, again) = (Sayings(), FlickeringLog(plain))
    let reopened = BaileyStoreTests.index(scratch, again, sayings)
    let reach = await reopened.reach()
    #expect(reach.end == plain.count && sayings.all == [])
  }

  @Test("A log that goes on giving too little is a fault, and no end")
  func short() async throws {
    let log = ShortenedLog(SyntheticLog(count: 100), end: 300)
    let fault = await #expect(throws: Fault.self) { try await numbers(log, nil, RecordFilter()) }
    #expect(fault?.code == "log-read-failed" && fault?.subject == "100")
  }

  @Test("The index is asked few times, however much it names")
  func fewQuestions() async throws {
    let log = PlainLog(count: 40_000)
    var filter = RecordFilter()
    filter.kinds = [.note]
    let upward = try await numbers(log, log, filter)
    #expect(upward.count == 40_000 && log.asked <= 4)
    var found = 0
    try await LogSearch(log: log, index: log, filter: filter).downward { rows async throws(Fault) in
      found += rows.count
      return true
    }
    #expect(found == 40_000 && log.asked <= 8)
  }
}
