/// Why a proof does not hold.
public enum ProofError: Error, Sendable, Equatable {
  /// The index is not below the size, the sizes are not in order, or the older tree is empty.
  case outOfRange
  /// The proof has more or fewer hashes than these sizes need.
  case wrongLength
  /// The hashes do not lead to the root.
  case wrongRoot
}

/// That a leaf is in a tree: the hashes beside its path, leaf first.
public struct InclusionProof: Sendable, Equatable {
  public var index: UInt64
  public var size: UInt64
  public var path: [TreeDigest]

  public init(index: UInt64, size: UInt64, path: [TreeDigest]) {
    self.index = index
    self.size = size
    self.path = path
  }

  /// RFC 6962, section 2.1.1; written as the recursion of the RFC, unlike `verify`, so that one checks the other.
  ///
  /// `nil` if the index is not below the size.
  public init?<Hash: TreeHash, Source: NodeSource>(
    index: UInt64, size: UInt64, nodes: Source, _: Hash.Type
  ) throws(Source.Failure) {
    guard index < size else { return nil }
    var path: [TreeDigest] = []
    var range = 0..<size
    while range.upperBound - range.lowerBound > 1 {
      let (left, right) = range.split
      let isLeft = index < right.lowerBound
      path.append(try nodes.hash(of: isLeft ? right : left, Hash.self))
      range = isLeft ? left : right
    }
    self.init(index: index, size: size, path: path.reversed())
  }

  /// RFC 9162, section 2.1.3.2.
  public func verify<Hash: TreeHash>(leaf: TreeDigest, root: TreeDigest, _: Hash.Type) throws(ProofError) {
    guard index < size else { throw .outOfRange }
    var position = index
    var last = size - 1
    var node = leaf
    for sibling in path {
      if last == 0 { throw .wrongLength }
      if position & 1 == 1 || position == last {
        node = Hash.node(sibling, node)
        while position & 1 == 0, position != 0 { (position, last) = (position >> 1, last >> 1) }
      } else {
        node = Hash.node(node, sibling)
      }
      (position, last) = (position >> 1, last >> 1)
    }
    if last != 0 { throw .wrongLength }
    if node != root { throw .wrongRoot }
  }
}

/// That one tree is the beginning of another.
public struct ConsistencyProof: Sendable, Equatable {
  public var oldSize: UInt64
  public var newSize: UInt64
  public var path: [TreeDigest]

  public init(oldSize: UInt64, newSize: UInt64, path: [TreeDigest]) {
    self.oldSize = oldSize
    self.newSize = newSize
    self.path = path
  }

  /// RFC 6962, section 2.1.2. `nil` if the sizes are not in order or the older tree is empty.
  public init?<Hash: TreeHash, Source: NodeSource>(
    oldSize: UInt64, newSize: UInt64, nodes: Source, _: Hash.Type
  ) throws(Source.Failure) {
    guard oldSize > 0, oldSize <= newSize else { return nil }
    self.init(oldSize: oldSize, newSize: newSize, path: [])
    if oldSize == newSize { return }
    var range = 0..<newSize
    while range.upperBound != oldSize {
      let (left, right) = range.split
      let isLeft = oldSize <= right.lowerBound
      path.append(try nodes.hash(of: isLeft ? right : left, Hash.self))
      range = isLeft ? left : right
    }
    // A verifier knows the old root; it needs the last subtree only where that is not the whole old tree.
    if range.lowerBound != 0 { path.append(try nodes.hash(of: range, Hash.self)) }
    path.reverse()
  }

  /// RFC 9162, section 2.1.4.2, and the case of equal sizes that it leaves out.
  ///
  /// Every tree continues the empty one, so a proof from it would prove nothing and is refused: a caller that means it says so.
  public func verify<Hash: TreeHash>(oldRoot: TreeDigest, newRoot: TreeDigest, _: Hash.Type) throws(ProofError) {
    guard oldSize > 0, oldSize <= newSize else { throw .outOfRange }
    if oldSize == newSize { return try verifyEqual(oldRoot, newRoot) }
    guard let first = oldSize.nonzeroBitCount == 1 ? oldRoot : path.first else { throw .wrongLength }
    let rest = oldSize.nonzeroBitCount == 1 ? path[...] : path.dropFirst()
    var (position, last) = (oldSize - 1, newSize - 1)
    while position & 1 == 1 { (position, last) = (position >> 1, last >> 1) }
    var (old, new) = (first, first)
    for sibling in rest {
      if last == 0 { throw .wrongLength }
      if position & 1 == 1 || position == last {
        old = Hash.node(sibling, old)
        new = Hash.node(sibling, new)
        while position & 1 == 0, position != 0 { (position, last) = (position >> 1, last >> 1) }
      } else {
        new = Hash.node(new, sibling)
      }
      (position, last) = (position >> 1, last >> 1)
    }
    if last != 0 { throw .wrongLength }
    if old != oldRoot || new != newRoot { throw .wrongRoot }
  }

  private func verifyEqual(_ oldRoot: TreeDigest, _ newRoot: TreeDigest) throws(ProofError) {
    if !path.isEmpty { throw .wrongLength }
    if oldRoot != newRoot { throw .wrongRoot }
  }
}

extension Range<UInt64> {
  /// RFC 6962, section 2.1: at the largest power of two below the length.
  fileprivate var split: (left: Range<UInt64>, right: Range<UInt64>) {
    let length = upperBound - lowerBound
    let middle = lowerBound + 1 << UInt64(63 - (length - 1).leadingZeroBitCount)
    return (lowerBound..<middle, middle..<upperBound)
  }
}
