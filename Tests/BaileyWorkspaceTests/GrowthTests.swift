import BaileyCore
import BaileyLinux
import Synchronization
import Testing

@testable import BaileyWorkspace

/// What a session of many files costs, counted and not timed: twice the files may cost twice as much, and no more.
@Suite("Sessions that change many files")
struct GrowthTests {
  /// Contents that were hashed and bytes that went into hashes: the digest of a change set counts among them.
  private final class Tally: Sendable {
    let contents = Atomic(0)
    let bytes = Atomic(0)
  }

  private struct CountingHasher: ContentHasher {
    let tally: Tally
    private var hasher = TestHasher()

    init(_ tally: Tally) {
      self.tally = tally
      tally.contents.add(1, ordering: .relaxed)
    }

    mutating func update(_ bytes: [UInt8]) {
      tally.bytes.add(bytes.count, ordering: .relaxed)
      hasher.update(bytes)
    }

    func finish() -> [UInt8] { hasher.finish() }
  }

  private struct Cost: Equatable {
    var contents = 0
    var bytes = 0
  }

  /// What reading, applying and undoing cost, each beginning with a reading.
  private static func costs(files count: Int) async throws -> [Cost] {
    let (fixture, tally) = (try WorkspaceFixture("/dev/shm"), Tally())
    let workspaces = Workspaces(stateDirectory: fixture.state, hasher: { CountingHasher(tally) })
    for index in 0..<count { try put(fixture.project + "/old/\(100 + index / 50)/\(10_000 + index)", "old\n") }
    try await fixture.open()
    for index in 0..<count {
      try put(fixture.upper + "/old/\(100 + index / 50)/\(10_000 + index)", "edited\n")
      try put(fixture.upper + "/new/\(100 + index / 50)/\(10_000 + index)", "new\n")
    }
    var costs: [Cost] = []
    func note() {
      costs.append(
        Cost(
          contents: tally.contents.exchange(0, ordering: .relaxed), bytes: tally.bytes.exchange(0, ordering: .relaxed)))
    }
    let digest = try await workspaces.changes(of: fixture.session).digest
    note()
    let everything = ChangeSelection(includesRisky: true)
    let report = try await workspaces.apply(everything, of: fixture.session, digest: digest, approve: { _ in })
    #expect(report.conflicts.isEmpty && report.applied.count == 2 * count + count / 50 + 1)
    note()
    #expect(try await workspaces.undo(session: fixture.session).conflicts.isEmpty)
    note()
    return costs
  }

  @Test(
    "Reading, applying and undoing twice as many files hashes twice as much, and each content a fixed number of times")
  func hashing() async throws {
    let (small, large) = (try await Self.costs(files: 500), try await Self.costs(files: 1000))
    for (few, many) in zip(small, large) {
      #expect(many.contents <= 2 * few.contents && many.bytes <= 2 * few.bytes)
      #expect(many.contents >= 2000)
    }
    // Edited and new: read 2 + 1; applied the same, then kept 1, staged 2, exchanged 1, accepted 2; undone: looked at 2, staged 1,
    // exchanged or removed 2, accepted 1.
    #expect(large.map { $0.contents / 1000 } == [3, 9, 6], "\(large)")
  }

  @Test("A reader resolves each directory once, whichever side has it")
  func resolving() throws {
    let fixture = try WorkspaceFixture("/dev/shm")
    for index in 0..<400 { try put(fixture.project + "/d\(index / 100)/\(index)", "\(index)") }
    let reader = TreeReader(try Tree(fixture.project))
    for index in 0..<400 {
      #expect(
        try reader.state(bytes("d\(index / 100)/\(index)"), { TestHasher() }).size == Int64("\(index)".utf8.count))
      #expect(try reader.status(bytes("d\(index / 100)/\(index)"))?.isRegular == true)
      #expect(reader.content(bytes("d\(index / 100)/\(index)"), limit: 10) == bytes("\(index)"))
    }
    #expect(reader.resolutions == 4)
    for index in 0..<400 { #expect(try reader.state(bytes("none/\(index)"), { TestHasher() }) == .absent) }
    #expect(reader.resolutions == 5)
  }

  @Test("A reader follows no link, neither on the way nor at the end, and says what is none of its directories")
  func links() throws {
    let fixture = try WorkspaceFixture("/dev/shm")
    try put(fixture.root + "/outside/secret", "secret")
    try put(fixture.project + "/d/file", "file")
    try link(fixture.project + "/way", fixture.root + "/outside")
    try link(fixture.project + "/d/end", fixture.root + "/outside/secret")
    let reader = TreeReader(try Tree(fixture.project))
    #expect(try reader.status(bytes("way/secret")) == nil)
    #expect(reader.content(bytes("way/secret"), limit: 100) == nil)
    #expect(reader.content(bytes("d/end"), limit: 100) == nil)
    #expect(try reader.state(bytes("d/end"), { TestHasher() }).type == .symlink)
    #expect(try reader.status(bytes("d/file/below")) == nil)
    #expect(try reader.status([])?.isDirectory == true)
    for path in ["d/..", "d/.", ".."] { #expect(throws: Errno.invalid) { try reader.status(bytes(path)) } }
    #expect(throws: Errno.self) { try reader.status(bytes("../outside/secret")) }
    #expect(reader.content(bytes("d/file"), limit: 100) == bytes("file"))
  }

  @Test("The digest is that of the whole canonical form")
  func digest() async throws {
    let fixture = try WorkspaceFixture("/dev/shm")
    try put(fixture.project + "/a", "old\n")
    try await fixture.open()
    for name in ["a", "b", "c/d"] { try put(fixture.upper + "/" + name, name + "\n") }
    let files = SessionFiles(stateDirectory: fixture.state, session: fixture.session)
    let staged = try StagedSession(fixture.session, files, hasher: { TestHasher() })
    let reading = try staged.read()
    let form: JSON = [
      "version": 1, "project": .string(fixture.project), "changes": .array(reading.changes.map(\.digestForm)),
      "refs": .array(reading.set.refs.map(\.json)),
    ]
    var hasher = TestHasher()
    hasher.update(form.canonical)
    #expect(reading.changes.count == 4 && reading.set.digest == hexadecimal(hasher.finish()))
    hasher = TestHasher()
    hasher.update((["version": 1, "project": .string(fixture.project), "changes": [], "refs": []] as JSON).canonical)
    #expect(staged.digest([], []) == hexadecimal(hasher.finish()))
  }

  @Test("A plan that lacks a line, or has one that is damaged, is no plan")
  func plan() throws {
    let fixture = try WorkspaceFixture("/dev/shm")
    let journal = try Journal.create(in: fixture.root + "/journal", number: 1)
    let operations = (0..<3).map {
      Operation(path: bytes("d\n\($0)"), before: .absent, after: .directory(mode: 0o755), content: .none)
    }
    #expect(journal.operations == nil)
    try journal.plan(operations)
    #expect(journal.operations?.map(\.path) == operations.map(\.path))
    let file = journal.tree.path + "/plan.jsonl"
    let whole = try #require(text(file))
    let lines = whole.split(separator: "\n")
    #expect(lines.count == 4)
    let damaged = [
      "", lines.dropLast().joined(separator: "\n"), lines.dropFirst().joined(separator: "\n"),
      String(whole.dropLast(5)), whole + lines[1], whole.replacing("absent", with: "unknown"),
    ]
    for content in damaged {
      try put(file, content)
      #expect(journal.operations == nil, "\(content)")
    }
  }

  @Test("An apply keeps what it replaces, an undo nothing; and undoing twice leaves the first state")
  func kept() async throws {
    let fixture = try WorkspaceFixture("/dev/shm")
    for name in ["a", "b"] { try put(fixture.project + "/" + name, "old\n") }
    try await fixture.open()
    for name in ["a", "b", "c"] { try put(fixture.upper + "/" + name, "new\n") }
    let before = try snapshot(fixture.project)
    let journals = SessionFiles(stateDirectory: fixture.state, session: fixture.session).journals
    try await fixture.apply()
    #expect(try Descriptor.entries(of: journals + "/000001/old").count == 2)
    try await fixture.undo()
    #expect(try Descriptor.entries(of: journals + "/000002/old").isEmpty)
    #expect(try snapshot(fixture.project) == before)
    #expect(await fault { try await fixture.undo() } == "nothing-to-undo")
    #expect(try await fixture.apply().conflicts.isEmpty)
  }

  @Test("A change set is refused beyond its number of changes, and beyond the length of their names")
  func limits() throws {
    func fault(_ path: [UInt8], target: [UInt8], after count: Int) -> String? {
      var limit = ChangeLimit()
      let change = StagedChange(path: path, before: .absent, after: .symlink(target))
      do throws(Fault) {
        for _ in 0..<count { try limit.take(change) }
      } catch {
        return limit.changes < count ? "early" : error.code
      }
      return nil
    }
    #expect(fault(bytes("a"), target: bytes("b"), after: 400_000) == nil)
    #expect(fault(bytes("a"), target: bytes("b"), after: 400_001) == "workspace-too-large")
    let long = [UInt8](repeating: 0x61, count: 2048)
    #expect(fault(long, target: long, after: 32_768) == nil)
    #expect(fault(long, target: long, after: 32_769) == "workspace-too-large")
  }

  @Test(
    "A file that the agent took over and the person removed meanwhile is a conflict; one that the agent renamed is none"
  )
  func takenOver() async throws {
    let fixture = try WorkspaceFixture()
    for name in ["gone", "d/gone", "still/old"] { try put(fixture.project + "/" + name, "old\n") }
    try await fixture.open()
    for name in ["gone", "d/gone", "still/renamed"] {
      try put(fixture.upper + "/" + name, "edited\n")
      try Descriptor.setAttribute(of: fixture.upper + "/" + name, "user.overlay.origin", [1])
    }
    for name in ["new", "d/new", "still/new"] { try put(fixture.upper + "/" + name, "new\n") }
    for name in ["gone", "d/gone"] { try remove(fixture.project + "/" + name) }
    let changes = try await fixture.changes().changes
    let refused = changes.filter { $0.conflict?.contains("removed from the project since") == true }
    #expect(refused.map(\.displayPath) == ["d/gone", "gone"])
    #expect(changes.count { $0.conflict == nil } == 4)
  }
}
