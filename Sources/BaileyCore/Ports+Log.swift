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

/// How far witnesses vouch for the log.
package struct LogAnchor: Sendable, Equatable {
  /// Records below a head that enough of them cosigned.
  package var size: UInt64
  package var cosigners: [String]
  /// When the first record beyond was made, nanoseconds since 1970-01-01 UTC; `nil` if there is none.
  package var unanchoredSince: Int64?

  package init(size: UInt64, cosigners: [String], unanchoredSince: Int64?) {
    self.size = size
    self.cosigners = cosigners
    self.unanchoredSince = unanchoredSince
  }
}

extension LogAnchor {
  /// `anchored up to N by …, unanchored since T`.
  package var sentence: String {
    let names = cosigners.isEmpty ? "" : " by " + cosigners.joined(separator: ", ")
    let since = unanchoredSince.map { ", unanchored since \(timeText($0))" } ?? ""
    return size == 0 ? "not anchored yet\(since)" : "anchored up to \(size)\(names)\(since)"
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
  /// `nil` where no witness is asked.
  package var anchor: LogAnchor?

  package init(
    size: UInt64, root: String, checkpoint: String, problems: [String], firstBad: UInt64?, anchor: LogAnchor? = nil
  ) {
    self.size = size
    self.root = root
    self.checkpoint = checkpoint
    self.problems = problems
    self.firstBad = firstBad
    self.anchor = anchor
  }
}

/// A file of the log that monitors read.
package struct PublishedFile: Sendable, Equatable {
  package var bytes: [UInt8]
  /// Under this path there will never be other bytes.
  package var isFinal: Bool
  package var isText: Bool

  package init(bytes: [UInt8], isFinal: Bool, isText: Bool) {
    self.bytes = bytes
    self.isFinal = isFinal
    self.isText = isText
  }
}

/// Where monitors find it.
package enum LogListener: Sendable, Equatable {
  /// A Unix socket of the person's runtime directory.
  case socket
  /// Of loopback: the log tells what sessions do, and HTTP is in clear.
  case loopback(IPAddress, port: UInt16)
}

/// What the log's own key is.
package enum LogKeyType: String, Sendable, CaseIterable { case ed25519, p256 }

/// How witnesses are asked.
package struct WitnessSettings: Sendable {
  /// Seconds between two rounds.
  package var interval: Int
  /// Whether the log is not to be written where they cannot be asked.
  package var isRequired: Bool
  /// PEM, trusted in place of the system's; read in each round, so that they can be replaced.
  package var authorities: @Sendable () throws(Fault) -> [UInt8]?

  package init(
    interval: Int = 60, isRequired: Bool = false,
    authorities: @escaping @Sendable () throws(Fault) -> [UInt8]? = { () throws(Fault) in nil }
  ) {
    self.interval = interval
    self.isRequired = isRequired
    self.authorities = authorities
  }
}

/// The log as it is published: what a signed head covers.
package protocol PublishedLog: Sendable {
  /// `nil` for whatever is no file of it, by a path in its one spelling.
  func published(_ path: String) throws(Fault) -> PublishedFile?
}

/// Whether the log keeps up with what is to be recorded.
package protocol LogPace: Sendable {
  /// Nanoseconds for which the group of records that is being written has waited for the disk.
  var waiting: Int64 { get }
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
  /// Why it takes no records at present.
  var fault: Fault? { get }
}

extension LogSource {
  package func signedSize() async throws(Fault) -> UInt64 { try await size() }
  package var fault: Fault? { nil }
}

/// Finds entries without reading the whole log. It may name entries that do not match, so each is read from the log and looked at; and it
/// proves nothing: only the log itself does.
package protocol LogSearcher: Sendable {
  /// Whether entries can be found at present, up to where, and what is to be said about it.
  func reach() async -> LogReach
  /// The first or last so many entries of a range that may match; `nil` when the index cannot tell.
  func candidates(_ filter: RecordFilter, in range: Range<UInt64>, newest: Bool, limit: Int) async -> [UInt64]?
  /// All agents or reasons of indexed entries; `nil` when there are too many to list, or when it cannot tell.
  func known(_ facet: LogFacet) async -> [String]?
  /// Begins anew from the log and returns when it is complete.
  ///
  /// - Returns: how many entries it covers.
  func rebuild() async throws(Fault) -> UInt64
}

/// What an index can list.
package enum LogFacet: Sendable { case agents, reasons }

/// How much of a log is indexed.
package struct LogReach: Sendable, Equatable {
  /// Entries below this one can be found by the index.
  package var end: UInt64
  /// Why there is less than there could be, said once.
  package var remark: String?

  package init(end: UInt64, remark: String? = nil) {
    self.end = end
    self.remark = remark
  }
}
