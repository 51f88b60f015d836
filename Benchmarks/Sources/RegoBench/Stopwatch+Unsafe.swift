import Glibc

// SAFETY: the time and the stream live in the scope that made them.

enum Stopwatch {
  /// Monotonic microseconds.
  static func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
  }

  /// The median of so many runs.
  static func median(_ runs: Int, _ body: () throws -> Void) rethrows -> Double {
    var times: [Double] = []
    times.reserveCapacity(runs)
    for _ in 0..<runs {
      let start = now()
      try body()
      times.append(now() - start)
    }
    times.sort()
    return times[runs / 2]
  }

  static func bytes(_ path: String) -> [UInt8]? {
    guard let stream = unsafe fopen(path, "r") else { return nil }
    defer { unsafe fclose(stream) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = unsafe fread(&buffer, 1, buffer.count, stream), count > 0 { bytes += buffer[..<count] }
    return bytes
  }

  static func print(_ text: String) {
    Swift.print(text)
    fflush(nil)
  }
}
