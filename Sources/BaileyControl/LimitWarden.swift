import BaileyCore

/// Watches what the kernel does not hold: processor time of all processes together, wall time, and memory where no cgroup is delegated.
///
/// Without one, memory is policed by the proportional set size, because RLIMIT_AS breaks runtimes that reserve
/// address space (Node, Java). Between two looks, 250 ms apart, a session can exceed its limit; that window is in THREATMODEL.md.
struct LimitWarden: Sendable {
  let limits: Limits

  var period = Duration.milliseconds(250)

  /// Looks in a row that may find nothing: the session is about to end, or the controller has no descriptor left to look with.
  private static let mostMisses = 40

  /// Returns the name of the limit that was exceeded, or `nil` when the session ended first. What cannot be measured counts as too much.
  func watch(_ session: Session) async -> String? {
    let started = ContinuousClock.now
    let isMetered = limits.cpuSeconds != nil || (limits.memory != nil && !session.sandbox.holdsMemory)
    guard isMetered || limits.wallSeconds != nil else { return nil }
    var misses = 0
    while await session.isLive {
      do { try await Task.sleep(for: period) } catch { return nil }
      if let wall = limits.wallSeconds, ContinuousClock.now - started > .seconds(wall) { return "wall-time" }
      guard isMetered else { continue }
      guard let usage = session.sandbox.usage(memoryLimit: limits.memory ?? .max) else {
        misses += 1
        if misses == Self.mostMisses { return "unmeasurable" }
        continue
      }
      misses = 0
      if let exceeded = exceeded(usage, session.sandbox.holdsMemory) { return exceeded }
    }
    return nil
  }

  private func exceeded(_ usage: Usage, _ holdsMemory: Bool) -> String? {
    if !holdsMemory, let memory = limits.memory, usage.memory > memory { return "memory" }
    if let seconds = limits.cpuSeconds, usage.processorTime / 1_000_000_000 > Int64(seconds) { return "processor-time" }
    return nil
  }
}
