/// An entry of the log with its place in the tree.
package struct LoggedRecord: Sendable, Equatable {
  package var index: UInt64
  /// The record as it was hashed.
  package var record: JSON

  package init(index: UInt64, record: JSON) {
    self.index = index
    self.record = record
  }
}

/// Evidence that an entry is in the tree of a signed head.
package struct LogEvidence: Sendable, Equatable {
  /// Lower-case hex, from the leaf's sibling to the root.
  package var proof: [String]
  /// C2SP checkpoint.
  package var checkpoint: String

  package init(proof: [String], checkpoint: String) {
    self.proof = proof
    self.checkpoint = checkpoint
  }
}

/// What a verification of the whole log found.
package struct LogFindings: Sendable, Equatable {
  package var size: UInt64
  /// Lower-case hex.
  package var root: String
  package var checkpoint: String
  /// Sentences; empty when the log is whole.
  package var problems: [String]
  package var firstBad: UInt64?

  package init(size: UInt64, root: String, checkpoint: String, problems: [String], firstBad: UInt64?) {
    self.size = size
    self.root = root
    self.checkpoint = checkpoint
    self.problems = problems
    self.firstBad = firstBad
  }
}

/// Reads the log.
package protocol LogSource: Sendable {
  /// Entries from an index on, in order, at most `limit`.
  func entries(from index: UInt64, limit: Int) async throws(Fault) -> [LoggedRecord]
  /// Number of entries that are written.
  func size() async throws(Fault) -> UInt64
  /// Number of entries that a signed head covers: what can be taken back no more without showing.
  func signedSize() async throws(Fault) -> UInt64
  func evidence(for index: UInt64) async throws(Fault) -> LogEvidence
  func verify() async throws(Fault) -> LogFindings
}

extension LogSource {
  package func signedSize() async throws(Fault) -> UInt64 { try await size() }
}
