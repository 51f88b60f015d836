import BaileyCore

/// Takes secrets out of every record on its way to the log, which cannot be rewritten.
struct MaskedRecorder: Recorder {
  let recorder: any Recorder
  let masking: any RecordMasking

  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    try await recorder.append(masked(record), durability)
  }

  func observe(_ records: [Record]) async -> Int { await recorder.observe(records.map(masked)) }

  private func masked(_ record: Record) -> Record {
    var record = record
    record.body = masking.masked(record.body, of: record.session)
    return record
  }
}
