import BaileyCore

/// Watches what rlimits cannot hold: memory and processor time of all processes together, and wall time.
///
/// Without a delegated cgroup, memory is policed by the proportional set size, because RLIMIT_AS breaks runtimes that reserve
/// address space (Node, Java). Between two looks, 250 ms apart, a session can exceed its limit; that window is in THREATMODEL.md.
struct LimitWarden: Sendable {
  let limits: Limits
  let meter: any UsageMeter

  private static let period = Duration.milliseconds(250)

  /// Returns the name of the limit that was exceeded, or `nil` when the session ended first.
  func watch(_ session: Session) async -> String? {
    let started = ContinuousClock.now
    let isMetered = limits.memory != nil || limits.cpuSeconds != nil
    guard isMetered || limits.wallSeconds != nil else { return nil }
    while await session.isLive {
      do { try await Task.sleep(for: Self.period) } catch { return nil }
      if let wall = limits.wallSeconds, ContinuousClock.now - started > .seconds(wall) { return "wall-time" }
      guard isMetered else { continue }
      guard let usage = meter.usage(ofInit: session.sandbox.initProcess) else { return nil }
      if let exceeded = exceeded(usage) { return exceeded }
    }
    return nil
  }

  private func exceeded(_ usage: Usage) -> String? {
    if let memory = limits.memory, usage.memory > memory { return "memory" }
    if let seconds = limits.cpuSeconds, usage.processorTime / 1_000_000_000 > Int64(seconds) { return "processor-time" }
    return nil
  }
}
