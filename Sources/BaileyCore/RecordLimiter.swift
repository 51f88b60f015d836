/// Keeps a flood from filling the log: so many records a minute, and a count of the rest.
struct RecordLimiter: Sendable {
  private let perMinute: Int
  private var windowStart: Int64 = 0
  private var used = 0
  private var suppressed = 0

  init(perMinute: Int) { self.perMinute = perMinute }

  private static let window: Int64 = 60 * 1_000_000_000

  /// - Parameter now: nanoseconds, monotonic.
  /// - Returns: whether this one gets its record, and how many were suppressed in a window that has just ended.
  mutating func admit(now: Int64) -> (isAdmitted: Bool, suppressed: Int) {
    var ended = 0
    if windowStart == 0 || now - windowStart >= Self.window {
      ended = suppressed
      (windowStart, used, suppressed) = (now, 0, 0)
    }
    if used < perMinute {
      used += 1
      return (true, ended)
    }
    suppressed += 1
    return (false, ended)
  }

  /// What is left to say at the end of a session.
  mutating func takeSuppressed() -> Int {
    defer { suppressed = 0 }
    return suppressed
  }
}
