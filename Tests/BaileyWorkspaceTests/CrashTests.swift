import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Glibc
import Testing

@testable import BaileyWorkspace

/// What a killed apply leaves, tried with real processes: the test program runs itself, one apply each time, and is killed at a random moment.
@Suite("Apply killed", .serialized)
struct CrashTests {
  private static let variable = "BAILEY_TEST_APPLY"

  /// Does nothing unless it is the process to be killed.
  @Test("The process that is killed")
  func victim() async throws {
    guard let place = environment(Self.variable) else { return }
    let parts = place.split(separator: ":").map(String.init)
    let session = try #require(SessionID(parts[1]))
    let workspaces = Workspaces(stateDirectory: parts[0] + "/state", hasher: { TestHasher() })
    let digest = try await workspaces.changes(of: session).digest
    try put(parts[0] + "/ready", "")
    _ = try await workspaces.apply(ChangeSelection(includesRisky: true), of: session, digest: digest, approve: { _ in })
  }

  private func prepared() async throws -> WorkspaceFixture {
    // A sync costs nothing in memory, so that the moments are spread over the calls and not over the waiting for the disk.
    let fixture = try WorkspaceFixture("/dev/shm")
    for index in 0..<15 {
      try put(fixture.project + "/edit\(index)", "old \(index)\n", mode: 0o640)
      try put(fixture.project + "/tree/\(index)/leaf", "leaf \(index)\n")
    }
    try link(fixture.project + "/link", "edit0")
    try await fixture.open()
    for index in 0..<15 {
      try put(fixture.upper + "/edit\(index)", "new \(index)\n", mode: 0o600)
      try put(fixture.upper + "/added/\(index)/leaf", "added \(index)\n")
    }
    try whiteout(fixture.upper + "/tree")
    try link(fixture.upper + "/link", "edit1")
    return fixture
  }

  @Test("Killed at any of 200 moments, every file is old or new, recovery puts all back, and a second try applies")
  func killLoop() async throws {
    let fixture = try await prepared()
    let before = try snapshot(fixture.project)
    var moments: [String: Int] = [:]
    // Microseconds; follows the time that a whole apply takes here and now.
    var longest: UInt32 = 50_000
    var known = 0
    for round in 0..<200 {
      try? remove(fixture.root + "/ready")
      let child = try Child(try ownCommand(), environment: ["\(Self.variable)=\(fixture.root):\(fixture.session.text)"])
      while text(fixture.root + "/ready") == nil { usleep(200) }
      if round.isMultiple(of: 4) {
        usleep(UInt32.random(in: 0..<longest))
      } else {
        awaitPlan(after: known, in: fixture)
      }
      child.kill()
      let ended = child.wait() == 0
      if round.isMultiple(of: 4) { longest = ended ? max(2000, longest / 10 * 9) : min(2_000_000, longest / 20 * 21) }
      let journals = SessionFiles(stateDirectory: fixture.state, session: fixture.session).journals
      let last = Journal.numbers(in: journals).last ?? 0
      let state = last == known ? "before" : try Journal(in: journals, number: last).state.rawValue
      moments[state, default: 0] += 1
      try await settle(fixture, before, round)
      known = Journal.numbers(in: journals).last ?? 0
    }
    // The loop is worth something only if it hit an apply in its middle.
    #expect(moments["applying", default: 0] > 0, "\(moments)")
    print("killed while:", moments)
    let report = try await fixture.apply()
    #expect(report.conflicts.isEmpty)
    try await fixture.undo()
    #expect(try snapshot(fixture.project) == before)
  }

  /// Waits until everything is prepared, and then into the few milliseconds in which the project changes.
  private func awaitPlan(after known: Int, in fixture: WorkspaceFixture) {
    let journals = SessionFiles(stateDirectory: fixture.state, session: fixture.session).journals
    let plan = journals + "/" + Journal.name(known + 1) + "/plan.jsonl"
    var tries = 0
    while (try? Descriptor.status(of: plan)) == nil, tries < 20_000 {
      usleep(20)
      tries += 1
    }
    usleep(UInt32.random(in: 0..<2000))
  }

  /// Recovers as a new controller would, and brings the project back to where it was.
  private func settle(_ fixture: WorkspaceFixture, _ before: [[UInt8]: NodeState], _ round: Int) async throws {
    for index in 0..<15 {
      let content = text(fixture.project + "/edit\(index)")
      #expect(content == "old \(index)\n" || content == "new \(index)\n", "round \(round)")
    }
    let again = Workspaces(stateDirectory: fixture.state, hasher: { TestHasher() })
    let sentences = try await again.recover()
    #expect(sentences.allSatisfy { $0.hasSuffix("was rolled back") }, "\(sentences)")
    #expect(try await again.recover().isEmpty)
    if try snapshot(fixture.project) != before {
      #expect(try await again.undo(session: fixture.session).conflicts.isEmpty, "round \(round)")
    }
    #expect(try snapshot(fixture.project) == before, "round \(round)")
  }

  private func ownCommand() throws -> [String] {
    let program = try Descriptor.workingDirectory.readLink("/proc/self/exe")
    let bundle = CommandLine.arguments.dropFirst().first { $0.hasSuffix(".xctest") }
    let helper = bundle.map { ["--test-bundle-path", $0] } ?? []
    return [String(decoding: program, as: UTF8.self)] + helper
      + ["--testing-library", "swift-testing", "--filter", "CrashTests/victim"]
  }

  private func environment(_ name: String) -> String? {
    guard let file = try? Descriptor.open("/proc/self/environ"), let bytes = try? file.readAll(limit: 1 << 20) else {
      return nil
    }
    for entry in bytes.split(separator: 0) {
      let text = String(decoding: entry, as: UTF8.self)
      if text.hasPrefix(name + "=") { return String(text.dropFirst(name.count + 1)) }
    }
    return nil
  }
}

/// Needs root for the mounts.
@Suite("Apply on full and read-only file systems", .enabled(if: geteuid() == 0 || mustIsolate), .serialized)
struct DiskTests {
  /// A project on a small tmpfs; `options` for its mount.
  private func withProject(
    _ options: String, _ body: (WorkspaceFixture) async throws -> Void
  ) async throws {
    let fixture = try WorkspaceFixture()
    try run(["/usr/bin/mount", "-t", "tmpfs", "-o", options, "bailey-test", fixture.project])
    let result: Result<Void, any Error>
    do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
    try run(["/usr/bin/umount", "-l", fixture.project])
    try result.get()
  }

  @Test(
    "A full project: nothing is applied, whichever file does not fit",
    arguments: [24, 32, 40, 48, 56, 64, 72, 80, 88, 96])
  func full(kibibytes: Int) async throws {
    try await withProject("size=\(kibibytes)k") { fixture in
      for index in 0..<4 { try put(fixture.project + "/f\(index)", String(repeating: "o", count: 4000)) }
      try await fixture.open()
      for index in 0..<4 { try put(fixture.upper + "/f\(index)", String(repeating: "n", count: 16000)) }
      try put(fixture.upper + "/d/new", String(repeating: "n", count: 8000))
      let before = try snapshot(fixture.project)
      let code = await fault { try await fixture.apply() }
      let after = try snapshot(fixture.project)
      if code == nil {
        #expect(after[bytes("f0")]?.size == 16000 && after.count == 6)
      } else {
        #expect(code == "workspace-disk-full")
        #expect(after == before)
      }
      #expect(kibibytes > 60 || code != nil)
    }
  }

  @Test("A read-only project: a clear refusal")
  func readOnly() async throws {
    try await withProject("size=1m") { fixture in
      try put(fixture.project + "/f", "old\n")
      try await fixture.open()
      try put(fixture.upper + "/f", "new\n")
      try run(["/usr/bin/mount", "-o", "remount,ro", fixture.project])
      #expect(await fault { try await fixture.apply() } == "workspace-read-only")
      #expect(text(fixture.project + "/f") == "old\n")
    }
  }

  @Test("A full state directory: nothing is applied")
  func fullState() async throws {
    let fixture = try WorkspaceFixture()
    try Descriptor.makeDirectories(fixture.state)
    try run(["/usr/bin/mount", "-t", "tmpfs", "-o", "size=64k", "bailey-test", fixture.state])
    defer { try? run(["/usr/bin/umount", "-l", fixture.state]) }
    try put(fixture.project + "/big", String(repeating: "o", count: 60000))
    try await fixture.open()
    try whiteout(fixture.upper + "/big")
    let before = try snapshot(fixture.project)
    #expect(await fault { try await fixture.apply() } == "workspace-disk-full")
    #expect(try snapshot(fixture.project) == before)
  }

  @Test("What is below another mount is not touched")
  func mountBelow() async throws {
    let fixture = try WorkspaceFixture()
    try Descriptor.makeDirectories(fixture.project + "/mounted")
    try await fixture.open()
    try put(fixture.upper + "/mounted/file", "agent\n")
    try run(["/usr/bin/mount", "-t", "tmpfs", "bailey-test", fixture.project + "/mounted"])
    defer { try? run(["/usr/bin/umount", "-l", fixture.project + "/mounted"]) }
    let code = await fault {
      let report = try await fixture.apply()
      #expect(report.applied.isEmpty || report.conflicts.count == 1)
    }
    #expect(code == nil || code == "workspace-io")
    #expect(try Descriptor.entries(of: fixture.project + "/mounted").isEmpty)
  }

  @Test("An overlay of the kernel is read right: edits, renames, deletions, replaced directories")
  func realOverlay() async throws {
    let fixture = try WorkspaceFixture()
    let (project, view) = (fixture.project, fixture.root + "/view")
    for name in ["edit", "gone", "d/one", "d/two/x", "e/f", "moved"] { try put(project + "/" + name, name + "\n") }
    try await fixture.open()
    try Descriptor.makeDirectories(view)
    let work = fixture.state + "/sessions/\(fixture.session.text)/work"
    try run([
      "/usr/bin/mount", "-t", "overlay", "-o",
      "userxattr,lowerdir=\(project),upperdir=\(fixture.upper),workdir=\(work)",
      "bailey-test", view,
    ])
    defer { try? run(["/usr/bin/umount", "-l", view]) }
    try run([
      "/bin/sh", "-c",
      "cd \(view) && echo more >> edit && rm gone && rm -r d && mkdir d && echo n > d/new && mv moved elsewhere && chmod 600 e/f && touch e && mkfifo p",
    ])
    let inside = try snapshot(view)
    let kinds = try await fixture.changes().changes.map { "\($0.displayPath) \($0.kind.rawValue)" }
    #expect(
      kinds == [
        "d/new added", "d/one deleted", "d/two deleted", "d/two/x deleted", "e/f mode-changed", "edit modified",
        "elsewhere added", "gone deleted", "moved deleted", "p added",
      ])
    let before = try snapshot(project)
    #expect(try await fixture.apply().conflicts.map(\.path) == [bytes("p")])
    #expect(try snapshot(project) == inside.filter { $0.key != bytes("p") })
    #expect(try await fixture.undo().conflicts.isEmpty)
    #expect(try snapshot(project) == before)
  }
}
