import BaileyCore
import BaileyLinux
import Synchronization

/// The time between the start of bailey-jail and the moment the program is about to run.
///
/// A thread of its own reads the control socket from here to the sandbox's end.
final class SandboxStart: Sendable {
  typealias Supervise = Launcher.Supervise
  private typealias Outcome = CheckedContinuation<Result<Sandbox, Fault>, Never>

  private let control: ControlSocket
  private let builder: ProcessDescriptor
  private let plan: SandboxPlan
  private let mapsOwners: Bool
  private let group: SessionGroup?
  private let renames: StagedRename?
  private let supervise: Supervise

  init(
    _ process: JailProcess, plan: SandboxPlan, mapsOwners: Bool, group: SessionGroup? = nil,
    renames: StagedRename? = nil,
    supervise: @escaping Supervise
  ) {
    control = process.control
    builder = process.builder
    self.plan = plan
    self.mapsOwners = mapsOwners
    self.group = group
    self.renames = renames
    self.supervise = supervise
  }

  func run() async throws(Fault) -> Sandbox {
    let result = await withCheckedContinuation { (outcome: Outcome) in
      do throws(Errno) {
        try startThread("sandbox") { self.serve(outcome) }
      } catch {
        var progress = Progress()
        abandon(&progress)
        outcome.resume(
          returning: .failure(
            Fault("sandbox-start-failed", why: "no thread for the sandbox: \(error)", hint: "end other sessions")))
      }
    }
    return try result.get()
  }

  private func serve(_ outcome: Outcome) {
    var progress = Progress()
    while progress.sandbox == nil {
      do throws(Fault) {
        try step(&progress)
      } catch {
        abandon(&progress)
        return outcome.resume(returning: .failure(error))
      }
    }
    _ = try? builder.descriptor.reap()
    guard let sandbox = progress.sandbox else { return }
    // The last one out unmounts the view, and overlayfs writes back then. That is this thread, when nobody waits for it any more.
    let view = try? Descriptor.open("/proc/\(progress.process)/ns/mnt")
    outcome.resume(returning: .success(sandbox))
    while let packet = control.next() { sandbox.handle(packet) }
    sandbox.end()
    _ = consume view
  }

  private struct Progress {
    var process: Int32 = 0
    var pidfd: Int32 = -1
    var channels: [SandboxChannel: Int32] = [:]
    var builderEnded = false
    var sandbox: Sandbox?
  }

  /// One event, or the end of the building process.
  private func step(_ progress: inout Progress) throws(Fault) {
    if !progress.builderEnded { try awaitEvent(&progress) }
    guard let packet = control.next() else {
      throw Fault(
        "sandbox-start-failed", why: "bailey-jail ended before the program started", hint: "see the log of baileyd")
    }
    var descriptors = packet.descriptors
    // What nobody takes is closed, whatever came with it.
    defer { for number in descriptors { _ = Descriptor(owning: number) } }
    switch packet.event.kind {
    case .started where descriptors.count == 1 && progress.pidfd < 0:
      progress.process = packet.event.numbers[0]
      progress.pidfd = descriptors.removeFirst()
    case .ready where progress.channels.isEmpty:
      progress.channels = channels(descriptors)
      descriptors.removeAll { progress.channels.values.contains($0) }
    case .listener where descriptors.count == 1 && progress.pidfd >= 0:
      let sandbox = makeSandbox(&progress)
      progress.sandbox = sandbox
      sandbox.watch(descriptors.removeFirst())
    case .failed: throw Fault.sandbox(packet.event)
    default: break
    }
  }

  /// Killed between the birth of pid 1 and its release, the builder would leave it waiting.
  private func awaitEvent(_ progress: inout Progress) throws(Fault) {
    let ready = try? poll([(control.number, .input), (builder.descriptor.raw, .input)])
    guard let ready, ready[0].isEmpty, !ready[1].isEmpty else { return }
    progress.builderEnded = true
    if (try? builder.descriptor.reap()) != .exited(0) {
      throw Fault(
        "sandbox-start-failed", why: "bailey-jail was killed", hint: "try again; if memory is short, end other work")
    }
  }

  private func channels(_ descriptors: [Int32]) -> [SandboxChannel: Int32] {
    var order: [Int] = []
    for case .ready(let slots) in plan.start { order = slots }
    let bySlot = Dictionary(zip(order, descriptors), uniquingKeysWith: { first, _ in first })
    return plan.channels.compactMapValues { bySlot[$0] }
  }

  private func makeSandbox(_ progress: inout Progress) -> Sandbox {
    let sandbox = Sandbox(
      process: progress.process, pidfd: Descriptor(owning: progress.pidfd), control: control,
      channels: progress.channels, plan: plan, mapsOwners: mapsOwners, group: group,
      supervise: supervise)
    renames?.serve(sandbox)
    progress.pidfd = -1
    progress.channels = [:]
    return sandbox
  }

  /// Nothing of it stays: pid 1 is killed and reaped before the fault is told.
  private func abandon(_ progress: inout Progress) {
    for number in progress.channels.values { _ = Descriptor(owning: number) }
    if progress.pidfd >= 0 {
      let initProcess = Descriptor(owning: progress.pidfd)
      try? initProcess.sendSignal(9)
      reap(initProcess)
    }
    try? builder.descriptor.sendSignal(9)
    if !progress.builderEnded { reap(builder.descriptor) }
  }

  /// A killed process that the kernel holds up is not waited for without end: the fault is told, and it ends when it can.
  private func reap(_ process: borrowing Descriptor) {
    guard let ready = try? poll([(process.raw, .input)], milliseconds: 10_000), !ready[0].isEmpty else { return }
    _ = try? process.reap()
  }
}
