import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyDoors
@testable import BaileyStore

/// Counts what is read of a log.
final class CountingLog: LogSource {
  private let log: SyntheticLog
  private let read = Mutex(0)
  var entriesRead: Int { read.withLock { $0 } }

  init(_ log: SyntheticLog) { self.log = log }

  func entries(from index: UInt64, limit: Int) async throws(Fault) -> [LoggedRecord] {
    let entries = try await log.entries(from: index, limit: limit)
    read.withLock { $0 += entries.count }
    return entries
  }
  func size() async throws(Fault) -> UInt64 { try await log.size() }
  func evidence(for index: UInt64) async throws(Fault) -> LogEvidence { try await log.evidence(for: index) }
  func verify() async throws(Fault) -> LogFindings { try await log.verify() }
}

/// What an index said of itself.
final class Sayings: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  func add(_ line: String) { lines.withLock { $0.append(line) } }
}

func index(_ scratch: Scratch, _ log: any LogSource, _ sayings: Sayings = Sayings()) -> LogIndex {
  // No cryptography here: what tells two logs apart is a sum of the bytes.
  LogIndex(
    stateDirectory: scratch.path, log: log, digest: { "\($0.reduce(into: UInt64(1)) { $0 = $0 &* 31 &+ UInt64($1) })" },
    say: { sayings.add($0) })
}

/// Numbers that a search finds, upward from the newest so many.
func numbers(_ log: any LogSource, _ index: (any LogSearcher)?, _ filter: RecordFilter, newest: Int? = nil) async throws
  -> [UInt64]
{
  let search = await LogSearch(log: log, index: index, filter: filter)
  var found: [UInt64] = []
  _ = try await search.upward(from: try await search.start(ofNewest: newest)) { rows async throws(Fault) in
    found += rows.map(\.index)
  }
  return found
}

@Suite("The index of the log")
struct LogIndexTests {
  private static func filter(_ dice: inout Dice) throws -> RecordFilter {
    var filter = RecordFilter()
    for _ in 0...dice.roll(3) {
      switch dice.roll(10) {
      case 0: filter.session = dice.one(of: SyntheticLog.sessions)
      case 1: filter.kinds.append(dice.one(of: Record.Kind.allCases))
      case 2: filter.verbs.append(dice.one(of: Verb.allCases))
      case 3: filter.agents.append(dice.one(of: SyntheticLog.agents))
      case 4: filter.effects.append(dice.one(of: Effect.allCases))
      case 5: filter.reasons.append(dice.one(of: SyntheticLog.reasons))
      case 6: filter.hosts.append(HostFilter(dice.one(of: SyntheticLog.hosts + ["*.example.com", "*.example", "*."])))
      case 7:
        let patterns = [
          "*.env", "/home/me/**", "**/src/*", "a'b\"c", "100%", "under_score", "line\nfeed", "\\*", "[[]a]", "e\u{301}",
          "nul?byte",
          "*long", "/tmp/*", "sep*", "**", "relative/**",
        ]
        filter.paths.append(try Glob(dice.one(of: patterns)))
      case 8: filter.since = Int64(dice.roll(1200)) * 1_000_000_000
      default: filter.isDenial = true
      }
    }
    if dice.roll(4) == 0 { filter.until = Int64(dice.roll(1200)) * 1_000_000_000 }
    return filter
  }

  @Test(
    "A search by the index finds what a plain reading of the log finds, whatever is asked for", arguments: [1, 2, 3])
  func equalsScan(seed: UInt64) async throws {
    let scratch = try Scratch()
    let log = SyntheticLog(count: 1200, seed: seed)
    // The last part is not indexed.
    let behind = index(scratch, SyntheticLog(count: 1100, seed: seed))
    try await behind.feed()
    await behind.close()
    let index = index(scratch, log)
    #expect(await index.reach().end == 1100)
    var dice = Dice(seed: seed)
    var matches = 0
    for _ in 0..<60 {
      let filter = try Self.filter(&dice)
      let all = try await numbers(log, nil, filter)
      matches += all.count
      #expect(try await numbers(log, index, filter) == all, "\(filter)")
      for newest in [0, 1, 7, 600, .max] {
        #expect(try await numbers(log, index, filter, newest: newest) == all.suffix(newest), "\(newest) of \(filter)")
      }
      var downward: [UInt64] = []
      try await LogSearch(log: log, index: index, filter: filter).downward { rows async throws(Fault) in
        downward += rows.map(\.index)
        return true
      }
      #expect(downward == all.reversed(), "\(filter)")
    }
    #expect(matches > 500)
  }

  @Test("Little of the log is read for a search by the index")
  func readsLittle() async throws {
    let scratch = try Scratch()
    let log = CountingLog(SyntheticLog(count: 1500))
    let index = index(scratch, log)
    try await index.feed()
    let before = log.entriesRead
    var filter = RecordFilter()
    (filter.hosts, filter.effects, filter.verbs) = ([HostFilter("[::1]")], [.deny], [.netConnect])
    let found = try await numbers(log, index, filter)
    #expect(!found.isEmpty && log.entriesRead - before < 150)
  }

  @Test("A hostile text finds its own entries and no others, and the tables stay", arguments: SyntheticLog.hosts)
  func hostileHosts(host: String) async throws {
    let scratch = try Scratch()
    let log = SyntheticLog(count: 600)
    let index = index(scratch, log)
    try await index.feed()
    var filter = RecordFilter()
    filter.hosts = [HostFilter(host)]
    let found = await index.candidates(filter, in: 0..<600, newest: false, limit: .max)
    let expected = (0..<UInt64(600)).filter {
      RecordFacets(log.record($0).json).hosts.contains { $0.utf8.elementsEqual(host.lowercased().utf8) }
    }
    #expect(!expected.isEmpty && found == expected)
  }

  @Test("Values of a facet are listed as they were recorded")
  func known() async throws {
    let scratch = try Scratch()
    let index = index(scratch, SyntheticLog(count: 600))
    let reasons = try #require(await index.known(.reasons))
    let agents = try #require(await index.known(.agents))
    #expect(
      reasons.exact == (SyntheticLog.reasons + ["name-hidden"]).exact && agents.exact == SyntheticLog.agents.exact)
  }

  @Test("The index takes at most half of what the records take")
  func size() async throws {
    let scratch = try Scratch()
    let log = SyntheticLog(count: 1500)
    let index = index(scratch, log)
    try await index.feed()
    await index.close()
    let records = (0..<log.count).reduce(0) { $0 + log.record($1).json.canonical.count }
    let bytes = try Descriptor.status(of: scratch.path + "/index/log.sqlite").size
    #expect(bytes > 0 && bytes < Int64(records / 2), "\(bytes) for \(records)")
  }
}
