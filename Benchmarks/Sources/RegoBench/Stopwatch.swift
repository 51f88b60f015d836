import BaileyLinux
import Glibc

enum Stopwatch {
  /// The median of so many runs, in microseconds.
  static func median(_ runs: Int, _ body: () throws -> Void) rethrows -> Double {
    var times: [Int64] = []
    times.reserveCapacity(runs)
    for _ in 0..<runs {
      let start = Clock.monotonic
      try body()
      times.append(Clock.monotonic - start)
    }
    times.sort()
    return Double(times[runs / 2]) / 1e3
  }

  static func print(_ text: String) {
    Swift.print(text)
    fflush(nil)
  }
}
