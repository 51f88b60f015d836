import BaileyCore
import BaileyExport
import Crypto

/// Gives entries of the log what an export needs of them: the leaf hash, and for an outcome its decision.
struct RecordSource: Sendable {
  private static let remembered = 256

  private let log: any LogSource
  /// Decisions that were met a short while ago; others are looked up.
  private var intents: [UInt64: JSON] = [:]

  init(_ log: any LogSource) { self.log = log }

  mutating func records(of entries: [LoggedRecord]) async throws(Fault) -> [ExportedRecord] {
    var records: [ExportedRecord] = []
    for entry in entries {
      if entry.record["kind"] == "intent" { remember(entry) }
      let leaf = hexadecimal(SHA256.hash(data: [0] + entry.record.canonical))
      records.append(
        ExportedRecord(index: entry.index, leaf: leaf, record: entry.record, intent: try await intent(of: entry)))
    }
    return records
  }

  private mutating func remember(_ entry: LoggedRecord) {
    if intents.count >= Self.remembered { intents.removeAll() }
    intents[entry.index] = entry.record
  }

  private func intent(of entry: LoggedRecord) async throws(Fault) -> JSON? {
    guard let index = ExportedRecord.intentIndex(entry.record), index < entry.index else { return nil }
    if let known = intents[index] { return known }
    let found = try await log.entries(from: index, limit: 1).first
    return found?.index == index && found?.record["kind"] == "intent" ? found?.record : nil
  }
}
