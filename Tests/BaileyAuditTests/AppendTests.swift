import BaileyLinux
import BaileyMerkle
import Testing

@testable import BaileyAudit
@testable import BaileyCore

@Suite("Appending")
struct AppendTests {
  @Test("Records of many tasks get each an index of its own and are found there")
  func concurrentAppends() async throws {
    let scratch = try Scratch()
    let log = try AuditLog(scratch.layout)
    let indexes = try await withThrowingTaskGroup(of: [(UInt64, String)].self) { group in
      for task in 0..<16 {
        group.addTask {
          var mine: [(UInt64, String)] = []
          for number in 0..<40 {
            let tag = "\(task).\(number)"
            mine.append((try await log.append(sample(tag), number.isMultiple(of: 5) ? .synced : .grouped), tag))
          }
          return mine
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    await log.close()
    #expect(Set(indexes.map(\.0)) == Set(0..<640))
    let tags = try scratch.tags
    for (index, tag) in indexes { #expect(tags[Int(index)] == tag) }
    let report = try LogReader(scratch.layout).verify()
    #expect(report.isWhole && report.size == 640 && report.unsigned == 0)
  }

  @Test("What was appended is there after a restart, and the tree goes on")
  func restarts() async throws {
    let scratch = try Scratch()
    var total = 0
    for count in [0, 1, 3, 252, 1, 300, 0, 2] {
      try await scratch.filled(count, from: total)
      total += count
      let report = try LogReader(scratch.layout).verify()
      #expect(report.isWhole && report.size == UInt64(total), "\(report)")
    }
    #expect(try scratch.tags == (0..<total).map(String.init))
  }

  @Test("Published records are signed, later ones are read as unsigned, and each signed one has a proof")
  func publishing() async throws {
    let scratch = try Scratch()
    let log = try AuditLog(scratch.layout)
    try await scratch.append(log, 0..<5)
    try await log.publish()
    let reader = try LogReader(scratch.layout)
    #expect(try reader.head().checkpoint.size == 5)
    #expect(try reader.keptHead() == reader.head())
    for index in UInt64(0)..<5 {
      let proof = try LogProof(parsing: reader.proof(index: index).encoded)
      let leaf = SHA256Tree.leaf(try reader.record(at: index).json.canonical)
      let verifier = try #require(LogVerifier(log.verifierKey))
      _ = try proof.verify(leaf: leaf, origin: log.verifierKey.identity.name, verifiers: [verifier], SHA256Tree.self)
    }
    #expect(await fault { _ = try reader.proof(index: 5) } == "log-no-such-record")
    #expect(await fault { _ = try reader.record(at: 5) } == "log-no-such-record")
    try await scratch.append(log, 5..<7)
    #expect(try reader.records().entries.count == 7)
    await log.close()
    #expect(try reader.records().entries.allSatisfy(\.isSigned))
  }

  @Test("Limits and following give each record once")
  func reading() async throws {
    let scratch = try Scratch()
    let log = try AuditLog(scratch.layout)
    let reader = try LogReader(scratch.layout)
    try await scratch.append(log, 0..<300)
    let (all, end) = try reader.records()
    #expect(all.map(\.index) == Array(0..<300) && end == 300)
    #expect(try reader.records(from: end).entries.isEmpty)
    try await log.append(sample("last"), .synced)
    #expect(try reader.records(from: end).entries.map(\.index) == [300])
    let (page, next) = try reader.records(from: 10, limit: 5)
    #expect(page.map(\.index) == [10, 11, 12, 13, 14] && next == 15)
    await log.close()
  }

  @Test("A second writer is refused, also one with a copy of the log's directory")
  func oneWriter() async throws {
    let scratch = try Scratch()
    let log = try AuditLog(scratch.layout)
    #expect(await fault { _ = try AuditLog(scratch.layout) } == "log-locked")
    try Scratch.copy(scratch.layout.directory, to: scratch.path + "/copy")
    var other = scratch.layout
    other.directory = scratch.path + "/copy"
    #expect(await fault { _ = try AuditLog(other) } == "log-locked")
    await log.close()
    #expect(await fault { await (try AuditLog(scratch.layout)).close() } == nil)
  }

  @Test("After close, appends are refused")
  func closed() async throws {
    let scratch = try Scratch()
    let log = try AuditLog(scratch.layout)
    await log.close()
    for durability in [Durability.synced, .grouped, .observed] {
      #expect(await fault { try await log.append(sample("late"), durability) } == "log-closed")
    }
    #expect(await fault { try await log.publish() } == "log-closed")
  }

  @Test("A decided record that is too long is refused; an observed one is shortened and says so")
  func longRecords() async throws {
    let scratch = try Scratch()
    let log = try AuditLog(scratch.layout)
    let body: JSON = ["argv": .array((0..<3000).map { .string("argument \($0) " + String(repeating: "é", count: 40)) })]
    let long = Record(.observed, session: nil, time: 1, body: body)
    #expect(await fault { try await log.append(long, .synced) } == "log-record-too-large")
    try await log.append(long, .observed)
    await log.close()
    let entry = try #require(try LogReader(scratch.layout).records().entries.first)
    #expect(entry.json["body"]?["truncated"]?.bool == true)
    #expect(entry.json.canonical.count <= AuditLog.maximumRecord)
  }

  @Test("The longest record that fits is kept whole")
  func longestRecord() async throws {
    let scratch = try Scratch()
    let log = try AuditLog(scratch.layout)
    let room = AuditLog.maximumRecord - sample("").json.canonical.count
    #expect(try await log.append(sample(String(repeating: "x", count: room)), .synced) == 0)
    #expect(
      await fault { try await log.append(sample(String(repeating: "x", count: room + 1)), .synced) }
        == "log-record-too-large")
    await log.close()
    #expect(try LogReader(scratch.layout).verify().isWhole)
  }

  @Test("Observed events that find no room are counted in a gap record, by session")
  func gaps() async throws {
    let scratch = try Scratch()
    try await scratch.filled(0)
    let verifierKey = try LogReader(scratch.layout).verifierKey
    let key = try #require(try LogKey.load(scratch.layout.keyFile))
    let found = try Recovery(scratch.layout, verifier: #require(LogVerifier(verifierKey)))
    let signer = try SigningThread(Publisher(scratch.layout, key: key, recovered: found), durable: 0)
    let queue = try AppendQueue()
    let segment = try SegmentWriter(directory: scratch.layout.segments, count: 0, serial: found.serial)
    let writer = Writer(queue: queue, signer: signer, segment: segment)
    let session = SessionID.random()
    for number in 0..<AppendQueue.observedLimit + 7 {
      let lost = number >= AppendQueue.observedLimit
      let entry = sample("\(number)").json.canonical
      _ = queue.observe([PendingAppend(entry: entry, durability: .observed, session: lost ? session : nil, waiter: nil)]
      )
    }
    queue.close()
    writer.run()
    signer.run()
    let entries = try LogReader(scratch.layout).records().entries
    #expect(entries.count == AppendQueue.observedLimit + 1)
    let gap = try #require(entries.first { $0.kind == "gap" })
    #expect(gap.json["body"] == ["lost": 7, "sessions": .object([session.text: 7])])
    #expect(try LogReader(scratch.layout).verify().isWhole)
  }
}

extension AppendTests {
  @Test("The running log gives its own records, their evidence and its findings")
  func asSource() async throws {
    let scratch = try Scratch()
    let log = try AuditLog(scratch.layout)
    try await scratch.append(log, 0..<5)
    let source: any LogSource = log
    #expect(try await source.size() == 5)
    #expect(try await source.entries(from: 1, limit: 3).map(\.index) == [1, 2, 3])
    #expect(try await source.entries(from: 5, limit: 3).isEmpty)
    let evidence = try await source.evidence(for: 4)
    #expect(evidence.proof.count == 1 && evidence.proof.allSatisfy { $0.utf8.count == 64 })
    #expect(try await source.verify().problems.isEmpty)
    let bundle = scratch.layout.directory + "/tile/entries/000.p/5"
    var bytes = try Files.read(bundle)
    bytes[bytes.count - 3] ^= 1
    try Scratch.write(bundle, bytes)
    let findings = try await source.verify()
    #expect(findings.firstBad == 4 && findings.size == 5)
    await log.close()
  }
}
