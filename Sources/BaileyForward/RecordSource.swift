import BaileyCore
import BaileyExport
import Crypto

/// Gives entries of the log what an export needs of them: the leaf hash, and for an outcome its decision.
struct RecordSource: Sendable {
  private static let remembered = 256
  /// Of records as they are hashed; in memory each is a few times that.
  private static let rememberedBytes = 1 << 20

  private let log: any LogSource
  /// Decisions that were met a short while ago; others are looked up.
  private var intents: [UInt64: JSON] = [:]
  private var intentBytes = 0

  init(_ log: any LogSource) { self.log = log }

  /// - Parameter limit: bytes of what is given back, decisions included; the first entry is given in any case.
  mutating func records(of entries: [LoggedRecord], limit: Int = .max) async throws(Fault) -> [ExportedRecord] {
    var records: [ExportedRecord] = []
    var bytes = 0
    for entry in entries {
      let canonical = entry.record.canonical
      if entry.record["kind"] == "intent" { remember(entry, canonical.count) }
      let intent = try await intent(of: entry)
      bytes += canonical.count + (intent?.canonical.count ?? 0)
      if bytes > limit, !records.isEmpty { break }
      let leaf = hexadecimal(SHA256.hash(data: [0] + canonical))
      records.append(ExportedRecord(index: entry.index, leaf: leaf, record: entry.record, intent: intent))
    }
    return records
  }

  private mutating func remember(_ entry: LoggedRecord, _ bytes: Int) {
    if intents.count >= Self.remembered || intentBytes + bytes > Self.rememberedBytes {
      intents.removeAll()
      intentBytes = 0
    }
    intents[entry.index] = entry.record
    intentBytes += bytes
  }

  private func intent(of entry: LoggedRecord) async throws(Fault) -> JSON? {
    guard let index = ExportedRecord.intentIndex(entry.record), index < entry.index else { return nil }
    if let known = intents[index] { return known }
    let found = try await log.entries(from: index, limit: 1).first
    return found?.index == index && found?.record["kind"] == "intent" ? found?.record : nil
  }
}
