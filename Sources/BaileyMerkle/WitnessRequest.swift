/// What a log asks of a witness (C2SP tlog-witness, add-checkpoint).
public struct WitnessRequest: Sendable, Equatable {
  /// The size that the witness saw last; 0 for none.
  public var oldSize: UInt64
  /// From there to the checkpoint; empty from 0, and for the same size.
  public var proof: [TreeDigest]
  /// The signed note, byte for byte.
  public var checkpoint: [UInt8]

  public init(oldSize: UInt64, proof: [TreeDigest], checkpoint: [UInt8]) {
    self.oldSize = oldSize
    self.proof = proof
    self.checkpoint = checkpoint
  }

  public var encoded: [UInt8] {
    Array((["old \(oldSize)"] + proof.map(\.base64)).map { $0 + "\n" }.joined().utf8) + [UInt8(ascii: "\n")]
      + checkpoint
  }

  /// The body of a 409: the size that the witness has.
  public static func size(conflict body: [UInt8]) -> UInt64? {
    guard body.count <= 20, body.last == UInt8(ascii: "\n") else { return nil }
    return UInt64(decimal: String(decoding: body.dropLast(), as: UTF8.self))
  }

  /// The signature lines of a 200, read as those of the note; `nil` where they are none.
  public static func signatures(accepted body: [UInt8], of note: SignedNote) -> [SignedNote.Signature]? {
    guard body.count <= 16_384, body.starts(with: "— ".utf8) else { return nil }
    let bare = SignedNote(text: note.text, signatures: [])
    guard let signed = try? SignedNote(parsing: bare.encoded + body), signed.text.utf8.elementsEqual(note.text.utf8)
    else { return nil }
    return signed.signatures
  }
}
