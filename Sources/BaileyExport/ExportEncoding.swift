package import BaileyCore

/// Records in order as text of one format, secrets taken out and paths hashed where that is asked for.
package struct ExportEncoding: Sendable {
  private let format: ExportFormat
  private let origin: ExportOrigin
  private let paths: PathHash?
  private let mask: SecretMask
  private let sampled: Int
  private var trajectory: Trajectory

  /// - Parameter sampled: the records given are one in so many of the ordinary ones, which OTLP says in an attribute.
  package init(
    _ format: ExportFormat, _ origin: ExportOrigin, paths: PathHash? = nil, sampled: Int = 1,
    mask: SecretMask = SecretMask()
  ) {
    self.mask = mask
    self.format = format
    self.origin = origin
    self.paths = paths
    self.sampled = sampled
    trajectory = Trajectory(origin)
  }

  package mutating func encode(_ records: [ExportedRecord]) -> [UInt8] {
    if records.isEmpty { return [] }
    if format == .otlp { return line(OTLPLogs.request(records.map(released), origin, sampled: sampled).canonical) }
    var text: [UInt8] = []
    for record in records {
      let leaving = released(record)
      text += encode(leaving, isChanged: leaving.record != record.record)
    }
    return text
  }

  package mutating func finish() -> [UInt8] { format == .atif ? trajectory.finish() : [] }

  /// One message of RFC 5424 without framing.
  package func message(_ record: ExportedRecord) -> [UInt8] { SyslogMessage.bytes(released(record), origin) }

  /// The record as it may leave.
  package func released(_ record: ExportedRecord) -> ExportedRecord {
    var record = record
    let leaving = released(record.record)
    if leaving != record.record { record.leaf = nil }
    record.record = leaving
    record.intent = record.intent.map(released)
    return record
  }

  private func released(_ record: JSON) -> JSON {
    let masked = mask.masked(record)
    return paths?.hashed(masked) ?? masked
  }

  private mutating func encode(_ record: ExportedRecord, isChanged: Bool) -> [UInt8] {
    switch format {
    case .ocsf: line(OCSFEvent.json(record, origin).canonical)
    case .otlp: []
    case .syslog: line(SyslogMessage.bytes(record, origin))
    case .jsonl: line(JSONLine.json(record, origin, isChanged: isChanged).canonical)
    case .atif: trajectory.add(record)
    }
  }

  private func line(_ text: [UInt8]) -> [UInt8] { text + [UInt8(ascii: "\n")] }
}
