/// A file of the archive. There are no others.
package enum EvidenceFile: Sendable, Equatable {
  /// The signed head that the records are proved under, with its cosignatures (C2SP tlog-checkpoint).
  case checkpoint
  /// An older head that enough witnesses cosigned, and the proof that the other continues it.
  case anchored, consistency
  /// SHA-256 of its bytes; lower-case hex.
  case diff(String)
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
    case .diff(let sha256): "diffs/\(sha256).diff"
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
    } else if name.hasPrefix("diffs/"), name.hasSuffix(".diff") {
      self = .diff(String(name.dropFirst(6).dropLast(5)))
      guard case .diff(let hash) = self, isSHA256(hash) else { return nil }
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
    case .diff: 64 << 20
    case .statement: 16 << 20
    case .proofs, .records, .recording: TarHeader.maximumSize
    }
  }
}

/// Lower-case hex of 32 bytes.
package func isSHA256(_ text: String) -> Bool {
  text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
}
