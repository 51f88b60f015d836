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

  /// What the agent did in `src`: an edit, a deletion and an edit further down.
  private func edited() async throws -> WorkspaceFixture {
    let fixture = try WorkspaceFixture("/dev/shm")
    for root in [fixture.project, fixture.root + "/elsewhere"] {
      for directory in ["src", "other"] {
        for name in ["a", "b", "sub/c"] { try put("\(root)/\(directory)/\(name)", "\(directory)\n") }
      }
    }
    usleep(15000)
    try await fixture.open()
    for name in ["a", "sub/c"] {
      try put(fixture.upper + "/src/" + name, "new\n")
      try Descriptor.setAttribute(of: fixture.upper + "/src/" + name, "user.overlay.origin", [])
    }
    try whiteout(fixture.upper + "/src/b")
    return fixture
  }

  private func move(_ from: String, _ to: String) throws { try Descriptor.workingDirectory.rename(from, to: to) }

  @Test(
    "Where the person put another directory in the place of one, what the agent did below it is a conflict",
    arguments: ["src", "src/sub", ""])
  func exchanged(directory: String) async throws {
    let fixture = try await edited()
    let place = directory.isEmpty ? fixture.project : fixture.project + "/" + directory
    let other = ["src": "/project/other", "src/sub": "/project/other/sub"][directory] ?? "/elsewhere"
    try move(place, fixture.root + "/old")
    try move(fixture.root + other, place)
    // A file more, as `mv` may leave it, makes the directory's own times like those of any other.
    try put(place + "/more", "user\n")
    let names = directory == "src/sub" ? ["src/sub/c"] : ["src/a", "src/b", "src/sub/c"]
    #expect(try await fixture.conflicts() == names.map { "\($0): \(BaseRecord.touched)" })
    #expect(try await fixture.apply().conflicts.map(\.path) == names.map(bytes))
    #expect(text(fixture.project + "/src/sub/c") == (directory.isEmpty ? "src\n" : "other\n"))
  }

  @Test("A directory that came back, or in which something changed, is the same; so is one that an apply made")
  func sameDirectory() async throws {
    let fixture = try await edited()
    try put(fixture.upper + "/made/x", "1\n")
    try await fixture.apply(ChangeSelection(paths: [bytes("made"), bytes("made/x")], includesRisky: true))
    usleep(15000)
    try put(fixture.upper + "/made/x", "2\n")
    for directory in ["src", "made"] {
      try put(fixture.project + "/\(directory)/more", "user\n")
      try move(fixture.project + "/" + directory, fixture.root + "/away")
      try move(fixture.root + "/away", fixture.project + "/" + directory)
    }
    #expect(try await fixture.conflicts() == [])
    #expect(try await fixture.apply().applied.count == 4)
  }

  @Test("What the agent edited in a directory that the person removed may have been removed")
  func removedDirectory() async throws {
    let fixture = try await edited()
    try remove(fixture.project + "/src/sub")
    #expect(
      try await fixture.conflicts() == ["src/sub/c: may have been removed from the project since the session began"])
  }

  @Test("The record of directories is read as it was written, and not in part")
  func directoryRecord() throws {
    var record = DirectoryRecord()
    for path in ["", "a", "a/b c\n"] { record.note(bytes(path), try Descriptor.open("/tmp", [.readOnly, .directory])) }
    #expect(DirectoryRecord(record.bytes) == record && record.inodes.count == 3)
    for damaged in [[], Array(record.bytes.dropLast()), [0], bytes("x a\0"), bytes("1\0"), bytes("1 a\0\0")] {
      #expect(DirectoryRecord(damaged) == nil)
    }
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
