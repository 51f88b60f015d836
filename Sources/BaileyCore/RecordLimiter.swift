/// Keeps a flood from filling the log: so many records a minute, and a count of the rest.
package struct RecordLimiter: Sendable {
  private let perMinute: Int
  private var windowStart: Int64 = 0
  private var used = 0
  private var suppressed = 0

  package init(perMinute: Int) { self.perMinute = perMinute }

  private static let window: Int64 = 60 * 1_000_000_000

  /// - Parameter now: nanoseconds; of a clock that was set back, a new minute begins.
  /// - Returns: whether this one gets its record, and how many were suppressed in a window that has just ended.
  package mutating func admit(now: Int64) -> (isAdmitted: Bool, suppressed: Int) {
    var ended = 0
    if windowStart == 0 || !(0..<Self.window).contains(now - windowStart) {
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
  package mutating func takeSuppressed() -> Int {
    defer { suppressed = 0 }
    return suppressed
  }

  /// Counts again what was taken and could not be told.
  package mutating func putBack(_ count: Int) { suppressed += count }
}
