import BaileyCore
import Synchronization

/// Counts the records of each session and has the record of its end say how many came before it.
///
/// Evidence is complete up to the end if it has as many, and no more. So counting and the end are one step: the end waits for what is being
/// recorded of its session, and what begins then comes after it. A record that the log lost later is counted here and in the log's own gap.
final class RecordCounts: Recorder {
  private struct Tally {
    var count: Int64 = 0
    /// Under way.
    var pending = 0
    var isEnding = false
    var waiting: [CheckedContinuation<Bool, Never>] = []
  }

  private let recorder: any Recorder
  private let tallies = Mutex<[SessionID: Tally]>([:])

  init(_ recorder: any Recorder) { self.recorder = recorder }

  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    guard let session = record.session else { return try await recorder.append(record, durability) }
    if record.kind == .sessionEnd { return try await end(record, session, durability) }
    await enter(session)
    var kept: Int64 = 0
    defer { leave(session, kept) }
    let index = try await recorder.append(record, durability)
    kept = 1
    return index
  }

  func observe(_ records: [Record]) async -> Int {
    guard let session = records.first?.session, records.allSatisfy({ $0.session == session }) else {
      var missed = 0
      for record in records { missed += await record.session == nil ? recorder.observe([record]) : observe([record]) }
      return missed
    }
    await enter(session)
    let missed = await recorder.observe(records)
    leave(session, Int64(records.count - missed))
    return missed
  }

  func isEnding(_ session: SessionID) -> Bool { tallies.withLock { $0[session]?.isEnding ?? false } }

  private func end(_ record: Record, _ session: SessionID, _ durability: Durability) async throws(Fault) -> UInt64 {
    tallies.withLock { $0[session, default: Tally()].isEnding = true }
    await wait(session) { $0.pending == 0 }
    defer { wake(tallies.withLock { $0.removeValue(forKey: session)?.waiting }) }
    var record = record
    let count = tallies.withLock { $0[session]?.count ?? 0 }
    record.body = record.body.setting("records", .int(count))
    return try await recorder.append(record, durability)
  }

  private func enter(_ session: SessionID) async {
    await wait(session) { tally in
      if tally.isEnding { return false }
      tally.pending += 1
      return true
    }
  }

  private func leave(_ session: SessionID, _ kept: Int64) {
    wake(
      tallies.withLock { tallies in
        tallies[session]?.count += kept
        tallies[session]?.pending -= 1
        defer { tallies[session]?.waiting = [] }
        return tallies[session]?.waiting
      })
  }

  private func wake(_ waiting: [CheckedContinuation<Bool, Never>]?) {
    for one in waiting ?? [] { one.resume(returning: false) }
  }

  /// Returns once `isReady` does so, which is asked again after each change.
  private func wait(_ session: SessionID, _ isReady: @Sendable (inout Tally) -> Bool) async {
    while await !withCheckedContinuation({ (continuation: CheckedContinuation<Bool, Never>) in
      let isNow = tallies.withLock { tallies in
        if isReady(&tallies[session, default: Tally()]) { return true }
        tallies[session]?.waiting.append(continuation)
        return false
      }
      if isNow { continuation.resume(returning: true) }
    }) {}
  }
}
