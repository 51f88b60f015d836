import BaileyCore
import BaileyLinux
import Glibc
import Testing

@testable import BaileyWorkspace

@Suite("Apply and undo")
struct ApplyTests {
  /// A project with one of each, and a session that changed one of each.
  private func changed() async throws -> WorkspaceFixture {
    let fixture = try WorkspaceFixture()
    let (project, upper) = (fixture.project, fixture.upper)
    try put(project + "/keep", "keep\n")
    try put(project + "/edit", "one\ntwo\n", mode: 0o640)
    try put(project + "/gone", "gone\n")
    try put(project + "/tree/a/b", "deep\n")
    try put(project + "/tree/c", "c\n", mode: 0o600)
    try put(project + "/mode", "m\n")
    try put(project + "/file-to-directory", "f\n")
    try put(project + "/directory-to-file/x", "x\n")
    try link(project + "/link", "keep")
    try await fixture.open()
    try put(upper + "/edit", "one\n2\n", mode: 0o640)
    try whiteout(upper + "/gone")
    try whiteout(upper + "/tree")
    try put(upper + "/mode", "m\n", mode: 0o600)
    try put(upper + "/new/below/file", "new\n")
    try put(upper + "/file-to-directory/inner", "inner\n")
    try put(upper + "/directory-to-file", "now a file\n")
    try link(upper + "/link", "edit")
    try link(upper + "/fresh-link", "no/such")
    return fixture
  }

  @Test("Every kind of change is listed once, in path order")
  func listing() async throws {
    let set = try await changed().changes()
    let kinds = set.changes.map { "\($0.displayPath) \($0.kind.rawValue)" }
    #expect(
      kinds == [
        "directory-to-file type-changed", "directory-to-file/x deleted", "edit modified",
        "file-to-directory type-changed",
        "file-to-directory/inner added", "fresh-link added", "gone deleted", "link modified", "mode mode-changed",
        "new added",
        "new/below added", "new/below/file added", "tree deleted", "tree/a deleted", "tree/a/b deleted",
        "tree/c deleted",
      ])
    #expect(set.changes.first { $0.path == bytes("edit") }?.hunks.count == 1)
    #expect(set.changes.allSatisfy { $0.conflict == nil })
  }

  @Test("Apply makes the project what the agent sees, and undo restores bytes, modes, links and deletions")
  func roundTrip() async throws {
    let fixture = try await changed()
    let before = try snapshot(fixture.project)
    let report = try await fixture.apply()
    #expect(report.conflicts.isEmpty && report.heldBack.isEmpty)
    #expect(text(fixture.project + "/edit") == "one\n2\n")
    #expect(text(fixture.project + "/new/below/file") == "new\n")
    #expect(text(fixture.project + "/directory-to-file") == "now a file\n")
    let after = try snapshot(fixture.project)
    #expect(after[bytes("tree")] == nil && after[bytes("gone")] == nil)
    #expect(after[bytes("mode")]?.mode == 0o600)
    #expect(after[bytes("link")] == .symlink(bytes("edit")))
    #expect(try await fixture.changes().changes.isEmpty)
    let undone = try await fixture.undo()
    #expect(undone.conflicts.isEmpty)
    #expect(try snapshot(fixture.project) == before)
    #expect(await fault { try await fixture.undo() } == "nothing-to-undo")
    #expect(try await fixture.apply().conflicts.isEmpty)
    #expect(try snapshot(fixture.project) == after)
  }

  @Test("A dry run reports the same and changes nothing")
  func dryRun() async throws {
    let fixture = try await changed()
    let before = try snapshot(fixture.project)
    let report = try await fixture.apply(ChangeSelection(includesRisky: true, isDryRun: true))
    #expect(try snapshot(fixture.project) == before)
    #expect(try await fixture.apply().applied == report.applied)
  }

  @Test("Only the named paths are applied, with the directories they need")
  func paths() async throws {
    let fixture = try await changed()
    let report = try await fixture.apply(ChangeSelection(paths: [bytes("new/below/file"), bytes("tree/a")]))
    #expect(Set(report.applied) == Set(["new", "new/below", "new/below/file", "tree/a", "tree/a/b"].map(bytes)))
    #expect(text(fixture.project + "/tree/c") == "c\n")
    #expect(text(fixture.project + "/edit") == "one\ntwo\n")
    #expect(await fault { try await fixture.apply(ChangeSelection(paths: [bytes("absent")])) } == "change-not-found")
  }

  @Test("A directory is not removed while something in it is kept")
  func keptDirectory() async throws {
    let fixture = try await changed()
    try put(fixture.project + "/tree/users", "mine\n")
    let report = try await fixture.apply()
    #expect(report.conflicts.map(\.path).contains(bytes("tree/users")))
    #expect(report.conflicts.map(\.path).contains(bytes("tree")))
    #expect(text(fixture.project + "/tree/users") == "mine\n")
    #expect(text(fixture.project + "/tree/c") == nil)
  }

  @Test("Hunks are applied one by one, and the rest stays to be looked at")
  func hunks() async throws {
    let fixture = try WorkspaceFixture()
    let old = (1...30).map { "line \($0)\n" }.joined()
    try put(fixture.project + "/f", old)
    try await fixture.open()
    try put(
      fixture.upper + "/f", old.replacing("line 3\n", with: "three\n").replacing("line 28\n", with: "x\n"), mode: 0o755)
    try await fixture.apply(ChangeSelection(hunks: [bytes("f"): [1]], includesRisky: true))
    #expect(text(fixture.project + "/f") == old.replacing("line 28\n", with: "x\n"))
    #expect(try Descriptor.status(of: fixture.project + "/f").mode == 0o644)
    let rest = try await fixture.changes().changes
    #expect(rest.count == 1 && rest[0].hunks.count == 1 && rest[0].conflict == nil)
    #expect(
      await fault { try await fixture.apply(ChangeSelection(hunks: [bytes("f"): [7]], includesRisky: true)) }
        == "hunk-not-found")
  }

  @Test("Changes that plant code need the separate yes")
  func risks() async throws {
    let fixture = try WorkspaceFixture()
    try await fixture.open()
    try put(fixture.upper + "/.envrc", "evil\n")
    try put(fixture.upper + "/suid", "x", mode: 0o4755)
    try put(fixture.upper + "/fine", "x")
    let report = try await fixture.apply(ChangeSelection())
    #expect(report.applied == [bytes("fine")])
    #expect(Set(report.heldBack) == Set([".envrc", "suid"].map(bytes)))
    #expect(text(fixture.project + "/.envrc") == nil)
    try await fixture.apply()
    #expect(try Descriptor.status(of: fixture.project + "/suid").mode == 0o4755)
  }

  @Test("An apply is bound to the changes that were shown")
  func digest() async throws {
    let fixture = try await changed()
    let shown = try await fixture.changes()
    try put(fixture.upper + "/edit", "one\nevil\n", mode: 0o640)
    let code = await fault {
      _ = try await fixture.workspaces.apply(
        ChangeSelection(includesRisky: true), of: fixture.session, digest: shown.digest, approve: { _ in })
    }
    #expect(code == "workspace-changed")
    #expect(text(fixture.project + "/edit") == "one\ntwo\n")
  }

  @Test("Undo leaves what was changed since, and restores the rest")
  func undoConflict() async throws {
    let fixture = try await changed()
    try await fixture.apply()
    try put(fixture.project + "/edit", "mine\n")
    try put(fixture.project + "/new/mine", "mine\n")
    let report = try await fixture.undo()
    #expect(Set(report.conflicts.map(\.path)) == Set(["edit", "new"].map(bytes)))
    #expect(text(fixture.project + "/edit") == "mine\n")
    #expect(text(fixture.project + "/new/mine") == "mine\n")
    #expect(text(fixture.project + "/gone") == "gone\n")
    #expect(text(fixture.project + "/new/below/file") == nil)
  }

  @Test("Two applies at once: the second is refused")
  func lock() async throws {
    let fixture = try await changed()
    let held = try ProjectLock.take(stateDirectory: fixture.state, project: Tree(fixture.project))
    #expect(await fault { try await fixture.apply() } == "workspace-busy")
    try held.unlock()
    #expect(try await fixture.apply().conflicts.isEmpty)
  }

  @Test("Names with newlines, invalid UTF-8 and 255 bytes are applied and undone")
  func names() async throws {
    let fixture = try WorkspaceFixture()
    try await fixture.open()
    let names = [bytes("new\nline"), [0xFF, 0xFE], [UInt8](repeating: 0x61, count: 255), bytes("-rf *"), bytes("...")]
    for name in names { try put(bytes(fixture.upper + "/") + name, "x") }
    let before = try snapshot(fixture.project)
    #expect(try await Set(fixture.apply().applied) == Set(names))
    #expect(try Set(snapshot(fixture.project).keys) == Set(names))
    try await fixture.undo()
    #expect(try snapshot(fixture.project) == before)
  }

  @Test("A directory without write permission is applied with what is in it")
  func closedDirectory() async throws {
    let fixture = try WorkspaceFixture()
    try await fixture.open()
    try put(fixture.upper + "/closed/file", "x")
    try Descriptor.workingDirectory.setMode(of: fixture.upper + "/closed", 0o555)
    let before = try snapshot(fixture.project)
    #expect(try await fixture.apply().conflicts.isEmpty)
    #expect(try Descriptor.status(of: fixture.project + "/closed").mode == 0o555)
    #expect(text(fixture.project + "/closed/file") == "x")
    #expect(try await fixture.undo().conflicts.isEmpty)
    #expect(try snapshot(fixture.project) == before)
  }

  @Test("Discard drops one change, a directory, or everything; not under a running session")
  func discard() async throws {
    let fixture = try await changed()
    let (workspaces, session) = (fixture.workspaces, fixture.session)
    #expect(await fault { try await workspaces.discard(session: session, paths: nil) } == "session-running")
    await workspaces.close(session: session)
    try await workspaces.discard(session: session, paths: ["edit", "tree"].map(bytes))
    let left = try await fixture.changes().changes.map(\.path)
    #expect(!left.contains(bytes("edit")) && !left.contains(bytes("tree/c")) && left.contains(bytes("gone")))
    #expect(
      await fault { try await workspaces.discard(session: session, paths: ["edit"].map(bytes)) } == "change-not-found")
    try await workspaces.discard(session: session, paths: nil)
    #expect(try await fixture.changes().changes.isEmpty)
  }
}
