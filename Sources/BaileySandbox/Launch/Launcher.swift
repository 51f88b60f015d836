package import BaileyCore
import BaileyLinux

/// Starts sandboxes: gathers facts, plans, runs bailey-jail, and has its system calls watched.
package struct Launcher: SandboxLauncher {
  /// Serves a seccomp listener on a thread of its own. Owns the descriptor; when it closes it, the notified calls fail.
  ///
  /// Calls `ended` once: when the observer has heard of everything, or nothing is watched.
  package typealias Supervise =
    @Sendable (
      _ listener: Int32, _ initProcess: Int32, _ ended: @escaping @Sendable () -> Void
    ) -> Void

  private let jail: String
  private let groups: ControlGroups?
  private let hasher: HasherFactory?

  /// - Parameter jail: absolute path of bailey-jail; by default it lies beside the running program.
  /// - Parameter hasher: SHA-256; without one no session starts whose reads are to be recorded.
  package init(jail: String? = nil, groups: ControlGroups? = nil, hasher: HasherFactory? = nil) {
    self.hasher = hasher
    // A program that cannot find itself has no jail: nothing starts.
    self.jail = jail ?? ((try? CurrentProcess.programDirectory) ?? "") + "/bailey-jail"
    self.groups = groups
  }

  package func launch(
    _ request: SandboxRequest, streams: StandardStreams, observer: any SandboxObserver,
    permit: @Sendable () async throws(Fault) -> Void
  ) async throws(Fault) -> any RunningSandbox {
    let plan: SandboxPlan
    let group: SessionGroup?
    let reads: ReadWatch?
    do throws(Fault) {
      reads = try readWatch(request, observer)
      var facts = try HostFacts.gather(
        caller: request.caller, environment: request.environment, paths: SandboxPlanner.probes(for: request))
      if let groups, groups.missing == nil { facts.features.insert(.cgroup) }
      plan = try SandboxPlanner.plan(request, facts)
      try await permit()
      let agent = request.caller.isRoot ? request.caller.agentUser : nil
      group = try groups?.make(request.session, SandboxLimits(request.manifest.limits), agent: agent)
    } catch {
      streams.close()
      throw error
    }
    let caller = request.caller
    let agent = caller.isRoot ? (user: caller.agentUser, group: caller.agentGroup) : nil
    let places = SocketPlaces(request)
    let renames = StagedRename(request.workspace)
    return try await launch(
      plan, streams: streams, mapsOwners: caller.isRoot, group: group, renames: renames
    ) { listener, _, ended in
      // Without a supervisor the listener closes here, and every notified call fails.
      do throws(Fault) {
        let supervisor = try Supervisor(
          listener: Descriptor(owning: listener), places: places, agentIDs: agent, observer: observer,
          renames: renames, reads: reads)
        try supervisor.start(ended: ended)
      } catch {
        ended()
      }
    }
  }

  private func readWatch(_ request: SandboxRequest, _ observer: any SandboxObserver) throws(Fault) -> ReadWatch? {
    guard request.manifest.recording.reads else { return nil }
    let caller = request.caller
    let agent = caller.isRoot ? (user: caller.agentUser, group: caller.agentGroup) : nil
    guard let hasher,
      let watch = try? ReadWatch(project: request.workspace.path, agent: agent, observer: observer, hasher: hasher)
    else {
      throw Fault(
        "reads-unrecordable",
        why: "the reads of this session cannot be recorded: there is no descriptor or hash to be had",
        hint: "raise the limit of open files of baileyd, or start without --record-reads")
    }
    return watch
  }

  /// Runs a finished plan.
  ///
  /// - Parameter mapsOwners: whether granted trees must be mapped to the agent's unprivileged id: the controller is root.
  package func launch(
    _ plan: SandboxPlan, streams: StandardStreams, mapsOwners: Bool, supervise: @escaping Supervise
  ) async throws(Fault) -> Sandbox {
    try await launch(plan, streams: streams, mapsOwners: mapsOwners, group: nil, renames: nil, supervise: supervise)
  }

  private func launch(
    _ plan: SandboxPlan, streams: StandardStreams, mapsOwners: Bool, group: SessionGroup?, renames: StagedRename?,
    supervise: @escaping Supervise
  ) async throws(Fault) -> Sandbox {
    defer { streams.close() }
    let passed = group == nil ? streams.passed : streams.passed.union(.groups)
    let bytes = try PlanEncoder.encode(plan, streams: passed)
    let process = try JailProcess.start(jail, plan: bytes, streams: streams, group: group)
    let start = SandboxStart(
      process, plan: plan, mapsOwners: mapsOwners, group: group, renames: renames, supervise: supervise)
    return try await start.run()
  }
}
