import BaileyCore
import BaileyMerkle
import Testing

@Suite("Proofs")
struct ProofTests {
  @Test("Every inclusion vector of transparency-dev/merkle has the verdict that it names")
  func inclusionVectors() throws {
    let files = try Vectors.files(below: Vectors.folder() + "/log/merkle/inclusion", suffix: ".json")
    #expect(files.count >= 90)
    for file in files {
      let vector = try Vectors.json(file)
      let holds = try inclusionHolds(vector)
      #expect(holds == (vector["wantErr"]?.bool == false), "\(file)")
    }
  }

  @Test("Every consistency vector of transparency-dev/merkle has the verdict that it names")
  func consistencyVectors() throws {
    let files = try Vectors.files(below: Vectors.folder() + "/log/merkle/consistency", suffix: ".json")
    #expect(files.count >= 90)
    for file in files {
      let vector = try Vectors.json(file)
      let holds = try consistencyHolds(vector)
      #expect(holds == (vector["wantErr"]?.bool == false), "\(file)")
    }
  }

  @Test("The iterative verifier accepts each inclusion proof that the recursive generator makes, and no other")
  func inclusionRoundTrip() throws {
    let (tree, leaves) = sampleTree(70)
    for size in 1...UInt64(70) {
      let root: TreeDigest = try tree.root(size: size, SHA256Hash.self)
      for index in 0..<size {
        let proof = try #require(try InclusionProof(index: index, size: size, nodes: tree, SHA256Hash.self))
        try proof.verify(leaf: leaves[Int(index)], root: root, SHA256Hash.self)
        expectNoVariantHolds(of: proof, leaf: leaves[Int(index)], root: root)
      }
      #expect(try InclusionProof(index: size, size: size, nodes: tree, SHA256Hash.self) == nil)
    }
  }

  @Test("The iterative verifier accepts each consistency proof that the recursive generator makes, and no other")
  func consistencyRoundTrip() throws {
    let (tree, _) = sampleTree(40)
    for new in UInt64(1)...40 {
      let newRoot: TreeDigest = try tree.root(size: new, SHA256Hash.self)
      for old in 1..<new + 1 {
        let oldRoot: TreeDigest = try tree.root(size: old, SHA256Hash.self)
        let proof = try #require(try ConsistencyProof(oldSize: old, newSize: new, nodes: tree, SHA256Hash.self))
        try proof.verify(oldRoot: oldRoot, newRoot: newRoot, SHA256Hash.self)
        expectNoVariantHolds(of: proof, oldRoot: oldRoot, newRoot: newRoot)
      }
      #expect(try ConsistencyProof(oldSize: 0, newSize: new, nodes: tree, SHA256Hash.self) == nil)
      #expect(try ConsistencyProof(oldSize: new + 1, newSize: new, nodes: tree, SHA256Hash.self) == nil)
    }
  }

  @Test("The frontier's root is the root of the whole tree at every size, also when it is resumed")
  func frontierAgrees() throws {
    let (tree, leaves) = sampleTree(300)
    var frontier = Frontier<SHA256Hash>()
    #expect(frontier.root == SHA256Hash.empty)
    for (index, leaf) in leaves.enumerated() {
      frontier.append(leaf)
      let size = UInt64(index + 1)
      #expect(frontier.root == (try tree.root(size: size, SHA256Hash.self)))
      #expect(try Frontier<SHA256Hash>(size: size, nodes: tree).root == frontier.root)
    }
    #expect(Frontier<SHA256Hash>(size: 3, roots: [leaves[0]]) == nil)
  }
}

func sampleTree(_ count: Int) -> (MemoryTree<SHA256Hash>, [TreeDigest]) {
  let leaves = (0..<count).map { SHA256Hash.leaf(Array("entry \($0)".utf8)) }
  var tree = MemoryTree<SHA256Hash>()
  for leaf in leaves { tree.append(leaf) }
  return (tree, leaves)
}

private func expectNoVariantHolds(of proof: InclusionProof, leaf: TreeDigest, root: TreeDigest) {
  var variants: [InclusionProof] = []
  variants.append(InclusionProof(index: proof.index + 1, size: proof.size, path: proof.path))
  variants.append(InclusionProof(index: proof.index, size: proof.size, path: proof.path + [leaf]))
  if !proof.path.isEmpty {
    variants.append(InclusionProof(index: proof.index, size: proof.size, path: proof.path.dropLast()))
    variants.append(InclusionProof(index: proof.index, size: proof.size, path: proof.path.dropLast() + [root]))
  }
  for variant in variants {
    #expect(throws: ProofError.self) { try variant.verify(leaf: leaf, root: root, SHA256Hash.self) }
  }
  #expect(throws: ProofError.wrongRoot) { try proof.verify(leaf: leaf, root: SHA256Hash.empty, SHA256Hash.self) }
}

private func expectNoVariantHolds(of proof: ConsistencyProof, oldRoot: TreeDigest, newRoot: TreeDigest) {
  let longer = ConsistencyProof(oldSize: proof.oldSize, newSize: proof.newSize, path: proof.path + [newRoot])
  #expect(throws: ProofError.wrongLength) { try longer.verify(oldRoot: oldRoot, newRoot: newRoot, SHA256Hash.self) }
  guard oldRoot != newRoot else { return }
  #expect(throws: ProofError.wrongRoot) { try proof.verify(oldRoot: newRoot, newRoot: oldRoot, SHA256Hash.self) }
  let shorter = ConsistencyProof(oldSize: proof.oldSize, newSize: proof.newSize, path: proof.path.dropLast())
  #expect(throws: ProofError.self) { try shorter.verify(oldRoot: oldRoot, newRoot: newRoot, SHA256Hash.self) }
}

private func inclusionHolds(_ vector: JSON) throws -> Bool {
  let index = UInt64(bitPattern: try #require(vector["leafIdx"]?.int))
  let size = UInt64(bitPattern: try #require(vector["treeSize"]?.int))
  guard let root = digest(vector["root"]), let leaf = digest(vector["leafHash"]), let path = digests(vector["proof"])
  else {
    return false
  }
  return (try? InclusionProof(index: index, size: size, path: path).verify(leaf: leaf, root: root, SHA256Hash.self))
    != nil
}

private func consistencyHolds(_ vector: JSON) throws -> Bool {
  let old = UInt64(bitPattern: try #require(vector["size1"]?.int))
  let new = UInt64(bitPattern: try #require(vector["size2"]?.int))
  guard let oldRoot = digest(vector["root1"]), let newRoot = digest(vector["root2"]),
    let path = digests(vector["proof"])
  else { return false }
  let proof = ConsistencyProof(oldSize: old, newSize: new, path: path)
  return (try? proof.verify(oldRoot: oldRoot, newRoot: newRoot, SHA256Hash.self)) != nil
}

/// Where a vector has a stand-in that is no hash ("WrongRoot"), its own hash stands in for it: as equal and as different as it
/// was, so that the verifier and not the reader must refuse it. An empty one is no hash at all: `TreeDigest` cannot hold it.
private func digest(_ value: JSON?) -> TreeDigest? {
  guard let bytes = Base64.decode((value?.string ?? "").utf8), !bytes.isEmpty else {
    return nil
  }
  return TreeDigest(bytes) ?? SHA256Hash.leaf(bytes)
}

/// An absent proof is an empty one.
private func digests(_ value: JSON?) -> [TreeDigest]? {
  let elements = value?.array ?? []
  let digests = elements.compactMap { digest($0) }
  return digests.count == elements.count ? digests : nil
}
