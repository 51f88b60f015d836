import BaileyCore
import BaileyLinux
import Glibc
import Testing

@testable import BaileyWorkspace

@Suite("Hostile workspaces and busy projects")
struct HostileTests {
  @Test("What the user changed meanwhile is a conflict and stays as it is")
  func conflicts() async throws {
    let fixture = try WorkspaceFixture()
    let (project, upper) = (fixture.project, fixture.upper)
    for name in ["edit", "gone", "mode", "replaced", "untouched"] { try put(project + "/" + name, "old\n") }
    try await fixture.open()
    for name in ["edit", "mode", "replaced", "untouched"] { try put(upper + "/" + name, "agent\n") }
    try whiteout(upper + "/gone")
    try put(upper + "/both", "agent\n")
    try put(project + "/edit", "user\n")
    try put(project + "/gone", "user\n")
    try Descriptor.workingDirectory.setMode(of: project + "/mode", 0o600)
    try remove(project + "/replaced")
    try link(project + "/replaced", "edit")
    try put(project + "/both", "user\n")
    let before = try snapshot(project)
    let report = try await fixture.apply()
    #expect(report.applied == [bytes("untouched")])
    #expect(Set(report.conflicts.map(\.path)) == Set(["edit", "gone", "mode", "replaced", "both"].map(bytes)))
    var expected = before
    expected[bytes("untouched")] = try snapshot(project)[bytes("untouched")]
    #expect(try snapshot(project) == expected)
  }

  @Test("A directory of the project that became a link out of it takes no write along", arguments: [true, false])
  func swappedDirectory(beforeDiff: Bool) async throws {
    let fixture = try WorkspaceFixture()
    let outside = fixture.root + "/outside"
    try put(outside + "/file", "outside\n")
    try put(fixture.project + "/sub/file", "old\n")
    try await fixture.open()
    try put(fixture.upper + "/sub/file", "agent\n")
    try put(fixture.upper + "/sub/new", "agent\n")
    let swap = {
      try Descriptor.workingDirectory.rename(fixture.project + "/sub", to: fixture.project + "/away")
      try link(fixture.project + "/sub", outside)
    }
    if beforeDiff { try swap() }
    let set = try await fixture.changes()
    let staged = try StagedSession(
      fixture.session, SessionFiles(stateDirectory: fixture.state, session: fixture.session), hasher: { TestHasher() })
    let plan = try ApplyPlan(
      staged.read().changes, ChangeSelection(includesRisky: true), lower: staged.lower, staged: staged.staged,
      hasher: { TestHasher() })
    if !beforeDiff { try swap() }
    let journal = try Journal.create(in: fixture.root + "/journals", number: 1)
    var transaction = try Transaction.prepare(
      plan.operations, project: staged.lower, journal: journal, hasher: { TestHasher() })
    try transaction.commit()
    #expect(!set.changes.isEmpty)
    #expect(try snapshot(outside).keys.sorted { $0.count < $1.count } == [bytes("file")])
    #expect(text(outside + "/file") == "outside\n")
  }

  @Test("A link in the upper layer is shown with its target, marked as a risk, and never followed")
  func linkOut() async throws {
    let fixture = try WorkspaceFixture()
    try await fixture.open()
    try link(fixture.upper + "/passwd", "/etc/passwd")
    try link(fixture.upper + "/etc", "/etc")
    let set = try await fixture.changes()
    #expect(set.changes.map(\.path) == ["etc", "passwd"].map(bytes))
    #expect(set.changes.allSatisfy { $0.type == .symlink && !$0.risks.isEmpty && $0.hunks.isEmpty })
    try await fixture.apply()
    #expect(try snapshot(fixture.project)[bytes("passwd")] == .symlink(bytes("/etc/passwd")))
  }

  @Test("Pipes and sockets are reported, never opened and never applied")
  func special() async throws {
    let fixture = try WorkspaceFixture()
    try put(fixture.project + "/file", "f\n")
    try Descriptor.workingDirectory.makeNode(fixture.project + "/users-pipe", mode: 0o010644)
    try await fixture.open()
    try Descriptor.workingDirectory.makeNode(fixture.upper + "/pipe", mode: 0o010644)
    try Descriptor.workingDirectory.makeNode(fixture.upper + "/socket", mode: 0o140644)
    try put(fixture.upper + "/users-pipe", "x")
    try Descriptor.workingDirectory.makeNode(fixture.upper + "/file", mode: 0o010644)
    let report = try await fixture.apply()
    #expect(report.applied.isEmpty)
    #expect(Set(report.conflicts.map(\.path)) == Set(["pipe", "socket", "users-pipe", "file"].map(bytes)))
    #expect(text(fixture.project + "/file") == "f\n")
  }

  @Test("A regular file of the project that became a pipe does not hang the apply")
  func pipeInProject() async throws {
    let fixture = try WorkspaceFixture()
    try put(fixture.project + "/file", "f\n")
    try await fixture.open()
    try put(fixture.upper + "/file", "agent\n")
    try remove(fixture.project + "/file")
    try Descriptor.workingDirectory.makeNode(fixture.project + "/file", mode: 0o010644)
    #expect(try await fixture.apply().conflicts.map(\.path) == [bytes("file")])
  }

  @Test("A file that the agent overwrote keeps the other names of the project's file as they are")
  func hardLink() async throws {
    let fixture = try WorkspaceFixture()
    try put(fixture.project + "/one", "old\n")
    try Descriptor.workingDirectory.link(
      fixture.project + "/one", to: Descriptor.workingDirectory, fixture.project + "/two")
    try put(fixture.root + "/outside", "outside\n")
    try await fixture.open()
    try Descriptor.workingDirectory.link(
      fixture.root + "/outside", to: Descriptor.workingDirectory, fixture.upper + "/hard")
    try put(fixture.upper + "/one", "agent\n")
    try await fixture.apply()
    #expect(text(fixture.project + "/two") == "old\n")
    #expect(try Descriptor.status(of: fixture.project + "/hard").links == 1)
  }

  @Test("A change in the project between preparing and committing is put back untouched", arguments: ["edit", "gone"])
  func lateChange(_ name: String) async throws {
    let fixture = try WorkspaceFixture()
    try put(fixture.project + "/edit", "old\n")
    try put(fixture.project + "/gone", "old\n")
    try await fixture.open()
    try put(fixture.upper + "/edit", "agent\n")
    try whiteout(fixture.upper + "/gone")
    let staged = try StagedSession(
      fixture.session, SessionFiles(stateDirectory: fixture.state, session: fixture.session), hasher: { TestHasher() })
    let plan = try ApplyPlan(
      staged.read().changes, ChangeSelection(), lower: staged.lower, staged: staged.staged, hasher: { TestHasher() })
    let journal = try Journal.create(in: fixture.root + "/journals", number: 1)
    var transaction = try Transaction.prepare(
      plan.operations, project: staged.lower, journal: journal, hasher: { TestHasher() })
    try put(fixture.project + "/" + name, "user\n")
    try transaction.commit()
    #expect(transaction.refusals.count == 1)
    #expect(text(fixture.project + "/" + name) == "user\n")
    #expect(try snapshot(fixture.project).keys.allSatisfy { !$0.starts(with: bytes(Transaction.stagingPrefix)) })
  }

  @Test("Opaque directories hide what the project has in them")
  func opaque() async throws {
    let fixture = try WorkspaceFixture()
    try put(fixture.project + "/d/old", "old\n")
    try put(fixture.project + "/d/kept/inner", "old\n")
    try put(fixture.project + "/d/kept/same", "same\n")
    try await fixture.open()
    try put(fixture.upper + "/d/kept/same", "same\n")
    try put(fixture.upper + "/d/new", "new\n")
    try Descriptor.setAttribute(of: fixture.upper + "/d", "user.overlay.opaque", bytes("y"))
    let kinds = try await fixture.changes().changes.map { "\($0.displayPath) \($0.kind.rawValue)" }
    #expect(kinds == ["d/kept/inner deleted", "d/new added", "d/old deleted"])
    try await fixture.apply()
    #expect(try Set(snapshot(fixture.project).keys) == Set(["d", "d/kept", "d/kept/same", "d/new"].map(bytes)))
  }

  @Test("A deep nest is reported where its path becomes too long, and the rest still applies")
  func deep() async throws {
    let fixture = try WorkspaceFixture()
    try await fixture.open()
    try put(fixture.upper + "/fine", "x")
    let name = [UInt8](repeating: 0x64, count: 250)
    var folder = try Descriptor.open(fixture.upper, [.readOnly, .directory])
    for _ in 0..<40 {
      try folder.makeDirectory(name, mode: 0o755)
      folder = try folder.open(name, [.readOnly, .directory])
    }
    let set = try await fixture.changes()
    #expect(set.changes.filter { $0.conflict != nil }.count == 1)
    #expect(try await fixture.apply(ChangeSelection(paths: [bytes("fine")])).applied == [bytes("fine")])
  }

  @Test("A nest of any depth is discarded, directories without permissions included")
  func deepDiscard() async throws {
    let fixture = try WorkspaceFixture()
    try await fixture.open()
    var folder = try Descriptor.open(fixture.upper, [.readOnly, .directory])
    let name = String(repeating: "d", count: 60)
    for _ in 0..<600 {
      try folder.makeDirectory(name)
      let next = try folder.open(name, [.readOnly, .directory])
      folder = next
    }
    try Descriptor.workingDirectory.setMode(of: fixture.upper + "/" + name, 0)
    await fixture.workspaces.close(session: fixture.session)
    try await fixture.workspaces.discard(session: fixture.session, paths: nil)
    #expect(try Descriptor.entries(of: fixture.upper).isEmpty)
  }

  @Test("A giant file of holes is read, applied and undone by what it holds")
  func giantHole() async throws {
    let fixture = try WorkspaceFixture("/dev/shm")
    try await fixture.open()
    let size: Int64 = 1 << 40
    let file = try Descriptor.open(fixture.upper + "/giant", [.writeOnly, .create])
    try file.writeAll(bytes("here"), at: size / 2)
    try file.truncate(to: size)
    try await fixture.apply()
    let status = try Descriptor.status(of: fixture.project + "/giant")
    #expect(status.size == size && status.blocks < 64)
    #expect(try await fixture.changes().changes.isEmpty)
    try Descriptor.open(fixture.upper + "/giant", [.writeOnly]).writeAll(bytes("else"), at: size / 2)
    #expect(try await fixture.changes().changes.map(\.kind) == [.modified])
    try await fixture.undo()
    #expect(try Descriptor.entries(of: fixture.project).isEmpty)
  }

  @Test("Holes and zeros are one content, and blocks cannot change places")
  func blockHash() throws {
    func hash(_ bytes: [UInt8]) -> [UInt8] { BlockHash.of(bytes, { TestHasher() }) }
    let (zeros, ones) = ([UInt8](repeating: 0, count: 1 << 17), [UInt8](repeating: 1, count: 1 << 17))
    #expect(Set([hash(zeros + ones), hash(ones + zeros), hash(ones + ones), hash(zeros + zeros)]).count == 4)
    let path = try Descriptor.makeTemporaryDirectory(prefix: "/dev/shm/bailey-hash-")
    defer { try? remove(path) }
    for (name, prefix) in [("hole", false), ("zeros", true)] {
      let file = try Descriptor.open(path + "/" + name, [.readWrite, .create])
      if prefix { try file.writeAll(zeros, at: 0) }
      try file.writeAll([7, 7], at: 1 << 17)
      #expect(try file.digest { TestHasher() } == ((1 << 17) + 2, hash(zeros + [7, 7])))
    }
  }

  @Test("A project and a state directory that contain one another are refused")
  func overlap() async throws {
    let fixture = try WorkspaceFixture()
    let inside = Workspaces(stateDirectory: fixture.project + "/.state", hasher: { TestHasher() })
    try Descriptor.makeDirectories(fixture.project + "/.state")
    #expect(
      await fault {
        _ = try await inside.open(session: .random(), project: fixture.project, mode: .staged, sensitive: [])
      }
        == "workspace-overlaps")
    try Descriptor.makeDirectories(fixture.state + "/p")
    let workspaces = fixture.workspaces
    #expect(
      await fault {
        _ = try await workspaces.open(session: .random(), project: fixture.state + "/p", mode: .staged, sensitive: [])
      } == "workspace-overlaps")
  }

  @Test("Direct sessions say that there is nothing to review, read-only ones that nothing changed")
  func otherModes() async throws {
    let fixture = try WorkspaceFixture()
    try await fixture.open(.direct)
    #expect(await fault { _ = try await fixture.changes() } == "workspace-direct")
    #expect(await fault { try await fixture.undo() } == "workspace-direct")
    let other = try WorkspaceFixture()
    try await other.open(.readOnly)
    #expect(try await other.changes().changes.isEmpty)
    let workspaces = other.workspaces
    #expect(await fault { _ = try await workspaces.changes(of: .random()) } == "workspace-not-found")
  }

  @Test("Text edits apart from each other are joined where git has the base; touching ones stay a conflict")
  func merge() async throws {
    let fixture = try WorkspaceFixture()
    let base = (1...9).map { "\($0)\n" }.joined()
    for name in ["apart", "touching"] { try put(fixture.project + "/" + name, base) }
    for arguments in [
      ["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ] {
      try run(["/usr/bin/git", "-C", fixture.project] + arguments)
    }
    try await fixture.open()
    for name in ["apart", "touching"] { try put(fixture.upper + "/" + name, base.replacing("2\n", with: "agent\n")) }
    try put(fixture.project + "/apart", base.replacing("8\n", with: "user\n"))
    try put(fixture.project + "/touching", base.replacing("2\n", with: "user\n"))
    let report = try await fixture.apply()
    #expect(report.conflicts.map(\.path) == [bytes("touching")])
    #expect(text(fixture.project + "/apart") == base.replacing("2\n", with: "agent\n").replacing("8\n", with: "user\n"))
    #expect(text(fixture.project + "/touching") == base.replacing("2\n", with: "user\n"))
  }
}

@Suite("Copies")
struct CopyTests {
  @Test("A copy leaves out sensitive files, and its changes come back three-way")
  func copy() async throws {
    let fixture = try WorkspaceFixture()
    let (project, copy) = (fixture.project, fixture.copy)
    for name in ["edit", "gone", "both", "same", "d/x"] { try put(project + "/" + name, "old\n") }
    try put(project + "/.env", "SECRET=1\n")
    try put(project + "/deep/.env", "SECRET=2\n")
    try link(project + "/link", "edit")
    try await fixture.open(.copy, sensitive: [Glob(".env")])
    #expect(text(copy + "/edit") == "old\n" && text(copy + "/.env") == nil && text(copy + "/deep/.env") == nil)
    #expect(try await fixture.changes().changes.isEmpty)
    try put(copy + "/edit", "agent\n")
    try put(copy + "/both", "agent\n")
    try put(copy + "/.env", "SECRET=evil\n")
    try put(copy + "/new", "new\n")
    try remove(copy + "/gone")
    try remove(copy + "/d")
    try put(project + "/both", "user\n")
    try put(project + "/users", "user\n")
    let before = try snapshot(project)
    let report = try await fixture.apply()
    #expect(Set(report.applied) == Set(["edit", "new", "gone", "d", "d/x"].map(bytes)))
    #expect(Set(report.conflicts.map(\.path)) == Set(["both", ".env"].map(bytes)))
    #expect(text(project + "/.env") == "SECRET=1\n" && text(project + "/users") == "user\n")
    #expect(try await fixture.undo().conflicts.isEmpty)
    #expect(try snapshot(project) == before)
  }

  @Test("Discarding in a copy brings the project's state back")
  func discard() async throws {
    let fixture = try WorkspaceFixture()
    try put(fixture.project + "/d/x", "old\n")
    try await fixture.open(.copy)
    try remove(fixture.copy + "/d")
    try put(fixture.copy + "/new", "new\n")
    await fixture.workspaces.close(session: fixture.session)
    try await fixture.workspaces.discard(session: fixture.session, paths: ["d"].map(bytes))
    #expect(text(fixture.copy + "/d/x") == "old\n")
    #expect(try await fixture.changes().changes.map(\.path) == [bytes("new")])
    try await fixture.workspaces.discard(session: fixture.session, paths: nil)
    #expect(try await fixture.changes().changes.isEmpty)
  }

  @Test("What was discarded in a copy is as after a start: nothing withheld comes in, and nothing is left beside it")
  func discardParts() async throws {
    let fixture = try WorkspaceFixture()
    let secret = "[http]\n\textraheader = hunter2\n"
    try put(fixture.project + "/d/sub/.git/config", secret)
    try put(fixture.project + "/d/.env", secret)
    try put(fixture.project + "/d/kept", "old\n")
    try await fixture.open(.copy, sensitive: [Glob(".env")])
    let config = "d/sub/.git/config"
    let paths = [config, "d/.env", "d/file", "d/kept"]
    for path in paths { try put(fixture.copy + "/" + path, "agent\n") }
    await fixture.workspaces.close(session: fixture.session)
    for path in paths {
      #expect(try await fixture.changes().changes.contains { $0.path == bytes(path) })
      try await fixture.workspaces.discard(session: fixture.session, paths: [bytes(path)])
    }
    #expect(try await fixture.changes().changes.isEmpty)
    #expect(text(fixture.copy + "/" + config)?.contains("hunter2") == false)
    #expect(text(fixture.copy + "/d/kept") == "old\n")
    #expect(["d/.env", "d/file", "../renewal"].allSatisfy { text(fixture.copy + "/" + $0) == nil })
    try put(fixture.copy + "/more", "agent\n")
    try await fixture.workspaces.discard(session: fixture.session, paths: [bytes("more"), []])
    #expect(try await fixture.changes().changes.isEmpty && text(fixture.copy + "/d/kept") == "old\n")
    #expect(try Descriptor.entries(of: fixture.copy + "/..").allSatisfy { $0.text != "renewal" })
  }
}
