import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileySandbox

/// What bailey-jail does with plans that are not plans, and when those that hold it die.
@Suite("Plans and bailey-jail", .serialized)
struct LaunchPlanTests {
  let fixture: LaunchFixture

  init() throws { fixture = try LaunchFixture() }

  private func plan() throws -> SandboxPlan { try fixture.plan(["/bin/sleep", "1000"]) }

  private func start(_ bytes: [UInt8]) throws -> JailProcess {
    try JailProcess.start(
      Products.path("bailey-jail"), plan: bytes, streams: StandardStreams(input: nil, output: nil, error: nil))
  }

  /// The first word of bailey-jail: what failed before anything happened.
  private func refusal(_ bytes: [UInt8]) throws -> JailEvent? {
    let process = try start(bytes)
    defer { _ = try? process.builder.descriptor.reap() }
    return process.control.next()?.event
  }

  private func expectRefused(_ bytes: [UInt8], _ comment: Comment) throws {
    let event = try refusal(bytes)
    #expect(event?.kind == .failed, comment)
    #expect(event?.numbers[0] == -1, comment)
  }

  /// `nil` when it was launched after all.
  private func fault(of launcher: Launcher, _ plan: SandboxPlan) async -> Fault? {
    do throws(Fault) {
      let sandbox = try await launcher.launch(
        plan, streams: StandardStreams(input: nil, output: nil, error: nil), mapsOwners: false,
        supervise: { _, _, ended in ended() })
      try await sandbox.kill()
      return nil
    } catch {
      return error
    }
  }

  @Test("A plan cut short at any record or within is refused before anything happens")
  func truncated() throws {
    let bytes = try PlanEncoder.encode(plan(), streams: [])
    for length in [0, 1, 8, 31, 32, 33, 40] + stride(from: 48, to: bytes.count, by: max(8, bytes.count / 64)) {
      try expectRefused(Array(bytes[..<length]), "\(length)")
      var patched = Array(bytes[..<length])
      if length >= 32 {
        patched.replaceSubrange(8..<12, with: (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) })
        try expectRefused(patched, "\(length), with its length")
      }
    }
  }

  @Test("A header with a wrong word is refused", arguments: [0, 4, 8, 16, 20, 24, 28])
  func header(offset: Int) throws {
    var bytes = try PlanEncoder.encode(plan(), streams: [])
    for index in offset..<(offset + 4) { bytes[index] = 0xFF }
    try expectRefused(bytes, "word at \(offset)")
  }

  @Test("Records with impossible lengths, codes and slots are refused")
  func records() throws {
    let bytes = try PlanEncoder.encode(plan(), streams: [])
    for (offset, value) in [(32, 0xEE), (33, 0xFF), (34, 9), (36, 0), (36, 7), (38, 0xFF), (39, 0xFF)] {
      var changed = bytes
      changed[offset] = UInt8(value)
      try expectRefused(changed, "byte \(offset) = \(value)")
    }
    for slot in [-1, 256, Int.max] {
      var plan = try plan()
      plan.parent.append(.openTree(slot: slot, path: Array("/".utf8), recursive: false, idmapped: false))
      try expectRefused(try PlanEncoder.encode(plan, streams: []), "slot \(slot)")
      plan = try self.plan()
      plan.start.insert(
        .bind(source: .slot(slot), path: Array("/".utf8), recursive: false, attributes: [], optional: false), at: 0)
      if slot != -1 { try expectRefused(try PlanEncoder.encode(plan, streams: []), "bind \(slot)") }
    }
  }

  @Test("A plan that leaves out a wall is refused", arguments: 0..<5)
  func weaker(wall: Int) throws {
    var plan = try plan()
    plan.agent.removeAll { operation in
      switch operation {
      case .dropCapabilities: wall == 0
      case .noNewPrivileges: wall == 1
      case .nest: wall == 2
      case .seccomp: wall == 3
      default: false
      }
    }
    if wall == 4 {
      plan.agent = plan.agent.map { operation in
        if case .seccomp(let program, _) = operation { .seccomp(program: program, notify: false) } else { operation }
      }
    }
    try expectRefused(try PlanEncoder.encode(plan, streams: []), "wall \(wall)")
  }

  @Test("An operation in the wrong list, or after the last, is refused")
  func wrongList() throws {
    var plan = try plan()
    plan.start.append(.hostname(Array("x".utf8)))
    try expectRefused(try PlanEncoder.encode(plan, streams: []), "after spawn")
    plan = try self.plan()
    plan.parent.append(.spawn)
    try expectRefused(try PlanEncoder.encode(plan, streams: []), "spawn in the parent list")
    plan = try self.plan()
    plan.agent = []
    try expectRefused(try PlanEncoder.encode(plan, streams: []), "no agent list")
  }

  @Test("A path with a NUL is refused by the encoder", arguments: 0..<3)
  func nul(kind: Int) throws {
    var plan = try plan()
    switch kind {
    case 0: plan.start.insert(.directory(path: [0x2F, 0, 0x61], mode: 0o755), at: 0)
    case 1: plan.parent.append(.openTree(slot: 1, path: [0x2F, 0], recursive: false, idmapped: false))
    default:
      plan.agent[plan.agent.count - 1] = .execute(candidates: [[0x61]], arguments: [[0x61, 0, 0x62]], environment: [])
    }
    #expect(throws: Fault.self) { try PlanEncoder.encode(plan, streams: []) }
  }

  @Test("An operation that fails names itself, and nothing is left")
  func failingOperation() async throws {
    var plan = try plan()
    plan.start.insert(.directory(path: Array("/proc/impossible".utf8), mode: 0o755), at: 1)
    let launcher = Launcher(jail: Products.path("bailey-jail"))
    let fault = await fault(of: launcher, plan)
    #expect(fault?.code == "sandbox-operation-failed")
    #expect(fault?.subject == "/proc/impossible")
  }

  @Test("A bailey-jail that is not there is a fault with a hint")
  func missingJail() async throws {
    let plan = try plan()
    let fault = await fault(of: Launcher(jail: "/nonexistent/bailey-jail"), plan)
    #expect(fault?.code == "sandbox-start-failed")
    #expect(fault?.hint != nil)
  }

  @Test("When the control socket closes, pid 1 and all else are gone")
  func controllerDeath() throws {
    var pidfd: Int32 = -1
    do {
      let process = try start(PlanEncoder.encode(plan(), streams: []))
      while let packet = process.control.next() {
        if packet.event.kind == .started { pidfd = try #require(packet.descriptors.first) }
        if packet.event.kind == .listener { break }
        if packet.event.kind == .failed { Issue.record("\(packet.event)") }
      }
      _ = try process.builder.descriptor.reap()
    }
    // The last reference to the control socket went with the scope: no signal was sent.
    #expect(try Descriptor(owning: pidfd).reap() == .exited(125))
  }

  @Test("A builder killed before it released pid 1 takes it along", arguments: 0..<20)
  func builderDeath(turn: Int) async throws {
    let process = try start(PlanEncoder.encode(plan(), streams: []))
    try process.builder.descriptor.sendSignal(9)
    let start = SandboxStart(
      process, plan: try plan(), mapsOwners: false,
      supervise: { listener, _, ended in
        _ = Descriptor(owning: listener)
        ended()
      })
    do throws(Fault) {
      // The signal may come too late: then the sandbox stands, and ends by its kill.
      let sandbox = try await start.run()
      try await sandbox.kill()
    } catch {
      #expect(error.code == "sandbox-start-failed")
    }
  }

  @Test("A request that makes no sense ends the sandbox", arguments: [[UInt8(1)], [UInt8](repeating: 0xFF, count: 64)])
  func strangeRequest(bytes: [UInt8]) throws {
    let process = try start(PlanEncoder.encode(plan(), streams: []))
    var pidfd: Int32 = -1
    while let packet = process.control.next() {
      if packet.event.kind == .started { pidfd = try #require(packet.descriptors.first) }
      if packet.event.kind == .listener { break }
    }
    try process.control.sendRaw(bytes)
    #expect(try Descriptor(owning: pidfd).reap() == .exited(125))
    _ = try process.builder.descriptor.reap()
  }
}
