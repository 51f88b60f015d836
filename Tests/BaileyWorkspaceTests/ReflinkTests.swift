import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Glibc
import Testing

@testable import BaileyWorkspace

/// An XFS of 300 MB, its smallest, in a sparse image; unmounted with the test.
final class ReflinkDisk: Sendable {
  let root: String
  var path: String { root + "/disk" }

  static var isPossible: Bool { geteuid() == 0 && (try? Descriptor.status(of: "/usr/sbin/mkfs.xfs")) != nil }

  init() throws {
    root = try Descriptor.makeTemporaryDirectory(prefix: "/tmp/bailey-reflink-")
    let image = root + "/image"
    try Descriptor.makeDirectories(path)
    try Descriptor.open(image, [.writeOnly, .create]).truncate(to: 300 << 20)
    try run(["/usr/sbin/mkfs.xfs", "-q", "-m", "reflink=1", image])
    try run(["/usr/bin/mount", "-o", "loop", image, path])
  }

  deinit {
    try? run(["/usr/bin/umount", "-l", path])
    try? remove(root)
  }
}

/// Needs root for the mount, and xfsprogs.
@Suite("A base that shares blocks", .enabled(if: ReflinkDisk.isPossible || mustIsolate), .serialized)
struct ReflinkTests {
  private func withDisk(_ body: (WorkspaceFixture) async throws -> Void) async throws {
    let disk = try ReflinkDisk()
    try await body(try WorkspaceFixture(disk.path))
    withExtendedLifetime(disk) {}
  }

  private func base(_ fixture: WorkspaceFixture) -> String {
    SessionFiles(stateDirectory: fixture.state, session: fixture.session).base
  }

  @Test(
    "Edits of both sides on different lines are joined without git; touching ones stay a conflict",
    arguments: [WorkspaceMode.staged, .copy])
  func merge(mode: WorkspaceMode) async throws {
    try await withDisk { fixture in
      let (project, view) = (fixture.project, mode == .copy ? fixture.copy : fixture.upper)
      let old = (1...9).map { "\($0)\n" }.joined()
      for name in ["apart", "touching", "same"] { try put(project + "/" + name, old) }
      try await fixture.open(mode)
      for name in ["apart", "touching", "same"] { try put(view + "/" + name, old.replacing("2\n", with: "agent\n")) }
      try put(project + "/apart", old.replacing("8\n", with: "user\n"))
      try put(project + "/touching", old.replacing("2\n", with: "user\n"))
      try put(project + "/same", old.replacing("2\n", with: "agent\n"))
      let set = try await fixture.changes()
      #expect(set.changes.map(\.path) == ["apart", "touching"].map(bytes))
      #expect(set.changes.first?.isMerged == true)
      let report = try await fixture.apply()
      #expect(report.conflicts.map(\.path) == [bytes("touching")])
      let joined = old.replacing("2\n", with: "agent\n").replacing("8\n", with: "user\n")
      #expect(text(project + "/apart") == joined)
      #expect(text(project + "/touching") == old.replacing("2\n", with: "user\n"))
      try await fixture.undo()
      #expect(text(project + "/apart") == old.replacing("8\n", with: "user\n"))
    }
  }

  @Test("What was only touched, or changed back, is no conflict; what has another content is")
  func content() async throws {
    try await withDisk { fixture in
      let (project, upper) = (fixture.project, fixture.upper)
      for name in ["touched", "back", "binary"] { try put(project + "/" + name, "\0old\n") }
      try link(project + "/link", "old")
      try await fixture.open()
      for name in ["touched", "back", "binary"] { try put(upper + "/" + name, "\0agent\n") }
      try link(upper + "/link", "agent")
      try Descriptor.workingDirectory.setMode(of: project + "/touched", 0o600)
      try Descriptor.workingDirectory.setMode(of: project + "/touched", 0o644)
      try put(project + "/back", "\0user\n")
      try put(project + "/back", "\0old\n")
      try put(project + "/binary", "\0user\n")
      try remove(project + "/link")
      try link(project + "/link", "old")
      let report = try await fixture.apply()
      #expect(Set(report.applied) == Set(["touched", "back", "link"].map(bytes)))
      #expect(report.conflicts.map(\.path) == [bytes("binary")])
      #expect(text(project + "/binary") == "\0user\n")
    }
  }

  @Test("What the agent left as it was is no change of the session, whatever the person made of it")
  func unchanged() async throws {
    try await withDisk { fixture in
      try put(fixture.project + "/f", "old\n")
      try await fixture.open()
      try put(fixture.upper + "/f", "old\n")
      try put(fixture.project + "/f", "user\n")
      #expect(try await fixture.changes().changes.isEmpty)
    }
  }

  @Test("A file that the agent replaced and the person removed is a conflict; one that an apply removed is not")
  func removed() async throws {
    try await withDisk { fixture in
      let (project, upper) = (fixture.project, fixture.upper)
      for name in ["user", "agent"] { try put(project + "/" + name, "old\n") }
      try await fixture.open()
      try whiteout(upper + "/agent")
      try await fixture.apply()
      try remove(upper + "/agent")
      for name in ["user", "agent"] { try put(upper + "/" + name, "new\n") }
      try remove(project + "/user")
      let report = try await fixture.apply()
      #expect(report.applied == [bytes("agent")])
      #expect(report.conflicts.map(\.path) == [bytes("user")])
    }
  }

  @Test("Neither sensitive files nor git's own nor what changed before its clone gets into the base")
  func leftOut() async throws {
    try await withDisk { fixture in
      let project = fixture.project
      try put(project + "/early", "e\n")
      let started = try Descriptor.status(of: project + "/early").changed
      usleep(15000)
      for name in ["late", ".env", "deep/.env", ".git/config", "deep/x"] { try put(project + "/" + name, "n\n") }
      let target = fixture.root + "/base"
      try Descriptor.makeDirectories(target)
      func take(_ started: Int64) throws -> Bool {
        try BaseSnapshot(
          project: Tree(project), base: Tree(target), started: started, patterns: SensitivePatterns([Glob(".env")])
        ).run()
      }
      #expect(try take(started))
      #expect(try Set(snapshot(target).keys) == Set(["early", "deep"].map(bytes)))
      try remove(target + "/deep")
      #expect(try take(.max))
      #expect(try Set(snapshot(target).keys) == Set(["early", "late", "deep", "deep/x"].map(bytes)))
    }
  }

  @Test("A copy and its base share their blocks: together they are more than there is room for")
  func copy() async throws {
    try await withDisk { fixture in
      // 150 MB in 300 MB, of which XFS takes a share for its log.
      try run(["/usr/bin/dd", "if=/dev/urandom", "of=\(fixture.project)/big", "bs=1M", "count=150", "status=none"])
      try await fixture.open(.copy)
      #expect(try Descriptor.status(of: fixture.copy + "/big").size == 150 << 20)
      #expect(try Descriptor.status(of: base(fixture) + "/big").size == 150 << 20)
      #expect(try await fixture.changes().changes.isEmpty)
    }
  }

  @Test("The newest ten sessions keep their base, and discarding everything gives it back")
  func pruning() async throws {
    try await withDisk { fixture in
      try put(fixture.project + "/f", "old\n")
      var bases: [String] = []
      for _ in 0..<12 {
        let session = SessionID.random()
        _ = try await fixture.workspaces.open(session: session, project: fixture.project, mode: .staged, sensitive: [])
        await fixture.workspaces.awaitBase(of: session)
        await fixture.workspaces.close(session: session)
        bases.append(SessionFiles(stateDirectory: fixture.state, session: session).base)
        usleep(15000)
      }
      #expect(
        bases.map { (try? Descriptor.status(of: $0)) != nil } == [false, false] + [Bool](repeating: true, count: 10))
      let last = try #require(bases.last?.split(separator: "/").dropLast().last.flatMap { SessionID(String($0)) })
      try await fixture.workspaces.discard(session: last, paths: nil)
      #expect(bases.last.flatMap { try? Descriptor.status(of: $0) } == nil)
    }
  }
}

@Suite("A base where no blocks are shared")
struct NoReflinkTests {
  @Test("Nothing is left of the attempt, and the change time decides")
  func none() async throws {
    let fixture = try WorkspaceFixture("/dev/shm")
    try put(fixture.project + "/f", "old\n")
    try await fixture.open()
    let files = SessionFiles(stateDirectory: fixture.state, session: fixture.session)
    #expect((try? Descriptor.status(of: files.base)) == nil)
    try put(fixture.upper + "/f", "agent\n")
    try put(fixture.project + "/f", "user\n")
    #expect(try await fixture.apply().conflicts.map(\.path) == [bytes("f")])
  }
}
