import BaileyLinux
import BaileyMerkle
import BaileyTestSupport
import Testing

@testable import BaileyAudit
@testable import BaileyCore

@Suite("Recovery of a log that does not start")
struct LogRecoveryTests {
  typealias Scratch = BaileyAuditTests.Scratch

  enum Damage: String, CaseIterable, Sendable {
    case missingTail, replacedDirectory, olderCopy, missingHead, wrongKey, missingKey, missingDirectoryAndKey,
      damagedAnchor
  }

  /// A log of ten records, hurt.
  private func hurt(_ scratch: Scratch, _ damage: Damage) async throws {
    try await scratch.filled(5)
    try Scratch.copy(scratch.layout.directory, to: scratch.path + "/older")
    try await scratch.filled(5, from: 5)
    let layout = scratch.layout
    switch damage {
    case .missingTail:
      for name in try Scratch.files(layout.directory) where name.contains("000.p/10") {
        try Descriptor.workingDirectory.unlink(layout.directory + "/" + name)
      }
    case .replacedDirectory:
      let other = try Scratch()
      try await other.filled(20)
      Scratch.remove(layout.directory)
      try Scratch.copy(other.layout.directory, to: layout.directory)
    case .olderCopy:
      Scratch.remove(layout.directory)
      try Scratch.copy(scratch.path + "/older", to: layout.directory)
    case .missingHead: try Descriptor.workingDirectory.unlink(layout.headFile)
    case .wrongKey:
      let other = try Scratch()
      try await other.filled(1)
      try Scratch.write(layout.keyFile, Files.read(other.layout.keyFile))
    case .missingKey: try Descriptor.workingDirectory.unlink(layout.keyFile)
    case .missingDirectoryAndKey:
      try Descriptor.workingDirectory.unlink(layout.keyFile)
      Scratch.remove(layout.directory)
    case .damagedAnchor: try Scratch.write(layout.anchorFile, [0x41])
    }
  }

  private func examine(_ scratch: Scratch) throws -> String? {
    guard let recovery = try LogRecovery.examine(scratch.layout) else { return nil }
    return recovery.reason.code
  }

  @Test(
    "Nothing is moved until it is wanted; then the old log lies aside whole, and the first record names its head and the reason",
    arguments: Damage.allCases)
  func recovers(damage: Damage) async throws {
    let scratch = try Scratch()
    try await hurt(scratch, damage)
    let before = try Scratch.files(scratch.path + "/state").filter { !$0.hasSuffix("lock") }
    let code = try #require(await fault { await (try AuditLog(scratch.layout)).close() })
    let tool = Tool(Products.path("bailey-log"), environment: ["XDG_STATE_HOME": scratch.path, "HOME": scratch.path])
    try Scratch.copy(scratch.path + "/state", to: scratch.path + "/bailey")
    let layout = LogLayout(stateDirectory: scratch.path + "/bailey")
    if damage != .missingKey, damage != .missingDirectoryAndKey {
      try Descriptor.open(layout.keyFile, .readWrite).setMode(0o600)
    }
    try Descriptor.open(scratch.path + "/bailey", .readOnly).setMode(0o700)
    let told = try tool.run(["recover"])
    #expect(told.status == 1 && told.output.contains("[\(code)]") && told.errors.contains("--yes"), "\(told)")
    #expect(try Scratch.files(scratch.path + "/bailey").filter { before.contains($0) } == before)
    let done = try tool.run(["recover", "--yes"])
    #expect(done.status == 0, "\(done)")
    let report = try LogReader(layout).verify()
    #expect(report.isWhole && report.size == 1)
    let body = try #require(try LogReader(layout).record(at: 0).json["body"])
    #expect(body["event"]?.string == "log.recovered" && body["reason"]?["code"]?.string == code)
    let size: Int64? = damage == .replacedDirectory ? 20 : 10
    #expect(body["old"]?["size"]?.int == size && body["old"]?["root"]?.string?.isEmpty == false)
    #expect(body["old"]?["note"]?.string?.contains("\n\n— ") == true)
    let aside = try #require(body["aside"]?.string)
    let moved = try Scratch.files(aside)
    #expect(
      moved.contains("head") == (damage != .missingHead)
        && moved.contains("log/checkpoint") == (damage != .missingDirectoryAndKey))
    #expect(try tool.run(["recover"]).output.contains("nothing to recover"))
    let log = try AuditLog(layout)
    try await log.append(sample("on"), .synced)
    await log.close()
    #expect(try LogReader(layout).records().entries.count == 2)
  }

  @Test(
    "A recovery that is cut short at any move is gone on with, and never leaves a log that starts without its first record",
    arguments: 0..<7)
  func cutShort(moves: Int) async throws {
    let scratch = try Scratch()
    try await hurt(scratch, .olderCopy)
    let layout = scratch.layout
    let aside = layout.directory + ".old-1"
    let notice: JSON = ["event": "log.recovered", "aside": .string(aside), "old": ["size": 10]]
    try Scratch.write(layout.recoveryFile, notice.canonical)
    try Descriptor.workingDirectory.makeDirectory(aside)
    let order = [
      (layout.directory, "log"), (layout.headFile, "head"), (layout.verifierKeyFile, "log.pub"),
      (layout.keyFile, "log.key"),
    ]
    for (path, name) in order.prefix(moves) {
      try Descriptor.workingDirectory.rename(path, to: aside + "/" + name)
    }
    if moves < order.count {
      #expect(await fault { await (try AuditLog(layout)).close() } != nil, "\(moves)")
      guard let recovery = try LogRecovery.examine(layout) else {
        Issue.record("there is nothing to recover after \(moves) moves")
        return
      }
      let place = try await recovery.begin()
      #expect(place == aside)
    } else {
      await (try AuditLog(layout)).close()
      await (try AuditLog(layout)).close()
    }
    let entries = try LogReader(layout).records().entries
    #expect(entries.count == 1 && entries[0].json["body"] == notice)
    #expect(try Files.readIfPresent(layout.recoveryFile) == nil)
    #expect(try Scratch.files(aside).contains("log/checkpoint"))
  }

  @Test("A whole log, none at all, and one that is open are left alone")
  func nothingToDo() async throws {
    let scratch = try Scratch()
    #expect(try examine(scratch) == nil)
    try await scratch.filled(3)
    #expect(try examine(scratch) == nil)
    let log = try AuditLog(scratch.layout)
    #expect(await fault { _ = try examine(scratch) } == "log-locked")
    await log.close()
    try Descriptor.open(scratch.layout.keyFile, .readWrite).setMode(0o644)
    #expect(await fault { _ = try examine(scratch) } == "log-key-exposed")
  }
}
