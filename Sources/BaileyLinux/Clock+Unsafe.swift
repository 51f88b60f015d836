internal import Glibc

/// The two clocks, in nanoseconds.
package enum Clock {
  /// Since 1970-01-01 UTC; can jump.
  package static var realTime: Int64 { read(CLOCK_REALTIME) }

  /// Since some moment; never goes back, stands still while the machine sleeps.
  package static var monotonic: Int64 { read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    // SAFETY: the structure lives for the call, which cannot fail for these clocks.
    _ = unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
