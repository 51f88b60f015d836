import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Glibc
import Testing

@testable import BaileyWorkspace

/// Every write of the workspace in turn finds the disk full: a tmpfs with room for one page or one inode more each time, until all fits.
///
/// Needs root for the mounts.
@Suite("A full disk at each write", .enabled(if: geteuid() == 0 || mustIsolate), .serialized)
struct FullDiskTests {
  enum Place: CaseIterable { case project, state }
  enum Step: CaseIterable { case open, openCopy, apply, undo, discard, discardCopy }

  private static let faults: Set<String> = ["workspace-disk-full"]

  /// A project of a few files on a disk of its own, and a session on another one.
  private func prepared(_ step: Step) async throws -> WorkspaceFixture {
    let fixture = try WorkspaceFixture("/dev/shm")
    try Descriptor.makeDirectories(fixture.state)
    for path in [fixture.project, fixture.state] {
      try run(["/usr/bin/mount", "-t", "tmpfs", "-o", "size=8m,nr_inodes=4000,mode=700", "bailey-test", path])
    }
    for name in ["edit", "gone", "d/one", "d/two"] { try put(fixture.project + "/" + name, name + " old\n") }
    if step == .open || step == .openCopy { return fixture }
    try await fixture.open(step == .discardCopy ? .copy : .staged)
    let view = step == .discardCopy ? fixture.copy : fixture.upper
    try put(view + "/edit", "edit new\n")
    try put(view + "/new/a/b", String(repeating: "new\n", count: 3000))
    if step == .discardCopy { try remove(view + "/d") } else { try whiteout(view + "/d") }
    if step == .undo { try await fixture.apply() }
    if step == .discard || step == .discardCopy { await fixture.workspaces.close(session: fixture.session) }
    return fixture
  }

  private func perform(_ step: Step, _ fixture: WorkspaceFixture) async throws {
    switch step {
    case .open: try await fixture.open()
    case .openCopy: try await fixture.open(.copy)
    case .apply: try await fixture.apply()
    case .undo: try await fixture.undo()
    case .discard, .discardCopy: try await fixture.workspaces.discard(session: fixture.session, paths: nil)
    }
  }

  /// Leaves `spare` pages or inodes beyond what is in use.
  private func squeeze(_ path: String, _ kind: String, _ spare: Int) throws {
    let column = kind == "size" ? "-B4096 --output=used" : "--output=iused"
    // 0 would be "no limit".
    let script = """
      n=$(($(df \(column) '\(path)' | tail -1) + \(spare))); [ $n -gt 0 ] || n=1
      [ \(kind) = size ] && n=$((n * 4))k
      exec mount -o remount,\(kind)=$n '\(path)'
      """
    try run(["/bin/sh", "-c", script])
  }

  private func dispose(_ fixture: WorkspaceFixture) throws {
    for path in [fixture.project, fixture.state] { try run(["/usr/bin/umount", "-l", path]) }
  }

  /// Returns whether the step went through.
  private func attempt(_ step: Step, _ place: Place, _ kind: String, _ spare: Int) async throws -> Bool {
    let fixture = try await prepared(step)
    defer { try? dispose(fixture) }
    let path = place == .project ? fixture.project : fixture.state
    let before = try snapshot(fixture.project)
    try squeeze(path, kind, spare)
    let code = await fault { try await perform(step, fixture) }
    #expect(code == nil || Self.faults.contains(code ?? ""), "\(step) \(place) \(kind) \(spare): \(code ?? "")")
    try run(["/usr/bin/mount", "-o", "remount,size=8m,nr_inodes=4000", path])
    // A new controller finds everything in order, and what had failed goes through then.
    let again = Workspaces(stateDirectory: fixture.state, hasher: { TestHasher() })
    #expect(try await again.recover().allSatisfy { $0.hasSuffix("was rolled back") })
    if code != nil {
      #expect(try snapshot(fixture.project) == before, "\(step) \(place) \(kind) \(spare)")
      if step == .open || step == .openCopy { #expect((try? Descriptor.status(of: fixture.upper + "/..")) == nil) }
      try await perform(step, fixture)
    }
    #expect(try await again.recover().isEmpty)
    try await settle(step, fixture)
    return code == nil
  }

  /// The step has done its work whole.
  private func settle(_ step: Step, _ fixture: WorkspaceFixture) async throws {
    switch step {
    case .open, .openCopy, .discard, .discardCopy: #expect(try await fixture.changes().changes.isEmpty)
    case .apply:
      #expect(text(fixture.project + "/edit") == "edit new\n" && text(fixture.project + "/d/one") == nil)
      #expect(try await fixture.changes().changes.isEmpty)
      #expect(try await fixture.undo().conflicts.isEmpty)
    case .undo:
      #expect(text(fixture.project + "/edit") == "edit old\n" && text(fixture.project + "/d/one") == "d/one old\n")
      #expect(try await fixture.apply().conflicts.isEmpty)
    }
    #expect(try Descriptor.entries(of: fixture.project).allSatisfy { !$0.text.hasPrefix(Transaction.stagingPrefix) })
  }

  @Test("An apply whose record grows is done or is not, whichever page does not fit, and is no conflict afterwards")
  func growingRecord() async throws {
    let fixture = try WorkspaceFixture("/dev/shm")
    try Descriptor.makeDirectories(fixture.state)
    try run(["/usr/bin/mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "bailey-test", fixture.state])
    defer { try? run(["/usr/bin/umount", "-l", fixture.state]) }
    try await fixture.open()
    let name = String(repeating: "n", count: 200)
    for index in 0..<100 { try put(fixture.upper + "/\(name)\(index)", "new\n") }
    var code: String?
    for spare in 0..<80 {
      try squeeze(fixture.state, "size", spare)
      code = await fault { try await fixture.apply() }
      try run(["/usr/bin/mount", "-o", "remount,size=8m", fixture.state])
      if code == nil { break }
      #expect(code == "workspace-disk-full")
      let left = try snapshot(fixture.project).keys
      #expect(left.allSatisfy { $0.starts(with: bytes(Transaction.stagingPrefix)) }, "\(spare) \(left.count)")
    }
    #expect(try code == nil && snapshot(fixture.project).count == 100)
    for index in 0..<100 { try put(fixture.upper + "/\(name)\(index)", "newer\n") }
    #expect(try await fixture.apply().conflicts.isEmpty)
  }

  @Test("A discard in a copy that does not fit leaves the copy as it was", arguments: [nil, ["d"], ["d/big"]])
  func discardsNothing(paths: [String]?) async throws {
    let fixture = try WorkspaceFixture("/dev/shm")
    try Descriptor.makeDirectories(fixture.state)
    try run(["/usr/bin/mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "bailey-test", fixture.state])
    defer { try? run(["/usr/bin/umount", "-l", fixture.state]) }
    try put(fixture.project + "/d/big", String(repeating: "x", count: 20 * 4096))
    try await fixture.open(.copy)
    try put(fixture.copy + "/d/big", "the agent's only copy\n")
    await fixture.workspaces.close(session: fixture.session)
    let view = try snapshot(fixture.copy)
    var code: String?
    for spare in 0..<80 {
      try squeeze(fixture.state, "size", spare)
      code = await fault { try await fixture.workspaces.discard(session: fixture.session, paths: paths?.map(bytes)) }
      try run(["/usr/bin/mount", "-o", "remount,size=8m", fixture.state])
      if code == nil { break }
      #expect(try code == "workspace-disk-full" && snapshot(fixture.copy) == view, "\(spare)")
    }
    #expect(try code == nil && snapshot(fixture.copy) == snapshot(fixture.project))
  }

  @Test(
    "Whichever page or file does not fit, nothing is half done, recovery finds order, and a second try goes through",
    arguments: Step.allCases, Place.allCases)
  func sweep(step: Step, place: Place) async throws {
    for kind in ["size", "nr_inodes"] {
      var spare = 0
      while try await !attempt(step, place, kind, spare) {
        spare += 1
        try #require(spare < 80, "\(step) never fits")
      }
    }
  }
}
