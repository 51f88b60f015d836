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
      damagedAnchor, damagedNotice, missingBundle
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
    case .damagedNotice: try Scratch.write(layout.recoveryFile, [0x41])
    case .missingBundle: try Descriptor.workingDirectory.unlink(layout.directory + "/tile/entries/000.p/10")
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
    arguments: 0...6, [Damage.olderCopy, .missingKey, .missingDirectoryAndKey])
  func cutShort(moves: Int, damage: Damage) async throws {
    let scratch = try Scratch()
    try await hurt(scratch, damage)
    let layout = scratch.layout
    let key = try Files.read(layout.verifierKeyFile)
    try Descriptor.makeDirectories(layout.evidenceDirectory)
    try Scratch.write(layout.evidenceDirectory + "/9-aa.json", Array("{}".utf8))
    let aside = layout.directory + ".old-1"
    let notice: JSON = ["event": "log.recovered", "aside": .string(aside), "old": ["size": 10]]
    try Scratch.write(layout.recoveryFile, notice.canonical)
    try Descriptor.workingDirectory.makeDirectory(aside)
    for (path, name) in layout.moves.prefix(moves) {
      try? Descriptor.workingDirectory.rename(path, to: aside + "/" + name)
    }
    let left = layout.moves.filter { $0.name != "log" || damage != .missingDirectoryAndKey }
      .filter { (try? Descriptor.status(of: $0.path)) != nil }
    if !left.isEmpty {
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
    let moved = try Scratch.files(aside)
    #expect(moved.contains("log/checkpoint") == (damage != .missingDirectoryAndKey))
    // Neither is taken for the new log's.
    #expect(moved.contains("evidence/9-aa.json") && (try? Descriptor.status(of: layout.evidenceDirectory)) == nil)
    #expect(try Files.read(aside + "/log.pub") == key && Files.read(layout.verifierKeyFile) != key)
  }

  @Test("A head with an origin of any length still gives a notice that is a record")
  func longOrigin() async throws {
    let scratch = try Scratch()
    try await scratch.filled(3)
    let origin = String(repeating: "\u{e9}", count: 30_000)
    let text = Checkpoint(origin: origin, size: 99, root: SHA256Tree.empty).text
    let signature = SignedNote.Signature(key: try #require(LogKey.generate()).key, bytes: [1])
    try Scratch.write(scratch.layout.headFile, SignedNote(text: text, signatures: [signature]).encoded)
    guard let recovery = try LogRecovery.examine(scratch.layout) else {
      Issue.record("there is nothing to recover")
      return
    }
    #expect(recovery.reason.code == "log-head-invalid")
    _ = try await recovery.begin()
    let report = try LogReader(scratch.layout).verify()
    #expect(report.isWhole && report.size == 1)
    let old = try LogReader(scratch.layout).record(at: 0).json["body"]?["old"]
    #expect(old?["size"] == 99 && (1...260).contains(old?["origin"]?.string?.utf8.count ?? 0))
  }

  @Test("The new log has a key of the old one's kind", arguments: LogKeyType.allCases)
  func keyType(type: LogKeyType) async throws {
    let scratch = try Scratch()
    let log = try AuditLog(scratch.layout, key: type)
    try await scratch.append(log, 0..<3)
    await log.close()
    try Descriptor.workingDirectory.unlink(scratch.layout.keyFile)
    guard let recovery = try LogRecovery.examine(scratch.layout) else {
      Issue.record("there is nothing to recover")
      return
    }
    _ = try await recovery.begin()
    let key = try LogReader(scratch.layout).verifierKey
    #expect(key != log.verifierKey && key.type == log.verifierKey.type)
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
