import BaileyMerkle
import Crypto
import Testing

@testable import BaileyAudit

/// Signs as a key in hardware will: ECDSA on P-256, with the key in software.
private struct ECDSASigner: NoteSigner {
  let verifierKey: VerifierKey
  private let privateKey: P256.Signing.PrivateKey

  var key: KeyIdentity { verifierKey.identity }

  init(name: String) throws {
    privateKey = P256.Signing.PrivateKey()
    let der = Array(privateKey.publicKey.derRepresentation)
    verifierKey = try #require(
      VerifierKey(name: name, type: VerifierKey.Algorithm.ecdsa, key: der, SHA256Tree.self))
  }

  func sign(_ text: [UInt8]) throws -> [UInt8] { Array(try privateKey.signature(for: text).derRepresentation) }
}

@Suite("Signature types of notes")
struct NoteVerifierTests {
  @Test(
    "An ECDSA signature beside the Ed25519 one verifies, by the hash of its key alone, and no changed bit of it does")
  func ecdsa() throws {
    let (ecdsa, ed25519) = (try ECDSASigner(name: "o"), try #require(LogKey.generate()))
    var note = SignedNote(text: "o\n1\nr\n", signatures: [])
    try note.sign(ed25519)
    try note.sign(ecdsa)
    let read = try SignedNote(parsing: note.encoded)
    let key = try #require(VerifierKey(ecdsa.verifierKey.text, SHA256Tree.self))
    #expect(key == ecdsa.verifierKey)
    let digest = Array(SHA256.hash(data: key.key).prefix(4)).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    #expect(key.identity.id == digest)
    let verifier = try #require(LogVerifier(key))
    #expect(try read.verify(by: [verifier, #require(LogVerifier(ed25519.verifierKey))]).count == 2)
    let signature = read.signatures[1].bytes
    for bit in 0..<signature.count * 8 {
      var bad = signature
      bad[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!verifier.isValid(signature: bad, of: Array(note.text.utf8)))
    }
    for bad in [[], Array(signature.dropLast()), signature + [0], Array(repeating: 0, count: 64)] {
      #expect(!verifier.isValid(signature: bad, of: Array(note.text.utf8)))
    }
  }

  @Test("A key of the wrong type, length or spelling makes no verifier")
  func badKeys() throws {
    let point = P256.Signing.PrivateKey().publicKey
    let seed = Array(Curve25519.Signing.PrivateKey().publicKey.rawRepresentation)
    for (type, key) in [
      (UInt8(2), Array(point.x963Representation)), (2, Array(point.compressedRepresentation)), (2, seed),
      (2, Array(point.derRepresentation) + [0]), (2, Array(point.derRepresentation.dropLast())),
      (2, Array(P384.Signing.PrivateKey().publicKey.derRepresentation)), (1, Array(seed.dropLast())), (1, seed + [0]),
      (4, seed), (5, seed), (6, seed),
    ] {
      #expect(LogVerifier(try #require(VerifierKey(name: "o", type: type, key: key, SHA256Tree.self))) == nil)
    }
    for (type, key) in [(UInt8(1), seed), (4, Array(seed.dropLast())), (6, seed)] {
      #expect(CosignatureVerifier(try #require(VerifierKey(name: "o", type: type, key: key, SHA256Tree.self))) == nil)
    }
  }

  @Test("A cosignature holds for its time and text alone")
  func cosignature() throws {
    let witnesses = SoftWitnesses(["a"])
    let key = try #require(witnesses.verifierKey("a"))
    let verifier = try #require(CosignatureVerifier(key))
    let note = try SignedNote(parsing: Array("o\n1\nr\n\n".utf8) + witnesses.line("a", over: "o\n1\nr\n", time: 77))
    let bytes = note.signatures[0].bytes
    #expect(Cosignature(bytes)?.time == 77 && verifier.isValid(signature: bytes, of: Array("o\n1\nr\n".utf8)))
    #expect(!verifier.isValid(signature: bytes, of: Array("o\n2\nr\n".utf8)))
    for bit in 0..<bytes.count * 8 {
      var bad = bytes
      bad[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!verifier.isValid(signature: bad, of: Array("o\n1\nr\n".utf8)))
    }
  }
}
