import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Glibc
import Testing

@testable import BaileyWorkspace

extension WorkspaceFixture {
  /// "path: conflict" of each change that is one.
  fileprivate func conflicts() async throws -> [String] {
    try await changes().changes.compactMap { change in change.conflict.map { "\(change.displayPath): \($0)" } }
  }
}

@Suite("What the person does between two applies")
struct MeanwhileTests {
  private static let removed = "f: removed from the project since the session began"

  @Test("What was applied and then removed by the person is a conflict", arguments: [WorkspaceMode.staged, .copy])
  func removed(mode: WorkspaceMode) async throws {
    let fixture = try WorkspaceFixture("/dev/shm")
    try put(fixture.project + "/f", "old\n")
    try await fixture.open(mode)
    let view = mode == .copy ? fixture.copy : fixture.upper
    for name in ["f", "new"] { try put(view + "/" + name, "new\n") }
    try await fixture.apply()
    for name in ["f", "new"] { try remove(fixture.project + "/" + name) }
    #expect(
      try await fixture.conflicts() == [Self.removed, Self.removed.replacing("f:", with: "new:")])
    #expect(try await fixture.apply().applied.isEmpty)
  }

  @Test(
    "What an apply of ours removed is no conflict when the agent makes it again",
    arguments: [WorkspaceMode.staged, .copy])
  func madeAgain(mode: WorkspaceMode) async throws {
    let fixture = try WorkspaceFixture("/dev/shm")
    try put(fixture.project + "/f", "old\n")
    try await fixture.open(mode)
    let view = mode == .copy ? fixture.copy : fixture.upper
    if mode == .copy { try remove(view + "/f") } else { try whiteout(view + "/f") }
    try await fixture.apply()
    if mode == .staged { try remove(view + "/f") }
    try put(view + "/f", "again\n")
    #expect(try await fixture.apply().applied == [bytes("f")])
    #expect(text(fixture.project + "/f") == "again\n")
  }

  /// `a` is renamed to `b`, as overlayfs writes it down, and `c` is edited.
  private func renamed() async throws -> WorkspaceFixture {
    let fixture = try WorkspaceFixture("/dev/shm")
    for name in ["a", "c"] { try put(fixture.project + "/" + name, "old\n") }
    try await fixture.open()
    try put(fixture.upper + "/c", "new\n")
    try put(fixture.upper + "/b", "old\n")
    try Descriptor.setAttribute(of: fixture.upper + "/b", "user.overlay.origin", [1])
    try whiteout(fixture.upper + "/a")
    return fixture
  }

  @Test("A rename is still applied after another change of its directory was, and after an undo")
  func rename() async throws {
    let fixture = try await renamed()
    try await fixture.apply(ChangeSelection(paths: [bytes("c")], includesRisky: true))
    #expect(try await fixture.conflicts() == [])
    try await fixture.apply()
    try await fixture.undo()
    #expect(try await fixture.apply().applied == [bytes("a"), bytes("b")])
  }

  @Test("A rename in a directory where the person removed something is a conflict, also after an apply")
  func renameMeanwhile() async throws {
    let fixture = try await renamed()
    try put(fixture.project + "/x", "user\n")
    try await fixture.apply(ChangeSelection(paths: [bytes("c")], includesRisky: true))
    #expect(try await fixture.conflicts() == ["b: may have been removed from the project since the session began"])
  }

  @Test(
    "A directory's mode that the person changed stays a conflict when a file in it was applied",
    arguments: [WorkspaceMode.staged, .copy])
  func mode(mode: WorkspaceMode) async throws {
    let fixture = try WorkspaceFixture("/dev/shm")
    try put(fixture.project + "/d/f", "old\n")
    try await fixture.open(mode)
    let view = mode == .copy ? fixture.copy : fixture.upper
    try put(view + "/d/f", "new\n")
    try Descriptor.workingDirectory.setMode(of: view + "/d", 0o777)
    try Descriptor.workingDirectory.setMode(of: fixture.project + "/d", 0o700)
    try await fixture.apply(ChangeSelection(paths: [bytes("d/f")], includesRisky: true))
    #expect(try await fixture.changes().changes.map { $0.conflict != nil } == [true])
  }
}
