package import BaileyCore
import BaileyLinux

/// Starts sandboxes: gathers facts, plans, runs bailey-jail, and has its system calls watched.
package struct Launcher: SandboxLauncher {
  /// Serves a seccomp listener on a thread of its own. Owns the descriptor; when it closes it, the notified calls fail.
  package typealias Supervise = @Sendable (_ listener: Int32, _ initProcess: Int32) -> Void

  private let jail: String

  /// - Parameter jail: absolute path of bailey-jail; by default it lies beside the running program.
  package init(jail: String? = nil) { self.jail = jail ?? Self.besideThisProgram() }

  private static func besideThisProgram() -> String {
    let own = (try? Descriptor.workingDirectory.readLink("/proc/self/exe")) ?? []
    return String(decoding: own.prefix((own.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1), as: UTF8.self) + "bailey-jail"
  }

  package func launch(_ request: SandboxRequest, streams: StandardStreams, observer: any SandboxObserver)
    async throws(Fault) -> any RunningSandbox
  {
    let plan: SandboxPlan
    do throws(Fault) {
      let facts = try HostFacts.gather(
        caller: request.caller, environment: request.environment, paths: SandboxPlanner.probes(for: request))
      plan = try SandboxPlanner.plan(request, facts)
    } catch {
      streams.close()
      throw error
    }
    let caller = request.caller
    let agent = caller.isRoot ? (user: caller.agentUser, group: caller.agentGroup) : nil
    let places = SocketPlaces(request)
    return try await launch(plan, streams: streams, mapsOwners: caller.isRoot) { listener, _ in
      // Without a supervisor the listener closes here, and every notified call fails.
      let supervisor = try? Supervisor(
        listener: Descriptor(owning: listener), places: places, agentIDs: agent, observer: observer)
      try? supervisor?.start()
    }
  }

  /// Runs a finished plan.
  ///
  /// - Parameter mapsOwners: whether granted trees must be mapped to the agent's unprivileged id: the controller is root.
  package func launch(
    _ plan: SandboxPlan, streams: StandardStreams, mapsOwners: Bool, supervise: @escaping Supervise
  ) async throws(Fault) -> Sandbox {
    defer { streams.close() }
    let bytes = try PlanEncoder.encode(plan, streams: streams.passed)
    let process = try JailProcess.start(jail, plan: bytes, streams: streams)
    let start = SandboxStart(process, plan: plan, mapsOwners: mapsOwners, supervise: supervise)
    return try await start.run()
  }
}
