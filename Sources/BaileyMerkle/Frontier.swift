/// The right edge of a growing tree: enough to append leaves and to give the root, in memory that grows with log2 of the size.
///
/// RFC 6962, section 2.1. Holds the roots of the perfect subtrees, largest first; their sizes are the bits of `size`.
public struct Frontier<Hash: TreeHash>: Sendable {
  public private(set) var size: UInt64
  private var roots: [TreeDigest]

  public init() {
    size = 0
    roots = []
  }

  /// Resumes at `size` from the roots of its perfect subtrees, largest first; `nil` unless their number fits.
  public init?(size: UInt64, roots: [TreeDigest]) {
    guard roots.count == size.nonzeroBitCount else { return nil }
    self.size = size
    self.roots = roots
  }

  /// Resumes from stored nodes, in one read for each perfect subtree.
  public init<Source: NodeSource>(size: UInt64, nodes: Source) throws(Source.Failure) {
    var roots: [TreeDigest] = []
    for node in Node.covering(0..<size) { roots.append(try nodes.node(node)) }
    self.size = size
    self.roots = roots
  }

  public mutating func append(_ leaf: TreeDigest) {
    var node = leaf
    var bits = size
    while bits & 1 == 1, let left = roots.popLast() {
      node = Hash.node(left, node)
      bits >>= 1
    }
    roots.append(node)
    size += 1
  }

  public var root: TreeDigest {
    guard var node = roots.last else { return Hash.empty }
    for left in roots.dropLast().reversed() { node = Hash.node(left, node) }
    return node
  }
}
