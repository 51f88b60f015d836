/// One file of the project that a session changed.
package struct SessionOutput: Sendable, Equatable {
  /// Relative to the project, as bytes.
  package var path: [UInt8]
  package var kind: Change.Kind
  /// The project's side, and what the session made of it; `nil` where there is no regular file.
  package var before: ReadLedger.Content?
  package var after: ReadLedger.Content?
  /// The person changed it meanwhile: what was before is theirs.
  package var isConflict: Bool

  package init(
    path: [UInt8], kind: Change.Kind, before: ReadLedger.Content?, after: ReadLedger.Content?, isConflict: Bool
  ) {
    self.path = path
    self.kind = kind
    self.before = before
    self.after = after
    self.isConflict = isConflict
  }
}

/// What a workspace knows of a session for its provenance.
package struct WorkspaceAccount: Sendable, Equatable {
  /// In path order; `nil` where changes are not kept apart.
  package var outputs: [SessionOutput]?
  /// Those of the asked paths whose content is sensitive.
  package var sensitive: Set<[UInt8]>

  package init(outputs: [SessionOutput]?, sensitive: Set<[UInt8]> = []) {
    self.outputs = outputs
    self.sensitive = sensitive
  }
}

/// What the log says of a session's provenance.
package struct ProvenanceMark: Sendable, Equatable {
  /// Of the statement among the payloads; `nil` where there was nothing to state.
  package var payload: (sha256: String, bytes: Int64)? { sha256.map { ($0, bytes) } }
  private var sha256: String?
  private var bytes: Int64 = 0
  /// Files; `nil` is not recorded, or not known.
  package var inputs: Int?
  package var outputs: Int?
  /// How often files were opened to be read; `nil` where reads are not recorded.
  package var reads: ReadLedger?

  package init(inputs: Int?, outputs: Int?, reads: ReadLedger?) {
    self.inputs = inputs
    self.outputs = outputs
    self.reads = reads
    self.reads?.inputs = []
  }

  package mutating func name(sha256: String, bytes: Int64) {
    self.sha256 = sha256
    self.bytes = bytes
  }

  /// There was something to state, and it could not be kept.
  package var isLost: Bool { sha256 == nil && (inputs != nil || (outputs ?? 0) > 0) }

  package var body: JSON {
    var members: [String: JSON] = [
      "inputs": inputs.map { .int(Int64($0)) } ?? .null, "outputs": outputs.map { .int(Int64($0)) } ?? .null,
    ]
    if let sha256 {
      members["sha256"] = .string(sha256)
      members["bytes"] = .int(bytes)
    }
    if let reads { members["reads"] = reads.counts }
    return .object(members)
  }

  package init?(body: JSON) {
    guard let inputs = body["inputs"], let outputs = body["outputs"] else { return nil }
    self.init(
      inputs: inputs.int.flatMap(Int.init(exactly:)), outputs: outputs.int.flatMap(Int.init(exactly:)),
      reads: body["reads"].flatMap(ReadLedger.init(counts:)))
    guard let sha256 = body["sha256"]?.string else { return }
    guard let bytes = body["bytes"]?.int, bytes >= 0 else { return nil }
    name(sha256: sha256, bytes: bytes)
  }
}

extension ReadLedger {
  package var counts: JSON {
    [
      "opens": .int(Int64(opens)), "recorded": .int(Int64(recorded)), "repeated": .int(Int64(repeated)),
      "missing": .int(Int64(missing)), "beyond": .int(Int64(beyond)),
    ]
  }

  init?(counts: JSON) {
    func count(_ key: String) -> Int? { counts[key]?.int.flatMap(Int.init(exactly:)) }
    guard let opens = count("opens"), let recorded = count("recorded"), let missing = count("missing"),
      let beyond = count("beyond")
    else { return nil }
    self.init()
    (self.opens, self.recorded, self.missing, self.beyond) = (opens, recorded, missing, beyond)
  }
}

/// Keeps statements by their hash, and gives back none that was changed.
package protocol ProvenanceKeeper: Sendable {
  /// - Parameter statement: may be large, so it is made where a thread may wait.
  func keep(_ statement: @escaping @Sendable () -> [UInt8]) async throws(Fault) -> (sha256: String, bytes: Int64)
  func statement(sha256: String, bytes: Int64) throws(Fault) -> [UInt8]
}
