import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Glibc
import Testing

@testable import BaileyWorkspace

/// An apply that stands still in its middle: `f` is replaced, and its journal says "applying".
private func interrupted(_ fixture: WorkspaceFixture) async throws -> Journal {
  try put(fixture.project + "/f", "old\n")
  try await fixture.open()
  try put(fixture.upper + "/f", "new\n")
  let files = SessionFiles(stateDirectory: fixture.state, session: fixture.session)
  let staged = try StagedSession(fixture.session, files, hasher: { TestHasher() })
  let plan = try ApplyPlan(
    staged.read().changes, ChangeSelection(), lower: staged.lower, staged: staged.staged, hasher: { TestHasher() })
  let journal = try Journal.create(in: files.journals, number: 1)
  _ = try Transaction.prepare(plan.operations, project: staged.lower, journal: journal, hasher: { TestHasher() })
  try journal.setState(.applying)
  try staged.lower.directory(bytes(journal.staging ?? "")).rename("0", to: staged.lower.root, "f", .exchange)
  #expect(text(fixture.project + "/f") == "new\n")
  return journal
}

private func hasStaging(_ fixture: WorkspaceFixture) throws -> Bool {
  try Descriptor.entries(of: fixture.project).contains { $0.text.hasPrefix(Transaction.stagingPrefix) }
}

@Suite("What recovery cannot put back at once")
struct RecoveryTests {
  @Test(
    "A plan that cannot be read leaves what was replaced where it is, and nothing is built on it",
    arguments: ["plan.jsonl", "plan.json"])
  func damagedPlan(name: String) async throws {
    let fixture = try WorkspaceFixture("/dev/shm")
    let journal = try await interrupted(fixture)
    let plan = try #require(text(journal.tree.path + "/plan.jsonl"))
    // Damaged, or of an older build, which had one document in the place of lines.
    try journal.tree.root.unlink("plan.jsonl")
    try put(journal.tree.path + "/" + name, "{")
    #expect(try await fixture.workspaces.recover().count == 1)
    #expect(try hasStaging(fixture) && journal.state == .applying)
    #expect(await fault { try await fixture.apply() } == "workspace-unfinished")
    #expect(await fault { try await fixture.undo() } == "workspace-unfinished")
    try put(journal.tree.path + "/plan.jsonl", plan)
    // Put back first: what was shown was the state in between.
    #expect(await fault { try await fixture.apply() } == "workspace-changed")
    #expect(try await fixture.apply().conflicts.isEmpty)
    #expect(try await fixture.undo().conflicts.isEmpty)
    #expect(try text(fixture.project + "/f") == "old\n" && !hasStaging(fixture))
  }

  @Test("A record that lost one of its patterns of sensitive files is refused whole", arguments: ["7", "\"\""])
  func damagedPattern(pattern: String) async throws {
    let fixture = try WorkspaceFixture("/dev/shm")
    try await fixture.open(sensitive: [Glob(".env")])
    let record = fixture.upper + "/../workspace.json"
    let content = try #require(text(record))
    try put(record, content.replacing("[\".env\"]", with: "[\(pattern)]"))
    #expect(await fault { _ = try await fixture.changes() } == "workspace-damaged")
    try put(record, content)
    #expect(try await fixture.changes().changes.isEmpty)
  }

  @Test("An apply that cannot begin leaves no journal behind")
  func failedPreparation() async throws {
    let fixture = try WorkspaceFixture("/dev/shm")
    try put(fixture.project + "/f", "old\n")
    try await fixture.open()
    try put(fixture.upper + "/f", "new\n")
    let files = SessionFiles(stateDirectory: fixture.state, session: fixture.session)
    let operation = Operation(
      path: bytes("f"), before: .absent, after: .file(mode: 0o644, size: 1, hash: []), content: .bytes(bytes("x")))
    let journal = try Journal.create(in: files.journals, number: 1)
    let project = try Tree(fixture.project)
    let code = await fault {
      _ = try Transaction.prepare([operation], project: project, journal: journal, hasher: { TestHasher() })
    }
    #expect(code == "workspace-changed")
    #expect(try Journal.numbers(in: files.journals).isEmpty && !hasStaging(fixture))
  }
}

/// Needs root for the mounts.
@Suite("A project that turns read-only", .enabled(if: geteuid() == 0 || mustIsolate), .serialized)
struct ReadOnlyProjectTests {
  private func withProject(_ body: (WorkspaceFixture) async throws -> Void) async throws {
    let fixture = try WorkspaceFixture()
    try run(["/usr/bin/mount", "-t", "tmpfs", "-o", "size=1m", "bailey-test", fixture.project])
    defer { try? run(["/usr/bin/umount", "-l", fixture.project]) }
    try await body(fixture)
  }

  private func remount(_ mode: String, _ fixture: WorkspaceFixture) throws {
    try run(["/usr/bin/mount", "-o", "remount,\(mode)", fixture.project])
  }

  @Test("What recovery could not put back is put back by the next one", arguments: [true, false])
  func recovery(byApply: Bool) async throws {
    try await withProject { fixture in
      let journal = try await interrupted(fixture)
      try remount("ro", fixture)
      #expect(try await fixture.workspaces.recover().first?.contains("f could not be put back") == true)
      #expect(journal.state == .applying)
      #expect(await fault { try await fixture.apply() } == "workspace-unfinished")
      try remount("rw", fixture)
      if byApply {
        #expect(await fault { try await fixture.apply() } == "workspace-changed")
        #expect(try await fixture.apply().conflicts.isEmpty)
        #expect(try await fixture.undo().conflicts.isEmpty)
      } else {
        #expect(try await fixture.workspaces.recover().first?.hasSuffix("was rolled back") == true)
      }
      #expect(try text(fixture.project + "/f") == "old\n" && !hasStaging(fixture))
      #expect(try await fixture.changes().changes.map(\.conflict) == [nil])
    }
  }

  @Test("diff and discard work; apply and undo refuse, lose nothing, and go through once it is writable")
  func steps() async throws {
    try await withProject { fixture in
      for name in ["f", "gone"] { try put(fixture.project + "/" + name, "old\n") }
      let before = try snapshot(fixture.project)
      try await fixture.open()
      try put(fixture.upper + "/f", "new\n")
      try whiteout(fixture.upper + "/gone")
      try remount("ro", fixture)
      #expect(try await fixture.changes().changes.map(\.path) == [bytes("f"), bytes("gone")])
      for _ in 0..<3 { #expect(await fault { try await fixture.apply() } == "workspace-read-only") }
      let journals = SessionFiles(stateDirectory: fixture.state, session: fixture.session).journals
      #expect(try snapshot(fixture.project) == before && Journal.numbers(in: journals).isEmpty)
      try remount("rw", fixture)
      #expect(try await fixture.apply().conflicts.isEmpty)
      let after = try snapshot(fixture.project)
      try remount("ro", fixture)
      #expect(await fault { try await fixture.undo() } == "workspace-read-only")
      #expect(try snapshot(fixture.project) == after)
      try put(fixture.upper + "/more", "new\n")
      await fixture.workspaces.close(session: fixture.session)
      try await fixture.workspaces.discard(session: fixture.session, paths: [bytes("more")])
      #expect(try await fixture.changes().changes.isEmpty)
      try remount("rw", fixture)
      #expect(try await fixture.undo().conflicts.isEmpty)
      #expect(try snapshot(fixture.project) == before)
      try remount("ro", fixture)
      try await fixture.workspaces.discard(session: fixture.session, paths: nil)
      #expect(try await fixture.changes().changes.isEmpty && snapshot(fixture.project) == before)
    }
  }
}
