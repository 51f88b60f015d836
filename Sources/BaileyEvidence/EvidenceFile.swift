import BaileyCore

/// A file of the archive. There are no others.
package enum EvidenceFile: Sendable, Equatable {
  /// The signed head that the records are proved under, with its cosignatures (C2SP tlog-checkpoint).
  case checkpoint
  /// An older head that enough witnesses cosigned, and the proof that the other continues it.
  case anchored, consistency
  /// Content that a record names by its SHA-256, in lower-case hex.
  case payload(PayloadKind, String)
  /// For comparison only: whoever verifies brings the key.
  case key
  case proofs
  case records
  case recording(program: Int)
  /// The signed statement; the only one that it does not name.
  case statement

  package var name: String {
    switch self {
    case .checkpoint: "checkpoint"
    case .anchored: "checkpoint.anchored"
    case .consistency: "consistency"
    case .payload(let kind, let sha256): "\(kind.folder)/\(sha256)\(kind.ending)"
    case .key: "key.untrusted"
    case .proofs: "proofs"
    case .recording(let program): "recordings/\(program).cast"
    case .records: "records.jsonl"
    case .statement: "statement.dsse.json"
    }
  }

  /// `nil` unless this is how `name` would have spelt it.
  package init?(name: String) {
    let fixed: [EvidenceFile] = [.checkpoint, .anchored, .consistency, .key, .proofs, .records, .statement]
    if let file = fixed.first(where: { $0.name == name }) {
      self = file
    } else if let kind = PayloadKind.allCases.first(where: { name.hasPrefix($0.folder + "/") }) {
      let hash = String(name.dropFirst(kind.folder.count + 1).dropLast(kind.ending.count))
      guard isDigest(hash) else { return nil }
      self = .payload(kind, hash)
    } else if name.hasPrefix("recordings/"), name.hasSuffix(".cast"),
      let program = Int(name.dropFirst(11).dropLast(5)), program >= 0
    {
      self = .recording(program: program)
    } else {
      return nil
    }
    guard self.name.utf8.elementsEqual(name.utf8) else { return nil }
  }

  /// Bytes that it can have at most.
  package var limit: Int64 {
    switch self {
    case .checkpoint, .anchored, .consistency, .key: 1 << 16
    case .payload: 64 << 20
    case .statement: 16 << 20
    case .proofs, .records, .recording: TarHeader.maximumSize
    }
  }
}

extension EvidenceFile {
  /// What a record can name beside recordings.
  package enum PayloadKind: String, Sendable, CaseIterable {
    /// What was applied, or what the session left at its end.
    case diff
    /// What the session read and changed, by hash.
    case provenance

    var folder: String { self == .diff ? "diffs" : "provenance" }
    var ending: String { self == .diff ? ".diff" : ".json" }
  }
}
