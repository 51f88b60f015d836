/// The place of a perfect subtree: `index` counts the subtrees of 2^`level` leaves from the left.
public struct Node: Sendable, Hashable {
  public var level: Int
  public var index: UInt64

  public init(level: Int, index: UInt64) {
    self.level = level
    self.index = index
  }

  /// The leaves below it. Must lie within 64 bits, as all nodes from `covering` do.
  public var leaves: Range<UInt64> { index << UInt64(level)..<(index + 1) << UInt64(level) }

  /// The fewest perfect subtrees that cover a range, from the left.
  public static func covering(_ range: Range<UInt64>) -> [Node] {
    var nodes: [Node] = []
    var start = range.lowerBound
    while start < range.upperBound {
      let fitting = 63 - (range.upperBound - start).leadingZeroBitCount
      let level = min(start.trailingZeroBitCount, fitting)
      nodes.append(Node(level: level, index: start >> UInt64(level)))
      start += 1 << UInt64(level)
    }
    return nodes
  }
}

/// Where the hashes of perfect subtrees come from: memory, tiles on disk, tiles over a network.
public protocol NodeSource {
  associatedtype Failure: Error
  func node(_ node: Node) throws(Failure) -> TreeDigest
}

extension NodeSource {
  /// The hash over a range of leaves that starts at a multiple of a power of two not smaller than its length (or at 0).
  func hash<Hash: TreeHash>(of range: Range<UInt64>, _: Hash.Type) throws(Failure) -> TreeDigest {
    var right: TreeDigest?
    for node in Node.covering(range).reversed() {
      let left = try self.node(node)
      right = right.map { Hash.node(left, $0) } ?? left
    }
    return right ?? Hash.empty
  }

  /// The root of the tree of the first `size` leaves.
  public func root<Hash: TreeHash>(size: UInt64, _: Hash.Type) throws(Failure) -> TreeDigest {
    try hash(of: 0..<size, Hash.self)
  }
}
