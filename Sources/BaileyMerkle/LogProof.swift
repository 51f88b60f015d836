/// Why a text is not a log proof.
public enum LogProofError: Error, Sendable, Equatable { case tooLarge, malformed, badIndex, badHash, tooManyHashes }

/// The evidence file for one entry: its place, the hashes beside its path, and the signed checkpoint (C2SP tlog-proof).
public struct LogProof: Sendable, Equatable {
  public static let maximumBytes = SignedNote.maximumBytes + 16_384
  private static let header = "c2sp.org/tlog-proof@v1"

  public var index: UInt64
  /// Leaf first.
  public var path: [TreeDigest]
  /// The signed note, byte for byte.
  public var checkpoint: [UInt8]
  /// Not authenticated by anything.
  public var extra: [UInt8]?

  public init(index: UInt64, path: [TreeDigest], checkpoint: [UInt8], extra: [UInt8]? = nil) {
    self.index = index
    self.path = path
    self.checkpoint = checkpoint
    self.extra = extra
  }

  public var encoded: [UInt8] {
    var lines = [Self.header]
    if let extra { lines.append("extra \(Base64.encode(extra))") }
    lines.append("index \(index)")
    lines += path.map(\.base64)
    return Array(lines.map { $0 + "\n" }.joined().utf8) + [UInt8(ascii: "\n")] + checkpoint
  }

  public init(parsing input: some Collection<UInt8>) throws(LogProofError) {
    if input.count > Self.maximumBytes { throw .tooLarge }
    let bytes = Array(input)
    let newline = UInt8(ascii: "\n")
    guard let end = bytes.indices.dropFirst().first(where: { bytes[$0] == newline && bytes[$0 - 1] == newline }) else {
      throw .malformed
    }
    var lines = bytes[..<end].dropLast().split(separator: newline, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }[...]
    guard lines.popFirst() == Self.header else { throw .malformed }
    var extra: [UInt8]?
    if let line = lines.first, line.hasPrefix("extra ") {
      guard let bytes = Base64.decode(line.utf8.dropFirst(6)) else { throw .malformed }
      extra = bytes
      lines.removeFirst()
    }
    guard let line = lines.popFirst(), line.hasPrefix("index "), let index = UInt64(decimal: String(line.dropFirst(6)))
    else { throw .badIndex }
    if lines.count > 63 { throw .tooManyHashes }
    let path = lines.compactMap { TreeDigest(base64: $0) }
    if path.count != lines.count { throw .badHash }
    self.init(index: index, path: path, checkpoint: Array(bytes[(end + 1)...]), extra: extra)
  }

  /// The checkpoint, if its signature by one of `verifiers` and the path to its root hold for `leaf`.
  public func verify<Hash: TreeHash>(leaf: TreeDigest, origin: String, verifiers: [any NoteVerifier], _ hash: Hash.Type)
    throws(LogProofFailure) -> Checkpoint
  {
    do {
      let note = try SignedNote(parsing: checkpoint)
      try note.verify(by: verifiers)
      let head = try Checkpoint(parsing: note.text)
      guard head.origin.utf8.elementsEqual(origin.utf8) else { throw LogProofFailure.otherLog }
      try InclusionProof(index: index, size: head.size, path: path).verify(leaf: leaf, root: head.root, hash)
      return head
    } catch let error as NoteError {
      throw .note(error)
    } catch let error as CheckpointError {
      throw .checkpoint(error)
    } catch let error as ProofError {
      throw .proof(error)
    } catch {
      throw .otherLog
    }
  }
}

/// Why a log proof does not prove what it should.
public enum LogProofFailure: Error, Sendable, Equatable {
  case note(NoteError)
  case checkpoint(CheckpointError)
  case proof(ProofError)
  /// The checkpoint is of a log with another name.
  case otherLog
}
