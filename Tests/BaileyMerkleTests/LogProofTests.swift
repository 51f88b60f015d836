import BaileyMerkle
import Testing

@Suite("Log proofs")
struct LogProofTests {
  private func proof(index: UInt64 = 5) throws -> (LogProof, TreeDigest, Ed25519Verifier) {
    let (tree, leaves) = sampleTree(11)
    let (signer, verifier) = try Ed25519Signer.fresh(name: "example.com/log")
    let root: TreeDigest = try tree.root(size: 11, SHA256Hash.self)
    var note = SignedNote(text: Checkpoint(origin: "example.com/log", size: 11, root: root).text, signatures: [])
    try note.sign(signer)
    let inclusion = try #require(try InclusionProof(index: index, size: 11, nodes: tree, SHA256Hash.self))
    return (LogProof(index: index, path: inclusion.path, checkpoint: note.encoded), leaves[Int(index)], verifier)
  }

  @Test("A proof survives its text and verifies with nothing but the key")
  func roundTrip() throws {
    var (proof, leaf, verifier) = try proof()
    for extra in [nil, [], [1, 2, 3]] as [[UInt8]?] {
      proof.extra = extra
      let read = try LogProof(parsing: proof.encoded)
      #expect(read == proof)
      let head = try read.verify(leaf: leaf, origin: "example.com/log", verifiers: [verifier], SHA256Hash.self)
      #expect(head.size == 11)
    }
  }

  @Test("Another leaf, index, log or key is refused")
  func refusals() throws {
    let (proof, leaf, verifier) = try proof()
    let other = try self.proof(index: 6)
    #expect(throws: LogProofFailure.proof(.wrongRoot)) {
      try proof.verify(leaf: other.1, origin: "example.com/log", verifiers: [verifier], SHA256Hash.self)
    }
    #expect(throws: LogProofFailure.otherLog) {
      try proof.verify(leaf: leaf, origin: "example.com/other", verifiers: [verifier], SHA256Hash.self)
    }
    #expect(throws: LogProofFailure.note(.unverified)) {
      try proof.verify(leaf: leaf, origin: "example.com/log", verifiers: [other.2], SHA256Hash.self)
    }
    var moved = proof
    moved.index = 6
    #expect(throws: LogProofFailure.proof(.wrongRoot)) {
      try moved.verify(leaf: leaf, origin: "example.com/log", verifiers: [verifier], SHA256Hash.self)
    }
    moved.index = 11
    #expect(throws: LogProofFailure.proof(.outOfRange)) {
      try moved.verify(leaf: leaf, origin: "example.com/log", verifiers: [verifier], SHA256Hash.self)
    }
  }

  @Test("No mutation of a proof's text traps, and none that changes more than `extra` verifies")
  func mutations() throws {
    let (proof, leaf, verifier) = try proof()
    let good = proof.encoded
    var generator = Xorshift(state: 0x9E37_79B9_7F4A_7C15)
    for _ in 0..<5_000 {
      let bad = generator.mutate(good)
      guard bad != good, let read = try? LogProof(parsing: bad) else { continue }
      let holds =
        (try? read.verify(leaf: leaf, origin: "example.com/log", verifiers: [verifier], SHA256Hash.self)) != nil
      if holds { #expect(read.path == proof.path && read.index == proof.index) }
    }
  }
}

/// A small deterministic generator, so that a failing mutation can be made again.
struct Xorshift: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0...Int.random(in: 0..<3, using: &self) where !result.isEmpty {
      let at = Int.random(in: result.indices, using: &self)
      switch Int.random(in: 0..<5, using: &self) {
      case 0: result[at] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 1: result.remove(at: at)
      case 2: result.insert([0x0A, 0x20, 0x2B, 0x3D, 0xE2].randomElement(using: &self) ?? 0, at: at)
      case 3: result.removeSubrange(at..<min(result.count, at + 16))
      default: result.insert(contentsOf: result[at..<min(result.count, at + 24)], at: at)
      }
    }
    return result
  }
}
