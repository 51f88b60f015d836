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
    var position = try await begin()
    var source = RecordSource(log)
    var counts = MinuteCounts()
    while !Task.isCancelled {
      let records = try await records(from: position, &source)
      let outgoing = settings.countsOnly ? counted(records, &counts) : records.filter(sampling.keeps)
      if !outgoing.isEmpty { try await deliver(outgoing[...]) }
      if let last = records.last { position = last.index + 1 }
      let acknowledged = counts.first ?? position
      if acknowledged != state.next { try await acknowledge(acknowledged) }
      if records.isEmpty { await sleep(pace.idle) }
    }
  }

  private var sampling: Sampling { Sampling(oneIn: settings.oneIn) }

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
      let size = try await log.signedSize()
      guard position <= size else {
        throw Fault(
          "export-log-shorter", subject: "\(position)",
          why: "the sink has had more records than the log holds: the log was cut or put back",
          hint: "compare with what the receiver has; `bailey log verify` checks the log")
      }
      let room = min(UInt64(pace.batch), size - position)
      return try await source.records(of: try await entries(from: position, Int(room)), limit: pace.batchBytes)
    } catch {
      throw SinkFailure(error)
    }
  }

  /// As many as have the bytes of one delivery, and a few more: in pieces, so that long ones are not all in memory at once.
  private func entries(from position: UInt64, _ room: Int) async throws(Fault) -> [LoggedRecord] {
    var (entries, bytes): ([LoggedRecord], Int) = ([], 0)
    while entries.count < room, bytes <= pace.batchBytes {
      let limit = min(Self.piece, room - entries.count)
      let found = try await log.entries(from: position + UInt64(entries.count), limit: limit)
      if found.isEmpty { break }
      entries += found
      bytes += found.reduce(0) { $0 + $1.record.canonical.count }
    }
    return entries
  }

  /// Entries that are read at once.
  private static let piece = 32

  private func sleep(_ milliseconds: Int) async {
    do { try await Task.sleep(for: .milliseconds(milliseconds)) } catch {}
  }
}

// MARK: the cursor

extension SinkRunner {
  /// Where the sink is, by what is on disk.
  private func begin() async throws(SinkFailure) -> UInt64 {
    do throws(Fault) {
      let known = try Cursor.load(cursorFile)
      if let known, known.log == origin { return moved(to: known.next) }
      // Another log in the place of a known one goes out from its first record, which says why.
      let first = known == nil && settings.beginsNow ? try await log.signedSize() : 0
      try Cursor(log: origin, next: first).save(cursorFile)
      return moved(to: first)
    } catch {
      throw SinkFailure(error)
    }
  }

  private func moved(to next: UInt64) -> UInt64 {
    shared.withLock { $0.next = next }
    return next
  }

  private func acknowledge(_ next: UInt64) async throws(SinkFailure) {
    let (cursor, path) = (Cursor(log: origin, next: next), cursorFile)
    try await onOwnThread("export", else: { SinkFailure("export-cursor", "no thread for it: \($0.message)") }) {
      () throws(SinkFailure) in
      do throws(Fault) { try cursor.save(path) } catch { throw SinkFailure(error) }
    }
    _ = moved(to: next)
  }
}
