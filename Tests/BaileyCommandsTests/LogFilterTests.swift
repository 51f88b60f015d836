import ArgumentParser
import BaileyCore
import BaileyWire
import Testing

@testable import BaileyCommands

@Suite("Filters of the log on the command line")
struct LogFilterTests {
  private func query(_ words: [String]) throws -> LogQuery {
    try #require(try Bailey.parseAsRoot(["log"] + words) as? LogList).query()
  }

  @Test("All filters reach the controller, and survive the way")
  func filters() throws {
    let query = try query([
      "--session", "4f7c", "--kind", "intent", "--verb", "exec", "--verb", "net.connect", "--agent", "a'b%",
      "--decision",
      "deny", "--reason", "nothing-allows", "--host", "*.Example.com", "--path", "*.env", "--path", "/a/**", "--since",
      "2026-11-22T08:30:00Z", "--until", "2026-11-23", "--denied", "--limit", "7", "--reverse", "--scan",
    ])
    #expect(query.filter.verbs == [.exec, .netConnect] && query.filter.hosts == [HostFilter("*.example.com")])
    #expect(query.filter.since == 1_795_336_200_000_000_000 && query.filter.until == 1_795_392_000_000_000_000)
    #expect(query.last == 7 && query.reversed && query.scans && !query.follows)
    #expect(try Request(json: Request.log(query).json) == .log(query))
  }

  @Test("Any count is a limit, and 0 is none", arguments: [(0, nil), (1, 1), (Int.max, Int.max)] as [(Int, Int?)])
  func limits(count: Int, last: Int?) throws {
    #expect(try query(["--limit", "\(count)"]).last == last)
    #expect(try query(["-n", "\(count)"]).last == last)
    #expect(try query(["--last", "\(count)"]).last == last)
  }

  @Test(
    "A word that is none of an option's values is refused with the one that was meant",
    arguments: [
      (["--verb", "http.requst"], "http.request"), (["--decision", "denyy"], "deny"),
      (["--kind", "intnet"], "intent"),
    ])
  func meant(words: [String], word: String) {
    let error = #expect(throws: (any Error).self) { try Bailey.parseAsRoot(["log"] + words) }
    #expect(error.map { Bailey.message(for: $0) }?.contains("did you mean `\(word)`?") == true)
  }

  @Test(
    "What cannot match is refused",
    arguments: [
      ["--since", "tomorrowish"], ["--since", "2026-02-30"], ["--until", "2026-11-22T25:00:00Z"], ["--path", ""],
      ["--path", "a//b"], ["--since", "1h", "--until", "2h"], ["--since", "99999999999999999999d"],
    ])
  func refused(words: [String]) {
    #expect(throws: Failure.self) { try query(words) }
  }

  @Test(
    "Times are read as a person writes them",
    arguments: [
      ("now", 1_000_000_000), ("90s", 999999910), ("15m", 999999100), ("2h", 999992800),
      ("3d", 999740800), ("1w", 999395200), ("today", 999_993_600),
      ("yesterday", 999_907_200),
      ("2001-09-09", 999_993_600), ("2001-09-09T01:46:40Z", 1_000_000_000),
      ("2001-09-09T03:46:40+02:00", 1_000_000_000),
      ("2001-09-08 20:16:40-05:30", 1_000_000_000), ("1970-01-01T00:00:00z", 0), ("2024-02-29", 1_709_164_800),
    ] as [(String, Int64)])
  func moments(text: String, seconds: Int64) {
    #expect(Moment.read(text, now: 1_000_000_000_000_000_000) == seconds * 1_000_000_000)
  }

  @Test("Every date that is shown can be given back")
  func roundTrip() {
    for day in stride(from: Int64(0), to: 80_000, by: 13) {
      let time = (day * 86_400 + day * 7919 % 86_400) * 1_000_000_000
      #expect(Moment.read(timeText(time), now: 0) == time)
    }
    #expect(Moment.read("2001-09-09T01:46:40.5Z", now: 0) == 1_000_000_000_500_000_000)
    for text in [
      "", "h", "1.5h", "2001-9-9", "2001-09-09T", "2001-09-09T01:46:40", "2001-09-09T01:46:40.Z", "0x1h", "٣h",
    ] {
      #expect(Moment.read(text, now: 0) == nil, "\(text)")
    }
  }
}
