package import BaileyCore

/// Follows a log: gives what has come since the last call.
package struct LogFollower: Sendable {
  package let filter: LogFilter
  private let reader: LogReader
  private var next: UInt64

  /// - Parameter start: the first record to give.
  package init(_ reader: LogReader, _ filter: LogFilter = LogFilter(), from start: UInt64 = 0) {
    self.reader = reader
    self.filter = filter
    next = start
  }

  /// Never waits. Call again after a while; 200 ms is often enough.
  package mutating func poll() throws(Fault) -> [LogEntry] {
    let (entries, next) = try reader.records(filter, from: next)
    self.next = next
    return entries
  }
}
