import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileySandbox

/// Groups as they are on this machine: with controllers in a delegated tree, for freezing alone in a hybrid one.
private let groups = ControlGroups.claim()
private let canFreeze = groups.isUsable || mustDelegate
private let canHold = groups.missing == nil || mustDelegate

@Suite("Control groups", .serialized)
struct ControlGroupTests {
  let fixture: LaunchFixture

  init() throws { fixture = try LaunchFixture() }

  private func launch(_ script: String, output: Int32? = nil, limits: Limits = Limits()) async throws
    -> (any RunningSandbox, SessionID)
  {
    var request = fixture.request(["/bin/sh", "-c", script])
    request.manifest.limits = limits
    let sandbox = try await Launcher(jail: Products.path("bailey-jail"), groups: groups).launch(
      request, streams: StandardStreams(input: nil, output: output, error: nil), observer: Watching())
    return (sandbox, request.session)
  }

  private func directory(_ session: SessionID) -> String {
    groups.path + "/bailey-\(CurrentProcess.number)-\(session.text)"
  }

  private func text(_ path: String) -> String? {
    (try? Descriptor.open(path).readAll(limit: 65536)).map { String(decoding: $0, as: UTF8.self) }
  }

  private func members(_ directory: String) -> Int? { text(directory + "/cgroup.procs")?.split(separator: "\n").count }

  @Test(
    "pid 1 is in the session's group, all else in the one below, and both end with the session", .enabled(if: canFreeze)
  )
  func membership() async throws {
    let pipe = try Descriptor.pipe().take()
    let (sandbox, session) = try await launch("sleep 1000 & cat /proc/self/cgroup; wait", output: pipe.1)
    let seen = String(decoding: try Descriptor(owning: pipe.0).read(upTo: 4096), as: UTF8.self)
    #expect(seen.contains("0::/agent\n"), "the namespace shows nothing of the host's tree: \(seen)")
    #expect(members(directory(session)) == 1)
    #expect(try #require(members(directory(session) + "/agent")) >= 2)
    try await sandbox.kill()
    #expect(members(directory(session)) == nil)
  }

  @Test("A thaw leaves a job stopped that was stopped before", .enabled(if: canFreeze))
  func freeze() async throws {
    let pipe = try Descriptor.pipe().take()
    let output = Descriptor(owning: pipe.0)
    let (sandbox, session) = try await launch(
      "p=$(printf %01000d 7); sleep 1000 & kill -STOP $!; echo $p; while :; do read -r _ _ s _ < /proc/$!/stat; echo $s $p; done",
      output: pipe.1)
    #expect(try output.read(upTo: 1001).contains(0x0A))
    try await sandbox.freeze()
    let events = directory(session) + "/agent/cgroup.events"
    while text(events)?.contains("frozen 1") == false { try await Task.sleep(nanoseconds: 1_000_000) }
    #expect(text(directory(session) + "/cgroup.events")?.contains("frozen 1") == false, "pid 1 goes on")
    // While all stands still, pid 1 serves.
    try await sandbox.mask(path: fixture.project + "/.env")
    try await sandbox.thaw()
    // More than the pipe can have held before the thaw.
    var seen: [UInt8] = []
    while seen.count < 1 << 17 { seen += try output.read(upTo: 1 << 16) }
    let states = Set(
      String(decoding: seen, as: UTF8.self).split(separator: "\n").suffix(9).dropLast().map { $0.prefix(1) })
    #expect(states == ["T"])
    try await sandbox.kill()
  }

  @Test("A frozen session is killed whole", .enabled(if: canFreeze))
  func killFrozen() async throws {
    let (sandbox, session) = try await launch("while :; do :; done")
    try await sandbox.freeze()
    try await sandbox.kill()
    #expect(members(directory(session)) == nil)
    await #expect(throws: Fault.self) { try await sandbox.thaw() }
  }

  @Test("What a dead controller left is removed, what a live one makes is not", .enabled(if: canFreeze))
  func sweep() throws {
    let ended = try Tool("/bin/sh").run(["-c", "echo $$"]).output.dropLast()
    let (dead, live) = (groups.path + "/bailey-\(ended)-x", groups.path + "/bailey-\(CurrentProcess.number)-x")
    for path in [dead, dead + "/agent", live] { try Descriptor.workingDirectory.makeDirectory(path, mode: 0o755) }
    _ = ControlGroups.claim()
    #expect(members(dead) == nil && members(live) == 0)
    try Descriptor.workingDirectory.removeDirectory(live)
  }

  @Test("A program that takes too much memory ends its session, and the limit is told", .enabled(if: canHold))
  func memory() async throws {
    var limits = Limits()
    limits.memory = 64 << 20
    let (sandbox, session) = try await launch("exec python3 -c 'x = bytearray(1 << 30); print(x[5])'", limits: limits)
    #expect(sandbox.holdsMemory)
    #expect(await sandbox.events.last() == .exited(.limit("memory")))
    try await sandbox.kill()
    #expect(members(directory(session)) == nil)
  }

  @Test("A child that takes too much memory takes its session along", .enabled(if: canHold))
  func memoryOfChild() async throws {
    var limits = Limits()
    limits.memory = 64 << 20
    let (sandbox, _) = try await launch("python3 -c 'x = bytearray(1 << 30)'; sleep 1000", limits: limits)
    #expect(await sandbox.events.last() == .exited(.limit("memory")))
    try await sandbox.kill()
  }

  @Test("A fork bomb ends at the group's limit, and what it uses is told", .enabled(if: canHold))
  func forkBomb() async throws {
    var limits = Limits()
    limits.processes = 40
    let (sandbox, session) = try await launch(
      "(for i in $(seq 100); do sleep 1000 & done); exec sleep 1000",
      limits: limits)
    while let events = text(directory(session) + "/pids.events"), GroupFile.value("max", in: events) == 0 {
      try await Task.sleep(nanoseconds: 1_000_000)
    }
    let usage = sandbox.usage() ?? Usage(processes: 0, memory: 0, processorTime: 0)
    #expect(usage.processes <= 40 && usage.processes >= 30 && usage.memory > 0 && usage.processorTime > 0)
    try await sandbox.kill()
    #expect(sandbox.usage() == nil)
  }
}
