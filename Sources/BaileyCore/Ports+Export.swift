/// The forms in which the log leaves for other programs.
package enum ExportFormat: String, Sendable, CaseIterable {
  /// OCSF 1.8.0 events, one a line.
  case ocsf
  /// OTLP logs: an `ExportLogsServiceRequest` in JSON a line.
  case otlp
  /// RFC 5424, one message a line.
  case syslog
  /// The records themselves with their places in the tree, one a line.
  case jsonl
  /// One session as an ATIF trajectory.
  case atif
}

/// How the log is to leave.
package struct ExportOptions: Sendable, Equatable {
  package var format: ExportFormat
  /// Paths become keyed hashes: the same path has the same hash on this site, and nobody without its key can tell the path.
  package var hashesPaths: Bool

  package init(_ format: ExportFormat, hashesPaths: Bool = false) {
    self.format = format
    self.hashesPaths = hashesPaths
  }
}

/// Entries of the log as text in another program's form, in order.
package protocol LogEncoder: Sendable {
  /// Memory is bounded by the entries given and a small number of earlier ones.
  mutating func encode(_ entries: [LoggedRecord]) async throws(Fault) -> [UInt8]
  /// What is left to say at the end.
  mutating func finish() -> [UInt8]
}

/// Makes encoders for the log of this controller.
package protocol LogExporter: Sendable {
  func encoder(_ options: ExportOptions) throws(Fault) -> any LogEncoder
}
