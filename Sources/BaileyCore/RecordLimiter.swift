/// Keeps a flood from filling the log: so many records a minute, and a count of the rest.
///
/// A `burst` is spent by minutes that need more, and filled up again by those that need less.
package struct RecordLimiter: Sendable {
  private let perMinute: Int
  private let burst: Int
  private var windowStart: Int64 = 0
  private var used = 0
  private var reserve: Int
  private var suppressed = 0

  package init(perMinute: Int, burst: Int = 0) {
    self.perMinute = perMinute
    self.burst = burst
    reserve = burst
  }

  private static let window: Int64 = 60 * 1_000_000_000

  /// - Parameters:
  ///   - cost: how many records of usual size this one is as large as.
  ///   - now: nanoseconds; of a clock that was set back, a new minute begins.
  /// - Returns: whether this one gets its record, and how many were suppressed in a window that has just ended.
  package mutating func admit(cost: Int = 1, now: Int64) -> (isAdmitted: Bool, suppressed: Int) {
    let ended = beginWindow(now)
    let excess = max(0, used + cost - perMinute)
    guard excess <= reserve else {
      suppressed += 1
      return (false, ended)
    }
    reserve -= excess
    used += cost - excess
    return (true, ended)
  }

  private mutating func beginWindow(_ now: Int64) -> Int {
    let elapsed = now - windowStart
    if windowStart != 0, (0..<Self.window).contains(elapsed) { return 0 }
    let quiet = windowStart == 0 ? 0 : Int(max(0, elapsed / Self.window - 1)) * perMinute
    reserve = min(burst, reserve + perMinute - used + quiet)
    defer { (windowStart, used, suppressed) = (now, 0, 0) }
    return suppressed
  }

  /// What is left to say at the end of a session.
  package mutating func takeSuppressed() -> Int {
    defer { suppressed = 0 }
    return suppressed
  }

  /// Counts again what was taken and could not be told.
  package mutating func putBack(_ count: Int) { suppressed += count }
}
