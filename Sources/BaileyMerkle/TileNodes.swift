/// Where tiles come from: a folder, an HTTP server, memory.
public protocol TileSource {
  associatedtype Failure: Error
  /// Exactly `tile.width` hashes. A source that holds only the full tile gives its beginning.
  func hashes(_ tile: Tile) throws(Failure) -> [TreeDigest]
}

/// The nodes of a tree of a given size, computed from its tiles.
public struct TileNodes<Source: TileSource, Hash: TreeHash>: NodeSource {
  public let size: UInt64
  private let tiles: Source

  public init(size: UInt64, tiles: Source) {
    self.size = size
    self.tiles = tiles
  }

  /// Traps never, but asks the source for a tile it cannot have if the node lies beyond `size`.
  public func node(_ node: Node) throws(Source.Failure) -> TreeDigest {
    let (tileLevel, height) = node.level.quotientAndRemainder(dividingBy: 8)
    let index = node.index >> UInt64(8 - height)
    let kind = Tile.Kind.hashes(level: tileLevel)
    let hashes = try tiles.hashes(Tile(kind, index: index, treeSize: size) ?? Tile(kind, index: index))
    let position = Int(node.index & (1 << UInt64(8 - height) - 1))
    let width = 1 << height
    guard hashes.count >= (position + 1) * width else { return Hash.empty }
    return hashes[position * width..<(position + 1) * width].subtreeHash(Hash.self)
  }
}
