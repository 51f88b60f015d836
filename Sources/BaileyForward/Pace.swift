/// How often a sink looks for records and how long it waits after a failure, in milliseconds.
package struct Pace: Sendable, Equatable {
  package var idle = 1000
  package var shortestWait = 500
  package var longestWait = 60_000
  /// Records in one delivery.
  package var batch = 256
  /// Bytes of records in one delivery; one record goes always.
  package var batchBytes = 1 << 20

  package init() {}

  /// Doubles with each failure, up to the longest; a random half of it is taken off, so that many sinks do not come back together.
  func wait(after failures: Int) -> Int {
    let longest = min(longestWait, shortestWait << min(max(0, failures - 1), 16))
    return longest - Int.random(in: 0...(longest / 2))
  }
}
