import BaileyLinux
import BaileyMerkle
import Testing

@testable import BaileyAudit
@testable import BaileyCore

@Suite("Recovery")
struct RecoveryTests {
  /// A log of three signed records with further ones that only its segment holds.
  private func crashed(_ scratch: Scratch, unsigned: Int, syncEach: Bool = false) async throws -> String {
    try await scratch.filled(3)
    var writer = try SegmentWriter(directory: scratch.layout.segments, count: 3, serial: 50)
    for number in 3..<3 + unsigned {
      try writer.write([sample("\(number)").json.canonical])
      if syncEach { _ = try writer.sync() }
    }
    return scratch.layout.segments + "/" + SegmentName(first: 3, serial: 50).text
  }

  @Test("A last record torn at any byte is cut to the last whole record, and a record tells of it")
  func tornTail() async throws {
    let scratch = try Scratch()
    let segment = try await crashed(scratch, unsigned: 3)
    try Scratch.copy(scratch.path + "/state", to: scratch.path + "/kept")
    let bytes = try Files.read(segment)
    let frame = bytes.count / 3
    for length in [0, 1, frame - 1] + Array(2 * frame...bytes.count) {
      Scratch.remove(scratch.path + "/state")
      try Scratch.copy(scratch.path + "/kept", to: scratch.path + "/state")
      try Scratch.write(segment, Array(bytes[..<length]))
      let log = try AuditLog(scratch.layout)
      try await log.append(sample("new"), .synced)
      await log.close()
      let whole = length / frame
      let tags = try scratch.tags
      #expect(Array(tags.prefix(3 + whole)) == (0..<3 + whole).map(String.init), "at \(length)")
      #expect(tags.last == "new")
      let isTorn = !length.isMultiple(of: frame)
      #expect(tags.contains { $0.contains("log.tail-cut") } == isTorn, "at \(length)")
      #expect(tags.count == 3 + whole + (isTorn ? 2 : 1))
      #expect(try LogReader(scratch.layout).verify().isWhole)
    }
  }

  @Test("A tail of zeros or noise, as a power cut leaves it, is cut")
  func garbageTail() async throws {
    for garbage in [[UInt8](repeating: 0, count: 5000), (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }] {
      let scratch = try Scratch()
      let segment = try await crashed(scratch, unsigned: 2)
      try Scratch.write(segment, try Files.read(segment) + garbage)
      await (try AuditLog(scratch.layout)).close()
      #expect(try scratch.tags.prefix(5) == ["0", "1", "2", "3", "4"])
    }
  }

  @Test("A damaged record that a later one proves to have been synced refuses the start; without that proof it is cut")
  func damagedMiddle() async throws {
    for syncEach in [true, false] {
      let scratch = try Scratch()
      let segment = try await crashed(scratch, unsigned: 4, syncEach: syncEach)
      var bytes = try Files.read(segment)
      bytes[bytes.count / 4 + 40] ^= 1
      try Scratch.write(segment, bytes)
      let code = await fault { await (try AuditLog(scratch.layout)).close() }
      #expect(code == (syncEach ? "log-damaged" : nil))
      if !syncEach { #expect(try scratch.tags.prefix(4) == ["0", "1", "2", "3"]) }
    }
  }

  @Test("A signed record that a segment holds otherwise refuses the start")
  func segmentAgainstTiles() async throws {
    let scratch = try Scratch()
    try await scratch.filled(3)
    let name = try #require(try SegmentName.list(scratch.layout.segments).last)
    var bytes: [UInt8] = []
    for number in 0..<3 {
      Frame.append(
        sample(number == 1 ? "other" : "\(number)").json.canonical, index: UInt64(number), durable: 0, to: &bytes)
    }
    try Scratch.write(scratch.layout.segments + "/" + name.text, bytes)
    #expect(await fault { _ = try AuditLog(scratch.layout) } == "log-damaged")
    #expect(try LogReader(scratch.layout).verify().problems.first?.code == "segment-changed")
  }

  @Test("No mutation of a segment traps the reader, and what it gives is a beginning of what was written")
  func mutatedSegments() {
    var good: [UInt8] = []
    let entries = (0..<8).map { Array("entry \($0)".utf8) }
    for (index, entry) in entries.enumerated() {
      Frame.append(entry, index: UInt64(index), durable: UInt64(index / 2), to: &good)
    }
    var state: UInt64 = 88_172_645_463_325_252
    for _ in 0..<20_000 {
      var bad = good
      for _ in 0..<3 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        let at = Int(state % UInt64(bad.count))
        switch state >> 60 & 3 {
        case 0: bad[at] ^= UInt8(truncatingIfNeeded: state >> 32) | 1
        case 1: bad.remove(at: at)
        case 2: bad.insert(UInt8(truncatingIfNeeded: state >> 32), at: at)
        default: bad.removeLast(min(bad.count - 1, at % 30))
        }
      }
      let found = SegmentReading(bad, first: 0)
      #expect(entries.starts(with: found.entries))
    }
  }

  @Test("After a failed repair and a new segment, both are read as one")
  func supersededSegment() async throws {
    let scratch = try Scratch()
    _ = try await crashed(scratch, unsigned: 4)
    var writer = try SegmentWriter(directory: scratch.layout.segments, count: 5, serial: 51)
    try writer.write([sample("five").json.canonical])
    await (try AuditLog(scratch.layout)).close()
    #expect(try scratch.tags == ["0", "1", "2", "3", "4", "five"])
    #expect(try LogReader(scratch.layout).verify().isWhole)
  }

  @Test("Where no new segment can be begun, the old one stays short enough for a start, and writing goes on later")
  func overgrownSegment() async throws {
    let scratch = try Scratch()
    try await scratch.filled(0)
    let serial = try #require(try SegmentName.list(scratch.layout.segments).last).serial + 1
    var writer = try SegmentWriter(directory: scratch.layout.segments, count: 0, serial: serial, rotation: 1000)
    try Descriptor.workingDirectory.makeDirectory(scratch.layout.segments + "/next")
    func writeOne() throws {
      try writer.write([sample("\(writer.count)").json.canonical])
      _ = try writer.sync()
    }
    #expect(await fault { while writer.count < 1000 { try writeOne() } } == "log-write-failed")
    let segment = scratch.layout.segments + "/" + SegmentName(first: 0, serial: serial).text
    #expect((8000..<9000).contains(try Files.read(segment).count))
    let refused = writer.count
    try Descriptor.workingDirectory.removeDirectory(scratch.layout.segments + "/next")
    for _ in 0..<3 { try writeOne() }
    await (try AuditLog(scratch.layout)).close()
    #expect(try scratch.tags == (0..<refused + 3).map { "\($0)" })
    #expect(try LogReader(scratch.layout).verify().isWhole)
  }

  @Test("After a swap of the kept head that failed half-way, and a second one that failed, a third goes through")
  func halfFailedSwap() async throws {
    let scratch = try Scratch()
    let key = try #require(LogKey.generate())
    let heads = try (0..<4).map { size in
      try SignedHead(signing: Checkpoint(origin: key.origin, size: size, root: SHA256Tree.empty), with: key)
    }
    let path = scratch.path + "/head"
    var store = HeadStore(path: path, last: nil)
    try store.swap(heads[0])
    try Descriptor.workingDirectory.makeDirectory(path + ".tmp")
    #expect(throws: Fault.self) { try store.swap(heads[1]) }
    // As if the rename had gone through and the sync of the directory had not.
    try Scratch.write(path, heads[1].note)
    #expect(throws: Fault.self) { try store.swap(heads[2]) }
    try Descriptor.workingDirectory.removeDirectory(path + ".tmp")
    try store.swap(heads[3])
    #expect(try Files.read(path) == heads[3].note)
    try Scratch.write(path, heads[2].note)
    #expect(await fault { try store.swap(heads[3]) } == "log-head-moved")
  }

  @Test(
    "A refused record shows as the log's fault until one is written, also if what was there before is synced and signed"
  )
  func faultStays() async throws {
    let scratch = try Scratch()
    let log = try AuditLog(scratch.layout, segmentBytes: 1)
    try Descriptor.workingDirectory.makeDirectory(scratch.layout.segments + "/next")
    try await scratch.append(log, 0..<1)
    #expect(await fault { try await scratch.append(log, 1..<2) } == "log-write-failed")
    try await log.publish()
    #expect(log.fault?.code == "log-write-failed")
    #expect(await log.examine().map(\.state) == [.fail, .ok])
    try Descriptor.workingDirectory.removeDirectory(scratch.layout.segments + "/next")
    try await scratch.append(log, 1..<2)
    #expect(log.fault == nil)
    #expect(await log.examine().map(\.state) == [.ok, .ok])
    await log.close()
  }
}
