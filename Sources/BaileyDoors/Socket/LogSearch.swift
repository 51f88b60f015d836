import BaileyCore

/// Finds entries of the log: by the index as far as it reaches, beyond it by reading.
///
/// Every entry is read from the log and looked at before it counts. Memory is one page and the numbers
/// of one question to the index, however much there is.
struct LogSearch: Sendable {
  static let batch = 512
  /// Numbers that the index is asked for at once: first as many as one page, in the end 512 KiB. Each question costs anew.
  private static let numbers = (first: 512, last: 65_536)
  /// Entries that are read though nobody asked for them, rather than opening their tile twice.
  private static let gap: UInt64 = 16

  let remark: String?
  private let log: any LogSource
  private let index: (any LogSearcher)?
  private let filter: RecordFilter
  private let reach: UInt64

  /// - Parameter index: `nil` reads the log from end to end.
  init(log: any LogSource, index: (any LogSearcher)?, filter: RecordFilter) async {
    self.log = log
    self.filter = filter
    // Without a filter, everything is wanted.
    self.index = filter.isEmpty ? nil : index
    let reach = await self.index?.reach()
    self.reach = reach?.end ?? 0
    remark = reach?.remark
  }

  var hasAny: Bool {
    get async throws(Fault) {
      var found = false
      try await downward { rows async throws(Fault) in
        found = !rows.isEmpty
        return !found
      }
      return found
    }
  }

  /// The number from which the newest so many matching entries begin.
  func start(ofNewest count: Int?) async throws(Fault) -> UInt64 {
    guard let count else { return 0 }
    var (found, start) = (0, UInt64(0))
    try await downward { rows async throws(Fault) in
      if rows.count > count - found {
        start = rows[count - found].index + 1
        return false
      }
      found += rows.count
      return true
    }
    return start
  }

  /// Gives pages of matching entries, in order, up to the present end; returns the number after it.
  func upward(from start: UInt64, _ body: ([LoggedRecord]) async throws(Fault) -> Void) async throws(Fault) -> UInt64 {
    var (next, limit) = (start, Self.numbers.first)
    while next < reach {
      guard let found = await index?.candidates(filter, in: next..<reach, newest: false, limit: limit) else { break }
      for run in Self.runs(found) { try await body(try await read(run)) }
      next = found.count < limit ? reach : found.last.map { $0 + 1 } ?? reach
      limit = min(limit * 8, Self.numbers.last)
    }
    while true {
      let entries = try await log.whole(from: next, limit: Self.batch)
      guard let last = entries.last else { return next }
      try await body(matching(entries))
      next = last.index + 1
    }
  }

  /// Gives pages of matching entries from the present end on, newest first, until `body` has enough.
  func downward(_ body: ([LoggedRecord]) async throws(Fault) -> Bool) async throws(Fault) {
    var end = try await log.size()
    guard try await scan(&end, downTo: reach, body) else { return }
    var limit = Self.numbers.first
    while end > 0 {
      guard let found = await index?.candidates(filter, in: 0..<end, newest: true, limit: limit) else {
        _ = try await scan(&end, downTo: 0, body)
        return
      }
      for run in Self.runs(found.reversed()).reversed() {
        guard try await body(try await read(run).reversed()) else { return }
      }
      end = found.count < limit ? 0 : found.last ?? 0
      limit = min(limit * 8, Self.numbers.last)
    }
  }

  /// - Returns: whether `body` wants more.
  private func scan(_ end: inout UInt64, downTo low: UInt64, _ body: ([LoggedRecord]) async throws(Fault) -> Bool)
    async throws(Fault) -> Bool
  {
    while end > low {
      let begin = max(low, end > UInt64(Self.batch) ? end - UInt64(Self.batch) : 0)
      let entries = try await log.whole(from: begin, limit: Int(end - begin))
      guard try await body(matching(entries).reversed()) else { return false }
      end = begin
    }
    return true
  }

  private func matching(_ entries: [LoggedRecord]) -> [LoggedRecord] {
    filter.isEmpty ? entries : entries.filter { filter.matches(RecordFacets($0.record)) }
  }

  private func read(_ run: ClosedRange<UInt64>) async throws(Fault) -> [LoggedRecord] {
    matching(try await log.whole(from: run.lowerBound, limit: run.count))
  }

  /// Numbers in order as ranges that are read at once: within a tile, and near each other.
  private static func runs(_ numbers: [UInt64]) -> [ClosedRange<UInt64>] {
    var runs: [ClosedRange<UInt64>] = []
    for number in numbers {
      if let last = runs.last, number - last.upperBound <= gap, number >> 8 == last.lowerBound >> 8 {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    return runs
  }
}
