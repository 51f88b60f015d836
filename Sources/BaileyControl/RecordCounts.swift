import BaileyCore
import Synchronization

/// Counts the records of each session, so that the record of its end can say how many came before it.
///
/// Evidence is complete up to the end if it has as many. A record that the log lost later is counted here and in the log's own gap.
final class RecordCounts: Recorder {
  private let recorder: any Recorder
  private let counts = Mutex<[SessionID: Int64]>([:])

  init(_ recorder: any Recorder) { self.recorder = recorder }

  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    let index = try await recorder.append(record, durability)
    count([record])
    return index
  }

  func observe(_ records: [Record]) async -> Int {
    let missed = await recorder.observe(records)
    if missed == 0 { count(records) }
    return missed
  }

  func count(of session: SessionID) -> Int64? { counts.withLock { $0[session] ?? 0 } }

  private func count(_ records: [Record]) {
    counts.withLock { counts in
      for record in records {
        guard let session = record.session else { continue }
        counts[session] = record.kind == .sessionEnd ? nil : counts[session, default: 0] + 1
      }
    }
  }
}
