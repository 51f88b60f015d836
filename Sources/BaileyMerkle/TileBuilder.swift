/// Turns a stream of leaf hashes into tiles, with memory for one partial tile a level.
public struct TileBuilder<Hash: TreeHash>: Sendable {
  public private(set) var frontier: Frontier<Hash>
  /// The hashes of the rightmost, partial tile of each level; may be empty.
  private var rows: [[TreeDigest]]

  public init() {
    frontier = Frontier()
    rows = []
  }

  /// Resumes at `size` from the partial tiles of the stored tree.
  public init<Source: TileSource>(size: UInt64, tiles: Source) throws(Source.Failure) {
    frontier = Frontier()
    rows = []
    for level in 0..<8 {
      let (full, partialWidth) = Tile.count(.hashes(level: level), size: size)
      if full == 0, partialWidth == 0 { break }
      rows.append(
        partialWidth == 0 ? [] : try tiles.hashes(Tile(.hashes(level: level), index: full, width: partialWidth)))
    }
    frontier = try Frontier(size: size, nodes: TileNodes<Source, Hash>(size: size, tiles: tiles))
  }

  public var size: UInt64 { frontier.size }

  /// Adds a leaf and returns the tiles that it completed, lowest level first.
  public mutating func append(_ leaf: TreeDigest) -> [(tile: Tile, hashes: [TreeDigest])] {
    var full: [(tile: Tile, hashes: [TreeDigest])] = []
    frontier.append(leaf)
    var hash = leaf
    var level = 0
    while true {
      if level == rows.count { rows.append([]) }
      rows[level].append(hash)
      guard rows[level].count == Tile.fullWidth else { return full }
      let index = size >> UInt64(8 * (level + 1)) - 1
      full.append((Tile(.hashes(level: level), index: index), rows[level]))
      hash = rows[level][...].subtreeHash(Hash.self)
      rows[level] = []
      level += 1
    }
  }

  /// The partial tiles as the tree stands, lowest level first.
  public var partialTiles: [(tile: Tile, hashes: [TreeDigest])] {
    rows.enumerated().compactMap { level, row in
      row.isEmpty
        ? nil
        : Tile(.hashes(level: level), index: size >> UInt64(8 * (level + 1)), width: row.count)
          .with(row)
    }
  }
}

extension Tile {
  fileprivate func with(_ hashes: [TreeDigest]) -> (tile: Tile, hashes: [TreeDigest]) { (self, hashes) }
}

extension ArraySlice<TreeDigest> {
  /// The hash of a perfect subtree over these hashes; their number is a power of two.
  func subtreeHash<Hash: TreeHash>(_: Hash.Type) -> TreeDigest {
    var row = Array(self)
    while row.count > 1 {
      for pair in 0..<row.count / 2 { row[pair] = Hash.node(row[2 * pair], row[2 * pair + 1]) }
      row.removeLast(row.count / 2)
    }
    return row[0]
  }
}
