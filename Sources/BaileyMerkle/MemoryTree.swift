/// A whole tree in memory: every perfect subtree's hash, for small logs and for tests.
public struct MemoryTree<Hash: TreeHash>: NodeSource, Sendable {
  /// A node that the tree does not have (yet).
  public struct Missing: Error, Equatable { public var node: Node }

  private var levels: [[TreeDigest]] = [[]]

  public init() {}

  public var size: UInt64 { UInt64(levels[0].count) }

  public mutating func append(_ leaf: TreeDigest) {
    var node = leaf
    var level = 0
    while true {
      if level == levels.count { levels.append([]) }
      levels[level].append(node)
      let row = levels[level]
      guard row.count.isMultiple(of: 2) else { return }
      node = Hash.node(row[row.count - 2], node)
      level += 1
    }
  }

  public func node(_ node: Node) throws(Missing) -> TreeDigest {
    guard levels.indices.contains(node.level), node.index < UInt64(levels[node.level].count) else {
      throw Missing(node: node)
    }
    return levels[node.level][Int(node.index)]
  }
}
