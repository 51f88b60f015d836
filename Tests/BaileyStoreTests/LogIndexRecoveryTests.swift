import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyDoors
@testable import BaileyStore

@Suite("An index that is not as it was left")
struct LogIndexRecoveryTests {
  private static let file = "index/log.sqlite"

  /// An index of all entries, closed, and how it is damaged afterwards.
  private func broken(_ damage: (Scratch, String) throws -> Void) async throws -> (Scratch, SyntheticLog) {
    let scratch = try Scratch()
    let log = SyntheticLog(count: 1200)
    let first = index(scratch, log)
    try await first.feed()
    await first.close()
    try damage(scratch, scratch.path + "/" + Self.file)
    return (scratch, log)
  }

  private func expectWhole(_ scratch: Scratch, _ log: SyntheticLog, saying word: String?) async throws {
    let sayings = Sayings()
    let index = index(scratch, log, sayings)
    var filter = RecordFilter()
    filter.effects = [.deny]
    let all = try await numbers(log, nil, filter)
    // Before and after it is complete.
    #expect(try await numbers(log, index, filter) == all)
    try await index.feed()
    #expect(await index.reach() == LogReach(end: log.count))
    #expect(try await numbers(log, index, filter) == all)
    if let word {
      #expect(sayings.all.count == 1 && sayings.all.allSatisfy { $0.contains(word) }, "\(sayings.all)")
      #expect(await index.examine().first?.consequence.contains(word) == true)
    } else {
      #expect(sayings.all == [])
    }
  }

  @Test("A deleted one is made anew")
  func deleted() async throws {
    let (scratch, log) = try await broken { _, path in try Descriptor.workingDirectory.unlink(path) }
    try await expectWhole(scratch, log, saying: nil)
  }

  @Test("One that is no database is made anew, and says so", arguments: ["", "no database", "SQLite format 3\u{0}"])
  func noDatabase(text: String) async throws {
    let (scratch, log) = try await broken { scratch, _ in try scratch.write(text, to: Self.file) }
    try await expectWhole(scratch, log, saying: text.isEmpty ? nil : "index was")
  }

  @Test("One with a damaged page anywhere gives no wrong answer", arguments: [1, 2, 3, 5, 8, 13, 21])
  func damagedPage(page: Int64) async throws {
    let (scratch, log) = try await broken { _, path in
      let file = try Descriptor.open(path, [.readWrite])
      try file.writeAll(Array(repeating: 0xA5, count: 512), at: page * 4096)
    }
    try await expectWhole(scratch, log, saying: "damaged")
  }

  @Test("One that is cut off is made anew, and says so", arguments: [100, 4096, 20_480] as [Int64])
  func truncated(size: Int64) async throws {
    let (scratch, log) = try await broken { _, path in
      try Descriptor.open(path, [.readWrite]).truncate(to: size)
    }
    try await expectWhole(scratch, log, saying: "index was")
  }

  @Test("One of another version is made anew, and says so")
  func version() async throws {
    let (scratch, log) = try await broken { _, path in
      // user_version, big-endian, at byte 60 of a database's first page.
      try Descriptor.open(path, [.readWrite]).writeAll([0, 0, 0, 99], at: 60)
    }
    try await expectWhole(scratch, log, saying: "another version")
  }

  @Test("One of another log, or of a log that has lost its end, is made anew, and says so")
  func otherLog() async throws {
    let (scratch, _) = try await broken { _, _ in }
    try await expectWhole(scratch, SyntheticLog(count: 1500, seed: 2), saying: "another log")
    try await expectWhole(scratch, SyntheticLog(count: 100, seed: 2), saying: "lost its end")
  }

  @Test("One that cannot be made is a fault, and the log is read from end to end")
  func unusable() async throws {
    let scratch = try Scratch()
    try scratch.write("", to: "index")
    let (log, sayings) = (SyntheticLog(count: 600), Sayings())
    let index = index(scratch, log, sayings)
    var filter = RecordFilter()
    filter.verbs = [.exec]
    let search = await LogSearch(log: log, index: index, filter: filter)
    #expect(search.remark?.contains("read from end to end") == true)
    #expect(try await numbers(log, index, filter) == numbers(log, nil, filter))
    #expect(await index.examine().first?.state == .warn && sayings.all.count == 1)
    await #expect(throws: Fault.self) { try await index.feed() }
  }

  @Test("A rebuilt one covers the log, also while others search and feed")
  func rebuilt() async throws {
    let (scratch, log) = try await broken { _, _ in }
    let index = index(scratch, log)
    var filter = RecordFilter()
    filter.isDenial = true
    let wanted = filter
    let all = try await numbers(log, nil, filter)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<3 { group.addTask { _ = try await index.rebuild() } }
      for _ in 0..<20 {
        group.addTask {
          let found = try await numbers(log, index, wanted)
          #expect(found == all)
        }
      }
      for _ in 0..<3 { group.addTask { try? await index.feed() } }
      try await group.waitForAll()
    }
    #expect(try await index.rebuild() == log.count)
    #expect(try await numbers(log, index, filter) == all)
  }

  @Test("Killed at any moment of indexing, it goes on where it was and is complete")
  func killed() async throws {
    let scratch = try Scratch()
    let log = SyntheticLog(count: 3000)
    var dice = Dice(seed: .random(in: .min ... .max))
    var reaches: Set<UInt64> = []
    for _ in 0..<15 {
      let moment = "0.\(100 + dice.roll(500))"
      _ = try Tool("/usr/bin/timeout").run(
        ["-s", "KILL", moment, Products.path("index-probe"), "feed", scratch.path, "3000"])
      let sayings = Sayings()
      let index = LogIndex(stateDirectory: scratch.path, log: log, digest: { "\($0.count)" }, say: { sayings.add($0) })
      reaches.insert(await index.reach().end)
      #expect(sayings.all == [])
      await index.close()
    }
    #expect(reaches.contains { $0 > 0 })
    let index = LogIndex(stateDirectory: scratch.path, log: log, digest: { "\($0.count)" }, say: { _ in })
    try await index.feed()
    #expect(await index.reach().end == log.count)
    var filter = RecordFilter()
    filter.kinds = [.intent, .observed]
    #expect(try await numbers(log, index, filter) == numbers(log, nil, filter))
  }
}
