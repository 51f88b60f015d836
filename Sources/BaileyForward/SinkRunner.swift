import BaileyCore
import BaileyExport
import BaileyLinux
import Synchronization

/// Carries the log to one sink, at its own pace, from where the sink has acknowledged it.
///
/// Reads only what a signed head covers, so that nothing leaves that the log could lose. The cursor moves after the acknowledgement: what is
/// in between when the controller dies goes again.
final class SinkRunner: Sendable {
  struct State: Sendable {
    var next: UInt64 = 0
    var failure: SinkFailure?
    /// Deliveries that failed since the last that did not.
    var failures = 0
    var rejected = 0
  }

  let settings: ExportSink
  private let sink: any Sink
  private let log: any LogSource
  private let origin: String
  private let cursorFile: String
  private let pace: Pace
  private let now: @Sendable () -> Int64
  private let shared = Mutex(State())

  init(
    _ settings: ExportSink, sink: any Sink, exports: LogExports, directory: String, pace: Pace,
    now: @escaping @Sendable () -> Int64
  ) {
    self.settings = settings
    self.sink = sink
    log = exports.log
    origin = exports.origin.log
    cursorFile = "\(directory)/\(settings.name).cursor"
    self.pace = pace
    self.now = now
  }

  var state: State { shared.withLock { $0 } }

  /// Until it is cancelled.
  func run() async {
    while !Task.isCancelled {
      do throws(SinkFailure) {
        try await deliverAll()
      } catch {
        let failures = shared.withLock { state in
          state.failure = error
          state.failures += 1
          return state.failures
        }
        // A receiver can ask for more patience, not for less.
        await sleep(max(error.wait ?? 0, pace.wait(after: failures)))
      }
    }
  }

  /// Never returns but by a failure, or when it is cancelled. Begins with what is on disk, whatever was believed before.
  private func deliverAll() async throws(SinkFailure) {
    var source = RecordSource(log)
    var (position, leftOut) = try await begin(source)
    var counts = MinuteCounts()
    while !Task.isCancelled {
      let records = try await records(from: position, &source)
      let outgoing = settings.countsOnly ? counted(records, &counts) : sampled(records, &leftOut)
      if !outgoing.isEmpty { try await deliver(outgoing[...]) }
      if let last = records.last { position = last.index + 1 }
      let acknowledged = counts.first ?? position
      if acknowledged != state.next { try await acknowledge(acknowledged, leftOut: leftOut) }
      if records.isEmpty { await sleep(pace.idle) }
    }
  }

  /// Each that stays tells how many before it did not, so that a hole in the indices that is larger is a loss.
  private func sampled(_ records: [ExportedRecord], _ leftOut: inout Int) -> [ExportedRecord] {
    let sampling = Sampling(oneIn: settings.oneIn)
    return records.compactMap { record in
      guard sampling.keeps(record) else {
        leftOut += 1
        return nil
      }
      var kept = record
      (kept.leftOut, leftOut) = (leftOut, 0)
      return kept
    }
  }

  private func counted(_ records: [ExportedRecord], _ counts: inout MinuteCounts) -> [ExportedRecord] {
    var ended = records.compactMap { counts.add($0) }
    // Five seconds for records that were decided earlier and came later.
    if records.isEmpty, let last = counts.close(before: now() - 5_000_000_000) { ended.append(last) }
    return ended
  }

  private func deliver(_ records: ArraySlice<ExportedRecord>) async throws(SinkFailure) {
    try await deliver(part: records)
    shared.withLock { ($0.failure, $0.failures) = (nil, 0) }
  }

  /// In halves where a batch is too much. What one half had is not sent again because of the other.
  private func deliver(part records: ArraySlice<ExportedRecord>) async throws(SinkFailure) {
    do throws(SinkFailure) {
      let receipt = try await sink.deliver(Array(records))
      shared.withLock { $0.rejected += receipt.rejected }
    } catch {
      guard error.isTooMuch, records.count > 1 else { throw error }
      let middle = records.startIndex + records.count / 2
      try await deliver(part: records[..<middle])
      if !settings.countsOnly, let next = records[..<middle].last.map({ $0.index + 1 }) { try await acknowledge(next) }
      try await deliver(part: records[middle...])
    }
  }

  private func records(from position: UInt64, _ source: inout RecordSource) async throws(SinkFailure)
    -> [ExportedRecord]
  {
    do throws(Fault) {
      return try await source.batch(from: position, upTo: try await log.signedSize(), pace)
    } catch {
      throw SinkFailure(error)
    }
  }

  private func sleep(_ milliseconds: Int) async {
    do { try await Task.sleep(for: .milliseconds(milliseconds)) } catch {}
  }
}

// MARK: the cursor

extension SinkRunner {
  /// Where the sink is, by what is on disk, and how many records before it sampling left out.
  private func begin(_ source: RecordSource) async throws(SinkFailure) -> (next: UInt64, leftOut: Int) {
    let path = cursorFile
    let known = try await onThread { () throws(SinkFailure) in
      do throws(Fault) { return try Cursor.load(path) } catch { throw SinkFailure(error) }
    }
    do throws(Fault) {
      if let known, known.log == origin {
        try await check(known, source)
        return (moved(to: known.next), known.leftOut)
      }
    } catch {
      throw SinkFailure(error)
    }
    // Another log in the place of a known one goes out from its first record, which says why.
    let first = known == nil && settings.beginsNow ? try await size() : 0
    try await acknowledge(first)
    return (first, 0)
  }

  private func size() async throws(SinkFailure) -> UInt64 {
    do throws(Fault) { return try await log.signedSize() } catch { throw SinkFailure(error) }
  }

  /// What was sent must be what the log has.
  private func check(_ known: Cursor, _ source: RecordSource) async throws(Fault) {
    let hint = "compare with what the receiver has; `bailey log verify` checks the log"
    let size = try await log.signedSize()
    guard known.next <= size else {
      throw Fault(
        "export-log-shorter", subject: "\(known.next)",
        why: "the sink has had more records than the log holds: the log was cut or put back", hint: hint)
    }
    guard known.next > 0, let leaf = known.leaf else { return }
    guard try await source.leaf(of: known.next - 1) == leaf else {
      throw Fault(
        "export-log-other", subject: "\(known.next - 1)",
        why: "the last record that the sink has had is another one in the log: the log was replaced or changed",
        hint: hint)
    }
  }

  private func moved(to next: UInt64) -> UInt64 {
    shared.withLock { $0.next = next }
    return next
  }

  private func acknowledge(_ next: UInt64, leftOut: Int = 0) async throws(SinkFailure) {
    var cursor = Cursor(log: origin, next: next, leftOut: leftOut)
    do throws(Fault) { if next > 0 { cursor.leaf = try await RecordSource(log).leaf(of: next - 1) } } catch {
      throw SinkFailure(error)
    }
    let path = cursorFile
    try await onThread { [cursor] () throws(SinkFailure) in
      do throws(Fault) { try cursor.save(path) } catch { throw SinkFailure(error) }
    }
    _ = moved(to: next)
  }
}
