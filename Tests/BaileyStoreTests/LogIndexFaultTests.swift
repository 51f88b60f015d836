import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Glibc
import Synchronization
import Testing

@testable import BaileyDoors
@testable import BaileyStore

/// A log that shows only its beginning.
final class ShortenedLog: LogSource {
  private let log: SyntheticLog
  private let end: Mutex<UInt64>

  init(_ log: SyntheticLog, end: UInt64) {
    self.log = log
    self.end = Mutex(end)
  }

  func shorten(to end: UInt64) { self.end.withLock { $0 = end } }

  func entries(from index: UInt64, limit: Int) async throws(Fault) -> [LoggedRecord] {
    let end = end.withLock { $0 }
    return try await log.entries(from: index, limit: limit).filter { $0.index < end }
  }
  func size() async throws(Fault) -> UInt64 { end.withLock { $0 } }
  func evidence(for index: UInt64) async throws(Fault) -> LogEvidence { try await log.evidence(for: index) }
  func verify() async throws(Fault) -> LogFindings { try await log.verify() }
}

@Suite("An index that fails while it is used")
struct LogIndexFaultTests {
  private static var denials: RecordFilter {
    var filter = RecordFilter()
    filter.isDenial = true
    return filter
  }

  private static func sql(_ path: String, _ statement: String) throws {
    let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
    let result = try Tool("/usr/bin/python3").run(["-c", script, path, statement])
    try #require(result.status == 0, "\(result)")
  }

  @Test("A search that began before the index was begun anew omits nothing")
  func begunAnew() async throws {
    let scratch = try Scratch()
    let log = SyntheticLog(count: 1200)
    let shortened = ShortenedLog(log, end: log.count)
    let index = index(scratch, shortened)
    try await index.feed()
    let search = await LogSearch(log: log, index: index, filter: Self.denials)
    // As far as one is that is being made anew.
    shortened.shorten(to: 300)
    #expect(try await index.rebuild() == 300)
    let all = try await numbers(log, nil, Self.denials)
    var (upward, downward): ([UInt64], [UInt64]) = ([], [])
    _ = try await search.upward(from: 0) { rows async throws(Fault) in upward += rows.map(\.index) }
    try await search.downward { rows async throws(Fault) in
      downward += rows.map(\.index)
      return true
    }
    #expect(all.contains { $0 > 300 } && upward == all && downward == all.reversed())
  }

  @Test("Entries behind a gap are damage, and no progress")
  func gap() async throws {
    let scratch = try Scratch()
    let (database, _) = try IndexDatabase.open(scratch.path + "/index/log.sqlite") { "\($0.count)" }
    let entries = try await SyntheticLog(count: 20).entries(from: 10, limit: 10)
    let fault = #expect(throws: Fault.self) { try database.add(entries) }
    #expect(fault?.code == "log-index-damaged")
    database.close()
  }

  @Test("On a full disk the index is kept, and goes on when there is room", .enabled(if: geteuid() == 0 || mustIsolate))
  func fullDisk() async throws {
    let scratch = try Scratch()
    let (log, sayings, disk) = (SyntheticLog(count: 3000), Sayings(), scratch.path + "/index")
    try Descriptor.makeDirectories(disk)
    func mount(_ arguments: [String]) throws {
      try #require(try Tool("/usr/bin/mount").run(["-t", "tmpfs"] + arguments + ["bailey-test", disk]).status == 0)
    }
    try mount(["-o", "size=600k"])
    defer { _ = try? Tool("/usr/bin/umount").run(["-l", disk]) }
    let index = LogIndex(
      stateDirectory: scratch.path, log: log, digest: { "\($0.count)" }, reserve: 0, say: { sayings.add($0) })
    for _ in 0..<3 {
      let fault = await #expect(throws: Fault.self) { try await index.feed() }
      #expect(fault?.code == "log-index-unusable")
    }
    let (file, reach) = (try Descriptor.status(of: disk + "/log.sqlite").inode, await index.reach().end)
    #expect(reach > 0 && reach < log.count && sayings.all.count == 1, "\(reach) \(sayings.all)")
    #expect(await index.examine().first?.state == .warn)
    #expect(try await numbers(log, index, Self.denials) == numbers(log, nil, Self.denials))
    try mount(["-o", "remount,size=64m"])
    try await index.feed()
    #expect(try Descriptor.status(of: disk + "/log.sqlite").inode == file)
    #expect(await index.reach() == LogReach(end: log.count))
    #expect(await index.examine().first?.state == .ok)
    await index.close()
  }

  @Test("The index leaves the log the last room of the disk")
  func reserve() async throws {
    let scratch = try Scratch()
    let (log, sayings) = (SyntheticLog(count: 600), Sayings())
    let index = LogIndex(
      stateDirectory: scratch.path, log: log, digest: { "\($0.count)" }, reserve: .max, say: { sayings.add($0) })
    for _ in 0..<2 { await #expect(throws: Fault.self) { try await index.feed() } }
    let reach = await index.reach()
    #expect(reach.end == 0 && sayings.all.count == 1)
    #expect(sayings.all.first?.contains("are free") == true)
    #expect(try await numbers(log, index, Self.denials) == numbers(log, nil, Self.denials))
  }

  @Test("A database that cannot be opened is kept", .enabled(if: geteuid() != 0))
  func unreadable() async throws {
    let scratch = try Scratch()
    let log = SyntheticLog(count: 300)
    let first = index(scratch, log)
    try await first.feed()
    await first.close()
    let path = scratch.path + "/index/log.sqlite"
    try #require(try Tool("/usr/bin/chmod").run(["000", path]).status == 0)
    let second = index(scratch, log)
    await #expect(throws: Fault.self) { try await second.feed() }
    try #require(try Tool("/usr/bin/chmod").run(["600", path]).status == 0)
    #expect(await second.reach().end == log.count)
  }

  @Test("What fails is tried again ever more seldom")
  func seldom() {
    var waits: [Duration] = [.seconds(2)]
    for _ in 0..<9 { waits.append(LogIndex.wait(after: waits[waits.count - 1])) }
    #expect(waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map { .seconds($0) })
  }

  @Test(
    "A value of the wrong type ends nothing but the index", arguments: ["first = x'ff'", "last = x'00'", "reach = 'x'"])
  func wrongType(change: String) async throws {
    let scratch = try Scratch()
    let log = SyntheticLog(count: 300)
    let first = index(scratch, log)
    try await first.feed()
    await first.close()
    try Self.sql(scratch.path + "/index/log.sqlite", "UPDATE state SET \(change)")
    let sayings = Sayings()
    let second = index(scratch, log, sayings)
    try await second.feed()
    #expect(await second.reach().end == log.count)
    #expect(sayings.all.count == 1 && sayings.all.first?.contains("damaged") == true)
  }

  @Test("A word of the wrong type is damage, and the index is made anew")
  func wrongWord() async throws {
    let scratch = try Scratch()
    let (log, sayings) = (SyntheticLog(count: 300), Sayings())
    let index = index(scratch, log, sayings)
    try await index.feed()
    try Self.sql(scratch.path + "/index/log.sqlite", "UPDATE word SET whole = 'x' WHERE field = 6")
    #expect(await index.known(.reasons) == nil)
    #expect(sayings.all.count == 1 && sayings.all.first?.contains("made anew") == true)
    #expect(await index.known(.reasons)?.isEmpty == false)
  }
}
