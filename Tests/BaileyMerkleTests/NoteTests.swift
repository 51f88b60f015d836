import BaileyMerkle
import Testing

@Suite("Signed notes and checkpoints")
struct NoteTests {
  private static let specificationKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"

  @Test("The specification's example key is read and written back")
  func exampleKey() throws {
    let key = try #require(VerifierKey(Self.specificationKey, SHA256Hash.self))
    #expect(key.identity.name == "example.com/foo")
    #expect(key.identity.id == 0x530d_903a)
    #expect(key.type == VerifierKey.Algorithm.ed25519)
    #expect(key.text == Self.specificationKey)
  }

  @Test(
    "A key text that is not in its one form is refused",
    arguments: [
      "", "+", "++", "example.com/foo", "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
      "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
      "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
      "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2", "example.com/foo+530d903a+",
      "example .com+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ])
  func badKeys(text: String) {
    #expect(VerifierKey(text, SHA256Hash.self) == nil)
  }

  @Test("All checkpoints of Tessera's log verify with its key and hold the roots of its entries")
  func tesseraCheckpoints() throws {
    let key = try #require(
      VerifierKey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx", SHA256Hash.self))
    let verifier = try Ed25519Verifier(key)
    let tessera = try Tessera()
    for size in 0...15 {
      let note = try SignedNote(parsing: tessera.read("checkpoint.\(size)"))
      try note.verify(by: [verifier])
      let checkpoint = try Checkpoint(parsing: note.text)
      #expect(checkpoint.size == UInt64(size))
      #expect(checkpoint.root == tessera.root(of: size))
      #expect(note.encoded == (try tessera.read("checkpoint.\(size)")))
      #expect(checkpoint.text == note.text)
    }
  }

  @Test("No single changed bit of a checkpoint is believed")
  func flippedBits() throws {
    let key = try #require(
      VerifierKey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx", SHA256Hash.self))
    let verifier = try Ed25519Verifier(key)
    let good = try Tessera().read("checkpoint.12")
    for offset in good.indices {
      for bit in 0..<8 {
        var bad = good
        bad[offset] ^= 1 << UInt8(bit)
        #expect(throws: NoteError.self) { try SignedNote(parsing: bad).verify(by: [verifier]) }
      }
    }
  }

  @Test(
    "A note that is not in its one form is refused",
    arguments: [
      "", "\n", "text\n", "text\n\n", "text\n\n— name AAAAAAA=", "text\n— name AAAAAAA=\n", "text\n\n- name AAAAAAA=\n",
      "text\n\n—  name AAAAAAA=\n", "text\n\n— name  AAAAAAA=\n", "text\n\n— na+me AAAAAAA=\n", "text\n\n— name AAAA\n",
      "text\n\n— name AAAAAAA\n", "text\n\n— name AAAAAAB=\n", "te\u{1}xt\n\n— name AAAAAAA=\n",
      "text\r\n\n— name AAAAAAA=\n", "text\n\n— na\u{a0}me AAAAAAA=\n", "text\n\n— name AAAAAAA= \n",
      "text\n\n— name AAAAAAA=\n\n", "text\n\n—\u{301} name AAAAAAA=\n",
    ])
  func malformedNotes(text: String) {
    #expect(throws: NoteError.self) { try SignedNote(parsing: text.utf8) }
  }

  @Test("Text and signatures part at the last empty line")
  func lastEmptyLine() throws {
    let note = try SignedNote(parsing: "one\n\ntwo\n\n— name AAAAAAA=\n".utf8)
    #expect(note.text == "one\n\ntwo\n")
    #expect(note.signatures.map(\.key.name) == ["name"])
  }

  @Test("Limits hold: size, number of signatures, UTF-8")
  func noteLimits() {
    let line = "— name AAAAAAA=\n"
    #expect(throws: Never.self) {
      try SignedNote(parsing: ("t\n\n" + String(repeating: line, count: SignedNote.maximumSignatures)).utf8)
    }
    #expect(throws: NoteError.tooManySignatures) {
      try SignedNote(parsing: ("t\n\n" + String(repeating: line, count: SignedNote.maximumSignatures + 1)).utf8)
    }
    #expect(throws: NoteError.tooLarge) {
      try SignedNote(parsing: [UInt8](repeating: 0x61, count: SignedNote.maximumBytes + 1))
    }
    #expect(throws: NoteError.notUTF8) { try SignedNote(parsing: Array("t\n\n".utf8) + [0xFF, 0x0A]) }
  }

  @Test("A known key with a bad signature rejects the note, whoever else signed it; unknown keys are passed over")
  func badSignatureOfKnownKey() throws {
    let (signer, verifier) = try Ed25519Signer.fresh(name: "one")
    let (other, otherVerifier) = try Ed25519Signer.fresh(name: "two")
    var note = SignedNote(text: "text\n", signatures: [])
    #expect(throws: NoteError.unverified) { try note.verify(by: [verifier]) }
    try note.sign(signer)
    try note.sign(other)
    #expect(try note.verify(by: [verifier]) == [signer.key])
    #expect(try SignedNote(parsing: note.encoded).verify(by: [verifier, otherVerifier]) == [signer.key, other.key])
    note.signatures[1].bytes[0] ^= 1
    #expect(try note.verify(by: [verifier]) == [signer.key])
    #expect(throws: NoteError.badSignature(name: "two")) { try note.verify(by: [verifier, otherVerifier]) }
  }

  @Test(
    "A text that is not a checkpoint in its one form is refused",
    arguments: [
      "", "o\n", "o\n1\n", "\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
      "o\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "o\n+1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
      "o\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "o\n\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
      "o\n18446744073709551616\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
      "o\n9223372036854775808\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
      "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n", "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
      "o\n1\nAAAA\n", "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
      "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n", "o\n١\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    ])
  func malformedCheckpoints(text: String) {
    #expect(throws: CheckpointError.self) { try Checkpoint(parsing: text) }
  }

  @Test("Extension lines are kept")
  func extensionLines() throws {
    let text = "o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nextra line\n"
    let checkpoint = try Checkpoint(parsing: text)
    #expect(checkpoint.extensions == ["extra line"])
    #expect(checkpoint.text == text)
  }

  @Test("Base 64 has one text for each value")
  func base64() {
    for length in 0..<70 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
      #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
    }
    #expect(Base64.encode("foobar".utf8) == "Zm9vYmFy")
    for bad in ["A", "AA", "AAA", "AB==", "AAB=", "A===", "====", "AA=A", "AAA\n", "AA==AAAA", "AAA-", "ÄAA"] {
      #expect(Base64.decode(bad.utf8) == nil, "\(bad)")
    }
  }
}
