import BaileyCore
import BaileyExport
import Crypto

/// Gives entries of the log what an export needs of them: the leaf hash, and for an outcome its decision.
struct RecordSource: Sendable {
  /// Entries read at once: at most a MiB more than is wanted.
  private static let step: UInt64 = 16
  private static let rememberedBytes = 1 << 20

  private struct Intent: Sendable {
    var record: JSON
    var bytes: Int
  }

  private let log: any LogSource
  /// Decisions that were met a short while ago; others are looked up.
  private var intents: [UInt64: Intent] = [:]
  private var remembered = 0

  init(_ log: any LogSource) { self.log = log }

  mutating func records(of entries: [LoggedRecord]) async throws(Fault) -> [ExportedRecord] {
    var records: [ExportedRecord] = []
    for entry in entries { records.append(try await record(of: entry).record) }
    return records
  }

  /// As many as one delivery has place for, decisions that go along with outcomes counted; one at least, if there is one.
  mutating func batch(from first: UInt64, upTo end: UInt64, _ pace: Pace) async throws(Fault) -> [ExportedRecord] {
    var (records, bytes, next) = ([ExportedRecord](), 0, first)
    while next < end, records.count < pace.batch {
      let limit = min(Self.step, end - next, UInt64(pace.batch - records.count))
      let entries = try await log.entries(from: next, limit: Int(limit))
      guard let last = entries.last else { break }
      for entry in entries {
        let (record, size) = try await record(of: entry)
        bytes += size
        if bytes > pace.batchBytes, !records.isEmpty { return records }
        records.append(record)
      }
      next = last.index + 1
    }
    return records
  }

  /// - Returns: nil where there is no such entry.
  func leaf(of index: UInt64) async throws(Fault) -> String? {
    let found = try await log.entries(from: index, limit: 1).first
    return found.flatMap { $0.index == index ? Self.leaf($0.record.canonical) : nil }
  }

  private static func leaf(_ canonical: [UInt8]) -> String { hexadecimal(SHA256.hash(data: [0] + canonical)) }

  private mutating func record(of entry: LoggedRecord) async throws(Fault) -> (record: ExportedRecord, bytes: Int) {
    let canonical = entry.record.canonical
    if entry.record["kind"] == "intent" { remember(Intent(record: entry.record, bytes: canonical.count), entry.index) }
    let intent = try await intent(of: entry)
    let record = ExportedRecord(
      index: entry.index, leaf: Self.leaf(canonical), record: entry.record, intent: intent?.record)
    return (record, canonical.count + (intent?.bytes ?? 0))
  }

  private mutating func remember(_ intent: Intent, _ index: UInt64) {
    if remembered + intent.bytes > Self.rememberedBytes { (intents, remembered) = ([:], 0) }
    intents[index] = intent
    remembered += intent.bytes
  }

  private func intent(of entry: LoggedRecord) async throws(Fault) -> Intent? {
    guard let index = ExportedRecord.intentIndex(entry.record), index < entry.index else { return nil }
    if let known = intents[index] { return known }
    guard let found = try await log.entries(from: index, limit: 1).first, found.index == index,
      found.record["kind"] == "intent"
    else { return nil }
    return Intent(record: found.record, bytes: found.record.canonical.count)
  }
}
