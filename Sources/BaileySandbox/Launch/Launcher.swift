package import BaileyCore
import BaileyLinux

/// Starts sandboxes: gathers facts, plans, runs bailey-jail.
package struct Launcher: SandboxLauncher {
  /// Serves a seccomp listener on a thread of its own. Owns the descriptor; when it closes it, the notified calls fail.
  package typealias Supervise =
    @Sendable (_ listener: Int32, _ initProcess: Int32, _ observer: any SandboxObserver) -> Void
  package typealias Planning = @Sendable (SandboxRequest) throws(Fault) -> SandboxPlan

  private let jail: String
  private let plan: Planning
  private let supervise: Supervise

  /// - Parameters:
  ///   - jail: absolute path of bailey-jail.
  ///   - plan: facts and planner, as one function from the request.
  package init(jail: String, plan: @escaping Planning, supervise: @escaping Supervise) {
    self.jail = jail
    self.plan = plan
    self.supervise = supervise
  }

  package func launch(_ request: SandboxRequest, streams: StandardStreams, observer: any SandboxObserver)
    async throws(Fault) -> any RunningSandbox
  {
    let plan: SandboxPlan
    do throws(Fault) { plan = try self.plan(request) } catch {
      streams.close()
      throw error
    }
    return try await launch(plan, streams: streams, observer: observer, mapsOwners: request.caller.isRoot)
  }

  /// - Parameter mapsOwners: whether granted trees must be mapped to the agent's unprivileged id: the controller is root.
  package func launch(
    _ plan: SandboxPlan, streams: StandardStreams, observer: any SandboxObserver, mapsOwners: Bool
  ) async throws(Fault) -> Sandbox {
    defer { streams.close() }
    let bytes = try PlanEncoder.encode(plan, streams: streams.passed)
    let process = try JailProcess.start(jail, plan: bytes, streams: streams)
    let supervise = self.supervise
    let start = SandboxStart(
      process, plan: plan, mapsOwners: mapsOwners,
      supervise: { listener, initProcess in supervise(listener, initProcess, observer) })
    return try await start.run()
  }
}
