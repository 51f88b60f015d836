import BaileyLinux
import BaileyMerkle
import Testing

@testable import BaileyAudit
@testable import BaileyCore

@Suite("Damage and tampering")
struct DamageTests {
  @Test("One flipped bit anywhere in the log or its kept head is found by verify")
  func flippedBits() async throws {
    let scratch = try Scratch()
    try await scratch.filled(270)
    try await scratch.filled(30, from: 270)
    let reader = try LogReader(scratch.layout)
    #expect(try reader.verify().isWhole)
    let log = scratch.layout.directory
    let files = try Scratch.files(log).map { log + "/" + $0 } + [scratch.layout.headFile]
    for file in files where !file.hasSuffix("lock") {
      let good = try Files.read(file)
      // A spread of the bytes, always both ends.
      let step = max(1, good.count / 23)
      for offset in Array(stride(from: 0, to: good.count, by: step)) + [good.count - 1] {
        var bad = good
        bad[offset] ^= 1 << UInt8(offset % 8)
        try Scratch.write(file, bad)
        #expect(try !reader.verify().isWhole, "\(file) at \(offset)")
      }
      try Scratch.write(file, Array(good.dropLast()))
      #expect(try !reader.verify().isWhole, "\(file) cut")
      try Scratch.write(file, good)
    }
    #expect(try reader.verify().isWhole)
  }

  @Test(
    "A missing piece is found and named",
    arguments: ["tile/0/000", "tile/entries/000", "tile/1/000.p/1", "tile/entries/001.p/44", "checkpoint"])
  func missing(file: String) async throws {
    let scratch = try Scratch()
    try await scratch.filled(300)
    try Descriptor.workingDirectory.unlink(scratch.layout.directory + "/" + file)
    let report = try LogReader(scratch.layout).verify()
    #expect(report.problems.first.map { $0.path.hasSuffix(file) } == true, "\(report)")
  }

  @Test("A changed, swapped, doubled or removed record is found at its index")
  func changedRecords() async throws {
    let scratch = try Scratch()
    try await scratch.filled(20)
    let file = scratch.layout.directory + "/tile/entries/000.p/20"
    let good = try Files.read(file)
    let entries = (EntryBundle.ranges(in: good.span, width: 20) ?? []).map { Array(good[$0]) }
    var changed = entries
    changed[7] = Array(String(decoding: entries[7], as: UTF8.self).replacing("intent", with: "intend").utf8)
    var swapped = entries
    swapped.swapAt(7, 8)
    var doubled = entries
    doubled[7] = entries[6]
    for bad in [changed, swapped, doubled] {
      try Scratch.write(file, bundle(bad))
      let report = try LogReader(scratch.layout).verify()
      #expect(report.problems.map(\.code) == ["entry-changed"] && report.problems.first?.index == 7)
    }
    try Scratch.write(file, bundle(entries.dropLast()))
    #expect(try LogReader(scratch.layout).verify().problems.first?.code == "piece-missing")
  }

  @Test("A record changed together with all hashes above it does not have the signed root")
  func consistentForgery() async throws {
    let scratch = try Scratch()
    let forged = try Scratch()
    try await scratch.filled(20)
    let log = try AuditLog(forged.layout)
    for number in 0..<20 { try await log.append(sample(number == 7 ? "other" : "\(number)"), .grouped) }
    await log.close()
    for file in ["tile/entries/000.p/20", "tile/0/000.p/20"] {
      try Scratch.write(scratch.layout.directory + "/" + file, Files.read(forged.layout.directory + "/" + file))
    }
    #expect(try LogReader(scratch.layout).verify().problems.map(\.code).contains("root-mismatch"))
    #expect(await fault { _ = try AuditLog(scratch.layout) } == "log-rolled-back")
  }

  @Test("An older copy of the log's directory does not start, and verify tells")
  func rolledBack() async throws {
    let scratch = try Scratch()
    try await scratch.filled(10)
    try Scratch.copy(scratch.layout.directory, to: scratch.path + "/old")
    try await scratch.filled(10, from: 10)
    Scratch.remove(scratch.layout.directory)
    try Scratch.copy(scratch.path + "/old", to: scratch.layout.directory)
    #expect(await fault { _ = try AuditLog(scratch.layout) } == "log-rolled-back")
    #expect(try !LogReader(scratch.layout).verify().isWhole)
  }

  @Test("A log without its head, its key or its files is refused, never begun anew")
  func missingParts() async throws {
    for (part, code) in [
      ("heads/log", "log-head-missing"), ("keys/log.key", "log-key-missing"), ("log", "log-rolled-back"),
    ] {
      let scratch = try Scratch()
      try await scratch.filled(3)
      let path = scratch.path + "/state/" + part
      if part == "log" { Scratch.remove(path) } else { try Descriptor.workingDirectory.unlink(path) }
      #expect(await fault { _ = try AuditLog(scratch.layout) } == code, "\(part)")
      #expect(await fault { _ = try AuditLog(scratch.layout) } == code, "\(part) again")
    }
  }

  @Test("A private key that others can read, or that is not one, is refused")
  func badKeys() async throws {
    let scratch = try Scratch()
    try await scratch.filled(3)
    let path = scratch.layout.keyFile
    #expect(try Descriptor.status(of: path).mode == 0o600)
    try Descriptor.open(path, .readWrite).setMode(0o640)
    #expect(await fault { _ = try AuditLog(scratch.layout) } == "log-key-exposed")
    try Descriptor.open(path, .readWrite).setMode(0o600)
    try Scratch.write(path, Array(Files.read(path).dropLast(3)))
    #expect(await fault { _ = try AuditLog(scratch.layout) } == "log-key-invalid")
  }

  @Test("Another log's head is refused")
  func otherHead() async throws {
    let (one, two) = (try Scratch(), try Scratch())
    try await one.filled(3)
    try await two.filled(3)
    try Scratch.write(one.layout.headFile, Files.read(two.layout.headFile))
    #expect(await fault { _ = try AuditLog(one.layout) } == "log-head-invalid")
  }

  @Test("A head changed under a running log stops its signing, visibly")
  func movedHead() async throws {
    let scratch = try Scratch()
    let log = try AuditLog(scratch.layout)
    try await log.append(sample("0"), .synced)
    try await log.publish()
    let head = try Files.read(scratch.layout.headFile)
    try Scratch.write(scratch.layout.headFile, Array(head.dropLast(5)))
    try await log.append(sample("1"), .synced)
    #expect(await fault { try await log.publish() } == "log-head-moved")
    #expect(log.fault?.code == "log-head-moved")
    try Scratch.write(scratch.layout.headFile, head)
    #expect(await fault { try await log.publish() } == nil)
    #expect(log.fault == nil)
    await log.close()
    #expect(try LogReader(scratch.layout).verify().isWhole)
  }

  private func bundle(_ entries: [[UInt8]]) -> [UInt8] {
    entries.reduce(into: []) { #expect(EntryBundle.append($1, to: &$0)) }
  }
}
