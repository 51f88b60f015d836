internal import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

/// Turns durable entries into tiles and bundles on disk.
///
/// Everything that is to be written stays here until it is: after a failure the next `flush` goes on where the last one stopped.
struct TileWriter {
  private let directory: String
  private var builder: TileBuilder<SHA256Tree>
  /// The bundle that is being filled.
  private var bundle: [UInt8]
  /// Full tiles that are not on disk yet.
  private var waiting: [(tile: Tile, bytes: [UInt8])] = []
  /// Directories that have names which are not durable yet.
  private var changed: Set<String> = []
  /// Tiles of which partial forms are on disk, named without their width.
  private var partial: Set<Tile> = []

  /// Goes on at the size of a head whose tiles are on disk.
  init(directory: String, size: UInt64) throws(Fault) {
    let folder = TileFolder(directory: directory)
    self.directory = directory
    builder = try TileBuilder(size: size, tiles: folder)
    bundle = []
    for (tile, _) in builder.partialTiles { partial.insert(Tile(tile.kind, index: tile.index)) }
    guard let tile = Tile(.entries, index: size >> 8, treeSize: size) else { return }
    let (bytes, ranges) = try folder.entries(tile)
    partial.insert(Tile(.entries, index: tile.index))
    for range in ranges {
      guard EntryBundle.append(bytes[range], to: &bundle) else {
        throw .damaged(directory + "/" + tile.path, "a record is too long")
      }
    }
  }

  var size: UInt64 { builder.size }
  var root: TreeDigest { builder.frontier.root }

  /// An entry that is too long would leave a hash without its record; whoever makes entries sees to it.
  mutating func append(_ entry: [UInt8]) {
    let index = builder.size >> 8
    let fits = EntryBundle.append(entry, to: &bundle)
    precondition(fits, "an entry of \(entry.count) bytes")
    let full = builder.append(SHA256Tree.leaf(entry))
    guard !full.isEmpty else { return }
    waiting.append((Tile(.entries, index: index), bundle))
    bundle = []
    for (tile, hashes) in full { waiting.append((tile, HashTile.encode(hashes))) }
  }

  /// Writes and syncs full tiles, then the partial ones of the tree as it stands, then the directories.
  mutating func flush() throws(Fault) {
    while let (tile, bytes) = waiting.first {
      try write(tile, bytes)
      waiting.removeFirst()
    }
    for (tile, hashes) in builder.partialTiles { try write(tile, HashTile.encode(hashes)) }
    if let tile = Tile(.entries, index: size >> 8, treeSize: size) { try write(tile, bundle) }
    for path in changed.sorted() {
      try writing(path) { () throws(Errno) in try Files.sync(directory: path) }
    }
    changed = []
  }

  private mutating func write(_ tile: Tile, _ bytes: [UInt8]) throws(Fault) {
    let path = directory + "/" + tile.path
    do throws(Errno) {
      try Files.makeDirectories(Files.parent(of: path), changed: &changed)
      try Files.write(path, bytes)
    } catch {
      throw .write(path, error)
    }
    changed.insert(Files.parent(of: path))
    if tile.isPartial { partial.insert(Tile(tile.kind, index: tile.index)) }
  }

  /// Removes the partial forms of tiles that have become full; a signed head must cover the full ones by now.
  mutating func removeSuperseded() {
    for tile in partial where tile.index < Tile.count(tile.kind, size: size).full {
      remove(directory + "/" + tile.partialFolder)
      partial.remove(tile)
    }
  }

  private func remove(_ folder: String) {
    guard let entries = try? Descriptor.entries(of: folder) else { return }
    for entry in entries { try? Descriptor.workingDirectory.unlink(folder + "/" + entry.text) }
    try? Descriptor.workingDirectory.removeDirectory(folder)
  }
}
