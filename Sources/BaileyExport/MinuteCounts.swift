import BaileyCore

/// How many records of each class a minute had, instead of the records.
///
/// A minute ends when a record of a later one comes, or when its end is told; a late record counts for the minute that is open.
package struct MinuteCounts: Sendable {
  private static let minute: Int64 = 60 * 1_000_000_000
  /// Classes are kind, verb and effect, of which there are few; whatever comes beyond counts as `other`.
  private static let maximumClasses = 256

  private var start: Int64 = 0
  private var last: ExportedRecord?
  private var counts: [String: Int64] = [:]
  /// The first record that no finished minute holds.
  package private(set) var first: UInt64?

  package init() {}

  /// - Returns: the minute that this record ends.
  package mutating func add(_ record: ExportedRecord) -> ExportedRecord? {
    let begin = record.time - record.time % Self.minute
    let ended = first != nil && begin > start ? close() : nil
    if first == nil { (first, start) = (record.index, begin) }
    let name = [record.event, record.effect ?? (record.succeeded == false ? "failed" : nil)].compactMap { $0 }
      .joined(separator: " ")
    counts[counts[name] == nil && counts.count >= Self.maximumClasses ? "other" : name, default: 0] += 1
    last = record
    return ended
  }

  /// The open minute, if it is over by this time.
  package mutating func close(before now: Int64) -> ExportedRecord? {
    first != nil && now > start + Self.minute ? close() : nil
  }

  private mutating func close() -> ExportedRecord? {
    guard let first, let last else { return nil }
    let body: JSON = [
      "first": .int(Int64(clamping: first)), "last": .int(Int64(clamping: last.index)),
      "records": .int(counts.values.reduce(0, +)), "counts": .object(counts.mapValues(JSON.int)),
    ]
    let record: JSON = ["v": 1, "kind": "counts", "time_ns": .int(start), "body": body]
    (self.first, self.last, counts) = (nil, nil, [:])
    return ExportedRecord(index: last.index, leaf: nil, record: record)
  }
}
