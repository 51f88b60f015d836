import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyAudit
@testable import BaileyCore

/// What a killed or starved writer said that it had kept must be there.
@Suite("Kills and failing disks", .serialized)
struct CrashTests {
  private let program = Products.path("audit-crash")

  /// Lines that were said whole: index and tag of every acknowledged record.
  private func acknowledged(_ output: [UInt8]) -> [(index: UInt64, tag: String)] {
    output.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().compactMap { line in
      let words = String(decoding: line, as: UTF8.self).split(separator: " ")
      guard words.count == 3, words[0] == "synced" || words[0] == "grouped", let index = UInt64(words[1]) else {
        return nil
      }
      return (index, String(words[2]))
    }
  }

  private func check(_ scratch: Scratch, _ acknowledged: [(index: UInt64, tag: String)]) async throws {
    await (try AuditLog(scratch.layout)).close()
    let tags = try scratch.tags
    for (index, tag) in acknowledged {
      #expect(Int(index) < tags.count && tags[Int(index)] == tag, "record \(index), \(tag)")
    }
    let report = try LogReader(scratch.layout).verify()
    #expect(report.isWhole, "\(report)")
  }

  @Test("200 kills at random moments lose no acknowledged record and leave no log that does not start")
  func randomKills() async throws {
    let scratch = try Scratch()
    var kept: [(index: UInt64, tag: String)] = []
    var generator = SystemRandomNumberGenerator()
    for round in 0..<200 {
      let child = try Child([program, scratch.path + "/state", "\(round)"])
      if round % 4 != 0 {
        let enough = Int.random(in: 1...60, using: &generator)
        kept += acknowledged(child.read(lines: enough) + killed(child))
      } else {
        sleep(microseconds: UInt32.random(in: 0...20_000, using: &generator))
        kept += acknowledged(killed(child))
      }
      if round % 25 == 24 { try await check(scratch, kept) }
    }
    #expect(kept.count > 200)
    try await check(scratch, kept)
  }

  private func killed(_ child: Child) -> [UInt8] {
    child.kill()
    let rest = child.read()
    child.reap()
    return rest
  }

  /// Calls of one thread in a run of thirty records, and how many there are: of a start, of the writer, of those who wait for it.
  private static let calls = [
    ("all", 400), ("pwrite64", 21), ("fdatasync", 11), ("fsync", 8), ("write", 40), ("poll", 20), ("read", 20),
    ("futex", 20), ("openat", 100), ("mkdirat", 7), ("renameat2", 4), ("close", 35),
  ]

  @Test("1,000 kills at random system calls lose no acknowledged record and leave no log that does not start")
  func killsAtRandomCalls() async throws {
    // Two logs side by side, since a traced run leaves half of a machine idle.
    let lanes = [try Scratch(), try Scratch()]
    var kept: [[(index: UInt64, tag: String)]] = [[], []]
    var kills = 0
    var rounds = 0
    while kills < 1_000, rounds < 1_000 {
      rounds += 1
      let children = try lanes.map { scratch in
        let (call, count) = Self.calls.randomElement() ?? ("all", 400)
        return try Child(strace(["\(call):signal=KILL:when=\(Int.random(in: 1...count))"], scratch, "\(rounds)", 30))
      }
      for (lane, child) in children.enumerated() {
        kept[lane] += acknowledged(child.read())
        if child.reap() & 0x7F == 9 { kills += 1 }
        if rounds % 100 == 0 { try await check(lanes[lane], kept[lane]) }
      }
    }
    #expect(kills >= 1_000, "\(rounds) rounds")
    #expect(kept.allSatisfy { $0.count > 1_000 })
    for (lane, scratch) in lanes.enumerated() { try await check(scratch, kept[lane]) }
  }

  @Test(
    "Killed at the n-th call of each kind, an acknowledged record stays and the log starts",
    arguments: [
      ("fdatasync", [1, 2, 3, 4, 6, 9, 12, 15]), ("fsync", [1, 2, 3, 4, 5]), ("renameat2", [1, 2, 3, 4]),
      ("pwrite64", [1, 2, 3, 8, 20]), ("openat", [60, 70, 80, 90, 95, 98, 101]), ("write", [1, 2, 3, 9, 20]),
    ])
  func killedAtCall(call: String, numbers: [Int]) async throws {
    var kills = 0
    for number in numbers {
      let scratch = try Scratch()
      try await scratch.filled(2)
      let child = try Child(strace(["\(call):signal=KILL:when=\(number)"], scratch, "x", 30))
      let output = child.read()
      // strace ends as its child did.
      if child.reap() & 0x7F == 9 { kills += 1 }
      try await check(scratch, acknowledged(output))
    }
    #expect(kills > 0, "no \(call) was reached")
  }

  @Test(
    "A failing call refuses the records that it touches, is tried again, and loses none that was acknowledged",
    arguments: [
      ["fdatasync:error=EIO:when=6..9"], ["fdatasync:error=EIO:when=3+2"], ["fdatasync:error=EIO:when=2+"],
      ["fsync:error=EIO:when=3+1"], ["pwrite64:error=ENOSPC:when=5..9"], ["pwrite64:error=EIO:when=2+3"],
      ["pwrite64:error=ENOSPC:when=6+5", "ftruncate:error=EIO"], ["renameat2:error=ENOSPC:when=2"],
      ["renameat2:error=EIO:when=1+"], ["fdatasync:error=EIO:when=6+3", "fsync:error=EIO:when=2+2"],
    ])
  func failingCall(faults: [String]) async throws {
    let scratch = try Scratch()
    try await scratch.filled(2)
    let child = try Child(strace(faults, scratch, "x", 40))
    let output = child.read()
    child.reap()
    let text = String(decoding: output, as: UTF8.self)
    #expect(text.contains("refused log-") || text.contains("fault log-"), "no fault was felt: \(text)")
    try await check(scratch, acknowledged(output))
  }

  @Test(
    "Whichever call finds the disk full, once or from then on, no acknowledged record is lost and the log goes on",
    arguments: ["pwrite64", "fdatasync", "fsync", "renameat2", "mkdirat"], ["", "+"])
  func noSpace(call: String, onwards: String) async throws {
    var number = 0
    var injected = true
    while injected {
      number += 1
      let scratch = try Scratch()
      let trace = scratch.path + "/trace"
      let faults = ["\(call):error=ENOSPC:when=\(number)\(onwards)"]
      // A new segment after two or three records.
      let child = try Child(strace(faults, scratch, "x", 8, trace: trace) + ["200"])
      let output = child.read()
      child.reap()
      injected = String(decoding: try Files.read(trace), as: UTF8.self).contains("(INJECTED)")
      let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
      let refusals = lines.filter { $0.hasPrefix("refused") || $0.hasPrefix("fault") }
      #expect(refusals.allSatisfy { $0.contains(" log-write-failed") }, "\(call) \(number)\(onwards): \(refusals)")
      #expect(injected || refusals.isEmpty)
      #expect(!acknowledged(output).isEmpty || !refusals.isEmpty)
      try await check(scratch, acknowledged(output))
    }
    #expect(number > 4, "\(call) was hardly reached")
  }

  @Test("A sync that fails is told to the one who waits for it")
  func failedSyncIsTold() async throws {
    let scratch = try Scratch()
    try await scratch.filled(2)
    let child = try Child(strace(["fdatasync:error=EIO:when=6..9"], scratch, "x", 40))
    let text = String(decoding: child.read(), as: UTF8.self)
    child.reap()
    #expect(text.contains("refused log-write-failed"))
    #expect(text.contains("synced"))
    #expect(text.hasSuffix("closed\n"))
  }

  @Test("Killed while a segment that was given up is written again, what was acknowledged is in the old one or the new")
  func killedInRepair() async throws {
    var kills = 0
    for call in ["pwrite64", "renameat2"] {
      for number in 1...9 {
        let scratch = try Scratch()
        try await scratch.filled(2)
        // strace counts each thread's calls apart: the writer's third; the start has only two.
        let faults = ["fdatasync:error=ENOSPC:when=3", "\(call):signal=KILL:when=\(number)"]
        let child = try Child(strace(faults, scratch, "x", 12))
        let output = child.read()
        if child.reap() & 0x7F == 9 { kills += 1 }
        try await check(scratch, acknowledged(output))
      }
    }
    #expect(kills > 5)
  }

  @Test("A file size limit, hit in the middle of a record, is a refusal and no torn log")
  func sizeLimit() async throws {
    for limit in [500, 1500, 2047, 3001] {
      let scratch = try Scratch()
      try await scratch.filled(2)
      let command = "trap '' XFSZ; exec prlimit --fsize=\(limit) \"$0\" \"$@\""
      let child = try Child(["sh", "-c", command, program, scratch.path + "/state", "x", "60"])
      let output = child.read()
      child.reap()
      let text = String(decoding: output, as: UTF8.self)
      #expect(text.contains("refused log-write-failed") || text.contains("fault log-write-failed"), "\(limit): \(text)")
      try await check(scratch, acknowledged(output))
    }
  }

  @Test("Verify beside a running writer finds nothing wrong")
  func verifyWhileWriting() async throws {
    let scratch = try Scratch()
    let child = try Child([program, scratch.path + "/state", "x"])
    _ = child.read(lines: 2)
    let reader = try LogReader(scratch.layout)
    var sizes: Set<UInt64> = []
    var rounds = 0
    while sizes.count < 4, rounds < 5_000 {
      rounds += 1
      let report = try reader.verify()
      #expect(report.isWhole, "\(report)")
      sizes.insert(report.size)
      _ = child.read(lines: 20)
    }
    _ = killed(child)
    #expect(sizes.count == 4, "the writer published no further heads")
  }

  private func strace(
    _ faults: [String], _ scratch: Scratch, _ seed: String, _ count: Int, trace: String = "/dev/null"
  ) throws -> [String] {
    let calls = faults.compactMap { $0.split(separator: ":").first }.joined(separator: ",")
    return ["strace", "-f", "-qq", "-o", trace, "-e", "trace=\(calls)"]
      + faults.flatMap { ["-e", "inject=\($0)"] } + [program, scratch.path + "/state", seed, "\(count)"]
  }
}
