import BaileyLinux
import BaileyTestSupport
import Glibc
import Testing

@testable import BaileyAudit
@testable import BaileyCore

/// Every write of the log in turn finds the disk full: a tmpfs with room for one page or one inode more each time, until all fits.
///
/// Needs root for the mounts. Calls that never find a tmpfs full (a sync, a rename) are in `CrashTests`.
@Suite("A full disk at each write of the log", .enabled(if: geteuid() == 0 || mustIsolate), .serialized)
struct FullDiskTests {
  /// What is on the small disk: everything, or only the head that is kept apart.
  enum Place: String, CaseIterable { case state = "/state", heads = "/state/heads" }
  /// How the log comes out of it: the same one goes on once there is room, or it was closed while there was none.
  enum Ending: CaseIterable { case roomMade, closed }

  private struct Told {
    var kept: [UInt64: String] = [:]
    var refused: Set<String> = []
    var observed = 0
  }

  @Test(
    "Whichever page or file does not fit, no acknowledged record is lost, none is half there, and the log goes on",
    arguments: Place.allCases, [0, 250])
  func sweep(place: Place, records: Int) async throws {
    for ending in Ending.allCases {
      for kind in ["size", "nr_inodes"] {
        var spare = 0
        while try await !attempt(place, records, ending, kind, spare) {
          spare += 1
          try #require(spare < 120, "\(place) \(records) \(kind) never fits")
        }
        #expect(spare > 0, "nothing was ever refused")
      }
    }
  }

  /// Returns whether everything fitted.
  private func attempt(_ place: Place, _ records: Int, _ ending: Ending, _ kind: String, _ spare: Int) async throws
    -> Bool
  {
    let scratch = try Scratch()
    let disk = scratch.path + place.rawValue
    try Descriptor.makeDirectories(disk)
    try sh("mount -t tmpfs -o size=8m,nr_inodes=4000,mode=700 bailey-test '\(disk)'")
    defer { try? sh("umount -l '\(disk)'") }
    if records > 0 { try await scratch.filled(records) }
    try squeeze(disk, kind, spare)

    var told = Told()
    var log = await opened(scratch, &told)
    if let log { await write(log, "full", &told) }
    let fitted = told.refused.isEmpty
    if ending == .closed {
      try await checkAsKilled(scratch, told)
      await log?.close()
      log = nil
    }
    try sh("mount -o remount,size=8m,nr_inodes=4000 '\(disk)'")
    let mended: AuditLog
    if let log { mended = log } else { mended = try AuditLog(scratch.layout, segmentBytes: Self.segmentBytes) }
    await write(mended, "mended", &told)
    #expect(!told.refused.contains { $0.hasPrefix("mended") }, "\(place) \(kind) \(spare): \(told.refused)")
    #expect(mended.fault == nil)
    await mended.close()
    try check(scratch.layout, told, countsLoss: ending == .roomMade)
    #expect(try LogReader(scratch.layout).verify().unsigned == 0)
    await (try AuditLog(scratch.layout)).close()
    return fitted
  }

  /// Small, so that a record or two begin a new segment.
  private static let segmentBytes: Int64 = 5000
  /// Long enough that no record fits what is left of a page.
  private static let padding = JSON.string(String(repeating: "x", count: 4096))

  private func opened(_ scratch: Scratch, _ told: inout Told) async -> AuditLog? {
    do throws(Fault) { return try AuditLog(scratch.layout, segmentBytes: Self.segmentBytes) } catch {
      expectFullDisk(error)
      told.refused.insert("open")
      return nil
    }
  }

  /// Synced, grouped and observed records across a full tile, with a head among them and one at their end.
  private func write(_ log: AuditLog, _ name: String, _ told: inout Told) async {
    for number in 0..<12 {
      let tag = "\(name).\(number)"
      let record = Record(.intent, session: nil, time: 1, body: ["tag": .string(tag), "padding": Self.padding])
      do throws(Fault) {
        if number % 3 == 2 { told.observed += 1 }
        let index = try await log.append(record, [.synced, .grouped, .observed][number % 3])
        if number % 3 != 2 { told.kept[index] = tag }
        if number % 6 == 5 { try await log.publish() }
      } catch {
        expectFullDisk(error)
        #expect(log.fault != nil, "a refused record leaves the log's fault visible")
        told.refused.insert(tag)
      }
    }
  }

  private func expectFullDisk(_ fault: Fault) {
    #expect(fault.code == "log-write-failed" && fault.hint?.hasPrefix("free space") == true, "\(fault)")
  }

  /// What a controller that was killed on the full disk leaves behind starts on another one.
  private func checkAsKilled(_ scratch: Scratch, _ told: Told) async throws {
    let killed = try Scratch()
    try Scratch.copy(scratch.path + "/state", to: killed.path + "/state")
    await (try AuditLog(killed.layout)).close()
    try check(killed.layout, told, countsLoss: false)
  }

  private func check(_ layout: LogLayout, _ told: Told, countsLoss: Bool) throws {
    let reader = try LogReader(layout)
    #expect(try reader.verify().isWhole)
    let entries = try reader.records().entries
    for (index, tag) in told.kept {
      #expect(Int(index) < entries.count && entries[Int(index)].json["body"]?["tag"]?.string == tag, "\(index) \(tag)")
    }
    let ours = entries.filter { $0.json["body"]?["padding"] != nil }
    #expect(ours.allSatisfy { $0.json["body"]?["padding"] == Self.padding })
    let tags = ours.compactMap { $0.json["body"]?["tag"]?.string }
    #expect(Set(tags).count == tags.count, "a record is there twice")
    guard countsLoss else { return }
    let gaps = entries.filter { $0.kind == "gap" }.compactMap { $0.json["body"]?["lost"]?.int }.reduce(0, +)
    let present = tags.count { Int($0.split(separator: ".")[1]).map { $0 % 3 == 2 } ?? false }
    #expect(present + Int(gaps) == told.observed)
  }

  /// Leaves `spare` pages or inodes beyond what is in use.
  private func squeeze(_ disk: String, _ kind: String, _ spare: Int) throws {
    let column = kind == "size" ? "-B4096 --output=used" : "--output=iused"
    // 0 would be "no limit".
    try sh(
      """
      n=$(($(df \(column) '\(disk)' | tail -1) + \(spare))); [ $n -gt 0 ] || n=1
      [ \(kind) = size ] && n=$((n * 4))k
      exec mount -o remount,\(kind)=$n '\(disk)'
      """)
  }

  private func sh(_ script: String) throws {
    let result = try Tool("/bin/sh").run(["-c", script])
    try #require(result.status == 0, "\(script): \(result.errors)")
  }
}
