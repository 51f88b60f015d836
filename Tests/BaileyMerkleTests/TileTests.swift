import BaileyMerkle
import Testing

@Suite("Tiles")
struct TileTests {
  @Test(
    "An address has the path that the specification gives it",
    arguments: [
      (Tile(.hashes(level: 0), index: 0), "tile/0/000"), (Tile(.entries, index: 999), "tile/entries/999"),
      (Tile(.hashes(level: 3), index: 1_234_067), "tile/3/x001/x234/067"),
      (Tile(.entries, index: 1000, width: 7), "tile/entries/x001/000.p/7"),
      (Tile(.hashes(level: 63), index: 5, width: 255), "tile/63/005.p/255"),
    ])
  func paths(tile: Tile, path: String) {
    #expect(tile.path == path)
    #expect(Tile(path: path) == tile)
  }

  @Test(
    "Any other spelling is refused",
    arguments: [
      "", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/0000", "tile/0/x000/000", "tile/0/001/000", "tile/64/000",
      "tile/00/000", "tile/-1/000", "tile/+1/000", "tile/0/000.p", "tile/0/000.p/0", "tile/0/000.p/256",
      "tile/0/000.p/07", "tile/0/x001", "tile/0/x01/000", "tile/0/000/../001", "/tile/0/000", "tile/0/000/",
      "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999", "tile/0/xx001/000", "tile/0/000.p/1/", "tile/x/000",
      "tile/entries/٠٠٠",
    ])
  func badPaths(path: String) {
    #expect(Tile(path: path) == nil)
  }

  @Test("Every index that 64 bits hold survives its path")
  func pathRoundTrip() {
    for index in [0, 1, 9, 10, 99, 100, 999, 1000, 999_999, 1_000_000, UInt64(1) << 55, UInt64.max / 1001] {
      let tile = Tile(.hashes(level: 2), index: index, width: 3)
      #expect(Tile(path: tile.path) == tile)
    }
  }

  @Test("Nodes computed from tiles are the tree's own at sizes around each boundary")
  func tilesCarryTheTree() throws {
    let (tree, leaves) = sampleTree(66_000)
    let sizes: [UInt64] = [1, 2, 255, 256, 257, 511, 512, 513, 1000, 65_535, 65_536, 65_537, 66_000]
    var builder = TileBuilder<SHA256Hash>()
    var store = MemoryTiles()
    for leaf in leaves {
      for full in builder.append(leaf) { store.tiles[full.tile] = full.hashes }
      guard sizes.contains(builder.size) else { continue }
      for partial in builder.partialTiles { store.tiles[partial.tile] = partial.hashes }
      let root: TreeDigest = try tree.root(size: builder.size, SHA256Hash.self)
      let nodes = TileNodes<MemoryTiles, SHA256Hash>(size: builder.size, tiles: store)
      #expect(builder.frontier.root == root)
      #expect(try nodes.root(size: builder.size, SHA256Hash.self) == root)
      #expect(try TileBuilder<SHA256Hash>(size: builder.size, tiles: store).frontier.root == root)
      for index in [0, builder.size / 2, builder.size - 1] {
        let proof = try #require(try InclusionProof(index: index, size: builder.size, nodes: nodes, SHA256Hash.self))
        try proof.verify(leaf: leaves[Int(index)], root: root, SHA256Hash.self)
      }
    }
  }

  @Test("A builder resumed at any size goes on as if it had never stopped")
  func builderResumes() throws {
    let (_, leaves) = sampleTree(1_200)
    var whole = TileBuilder<SHA256Hash>()
    var store = MemoryTiles()
    for leaf in leaves {
      for full in whole.append(leaf) { store.tiles[full.tile] = full.hashes }
      for partial in whole.partialTiles { store.tiles[partial.tile] = partial.hashes }
    }
    for size in stride(from: 0, through: 1_200, by: 37) {
      var resumed = try TileBuilder<SHA256Hash>(size: UInt64(size), tiles: store)
      for leaf in leaves[size...] { _ = resumed.append(leaf) }
      #expect(resumed.frontier.root == whole.frontier.root)
      #expect(resumed.partialTiles.map(\.tile) == whole.partialTiles.map(\.tile))
      #expect(resumed.partialTiles.map(\.hashes) == whole.partialTiles.map(\.hashes))
    }
  }

  @Test("Tessera's tiles and bundles hold the tree of its last checkpoint")
  func tesseraTiles() throws {
    let tessera = try Tessera()
    let bundle = try tessera.read("tile/entries/000.p/15")
    let found = EntryBundle.ranges(in: bundle.span, width: 15)
    let ranges = try #require(found)
    let leaves = ranges.map { SHA256Hash.leaf(Array(bundle[$0])) }
    #expect(HashTile.decode(try tessera.read("tile/0/000.p/15"), width: 15) == leaves)
    #expect(HashTile.encode(leaves) == (try tessera.read("tile/0/000.p/15")))
  }

  @Test("A bundle with a byte missing or left over, or of another width, is refused")
  func bundleIsExact() throws {
    var bundle: [UInt8] = []
    for entry in ["one", "", "three"] { #expect(EntryBundle.append(entry.utf8, to: &bundle)) }
    #expect(ranges(bundle, 3) == [2..<5, 7..<7, 9..<14])
    for length in 0..<bundle.count { #expect(ranges(Array(bundle[..<length]), 3) == nil) }
    #expect(ranges(bundle + [0], 3) == nil)
    for width in [-1, 0, 1, 2, 4, 256, 257] { #expect(ranges(bundle, width) == nil) }
    #expect(!EntryBundle.append([UInt8](repeating: 0, count: 65_536), to: &bundle))
    #expect(EntryBundle.append([UInt8](repeating: 0, count: 65_535), to: &bundle))
  }
}

/// A span cannot be an argument of `#expect`.
private func ranges(_ bundle: [UInt8], _ width: Int) -> [Range<Int>]? {
  EntryBundle.ranges(in: bundle.span, width: width)
}

struct MemoryTiles: TileSource {
  struct Missing: Error {}
  var tiles: [Tile: [TreeDigest]] = [:]

  func hashes(_ tile: Tile) throws(Missing) -> [TreeDigest] {
    if let exact = tiles[tile] { return exact }
    guard let full = tiles[Tile(tile.kind, index: tile.index)] else { throw Missing() }
    return Array(full.prefix(tile.width))
  }
}

/// The small log of transparency-dev/tessera among the vectors.
struct Tessera {
  private let folder: String

  init() throws { folder = try Vectors.folder() + "/log/tessera/" }

  func read(_ path: String) throws -> [UInt8] { try Vectors.read(folder + path) }

  /// Recomputed from the entries, not from the stored hashes.
  func root(of size: Int) -> TreeDigest? {
    if size == 0 { return SHA256Hash.empty }
    guard let bundle = try? read("tile/entries/000.p/15"), let ranges = EntryBundle.ranges(in: bundle.span, width: 15)
    else { return nil }
    var frontier = Frontier<SHA256Hash>()
    for range in ranges.prefix(size) { frontier.append(SHA256Hash.leaf(Array(bundle[range]))) }
    return frontier.root
  }
}
