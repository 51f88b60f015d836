internal import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

/// Reads tiles of a log's directory.
struct TileFolder: TileSource, Sendable {
  let directory: String

  /// The bytes of a hash tile or entry bundle; where a partial one has gone, the full one that replaced it is there.
  func bytes(_ tile: Tile) throws(Fault) -> (bytes: [UInt8], isWhole: Bool) {
    let path = directory + "/" + tile.path
    if let bytes = try reading(path, { () throws(Errno) in try Files.readIfPresent(path) }) {
      return (bytes, !tile.isPartial)
    }
    let whole = directory + "/" + Tile(tile.kind, index: tile.index).path
    guard tile.isPartial, let bytes = try reading(whole, { () throws(Errno) in try Files.readIfPresent(whole) }) else {
      throw .damaged(path, "a piece of the log is missing")
    }
    return (bytes, true)
  }

  func hashes(_ tile: Tile) throws(Fault) -> [TreeDigest] {
    let (bytes, isWhole) = try self.bytes(tile)
    guard let hashes = HashTile.decode(bytes, width: isWhole ? Tile.fullWidth : tile.width) else {
      throw .damaged(directory + "/" + tile.path, "a hash tile has the wrong length")
    }
    return Array(hashes.prefix(tile.width))
  }

  /// The entries of a bundle, as places in its bytes.
  func entries(_ tile: Tile) throws(Fault) -> (bytes: [UInt8], ranges: ArraySlice<Range<Int>>) {
    let (bytes, isWhole) = try self.bytes(tile)
    guard let ranges = EntryBundle.ranges(in: bytes.span, width: isWhole ? Tile.fullWidth : tile.width) else {
      throw .damaged(directory + "/" + tile.path, "an entry bundle does not have the right lengths")
    }
    return (bytes, ranges.prefix(tile.width))
  }

  /// The root of the first `size` entries as the stored hashes give it.
  func root(size: UInt64) throws(Fault) -> TreeDigest {
    try TileNodes<TileFolder, SHA256Tree>(size: size, tiles: self).root(size: size, SHA256Tree.self)
  }
}
