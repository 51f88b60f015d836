internal import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

/// One pass over all bundles and tiles, in memory that does not grow with the log.
struct TreeWalk {
  let tiles: TileFolder
  let heads: [Checkpoint]
  let size: UInt64
  private(set) var problems: [LogVerification.Problem] = []
  private var builder = TileBuilder<SHA256Tree>()

  init(tiles: TileFolder, heads: [Checkpoint], size: UInt64) {
    self.tiles = tiles
    self.heads = heads
    self.size = size
  }

  mutating func run() {
    checkHeads()
    while builder.size < size, problems.isEmpty {
      guard let tile = Tile(.entries, index: builder.size >> 8, treeSize: size) else { return }
      do throws(Fault) { try walk(tile) } catch {
        report("piece-missing", tile, index: builder.size, error.why, path: error.subject)
      }
    }
    guard problems.isEmpty else { return }
    for (tile, hashes) in builder.partialTiles { compare(tile, hashes) }
  }

  private mutating func walk(_ tile: Tile) throws(Fault) {
    let (bytes, ranges) = try tiles.entries(tile)
    let stored = try tiles.hashes(Tile(.hashes(level: 0), index: tile.index, width: tile.width))
    for (range, hash) in zip(ranges, stored) {
      let leaf = bytes.withSpan(of: range) { SHA256Tree.leaf($0) }
      guard leaf == hash else {
        return report(
          "entry-changed", tile, index: builder.size, "the record does not have the hash that was stored for it")
      }
      for (full, hashes) in builder.append(leaf) where full.kind != .hashes(level: 0) { compare(full, hashes) }
      checkHeads()
      if !problems.isEmpty { return }
    }
    checkPartialForms(of: tile, bundle: bytes)
  }

  private mutating func checkHeads() {
    for head in heads where head.size == builder.size && head.root != builder.frontier.root {
      report(
        head.size == size ? "root-mismatch" : "head-mismatch", nil, index: nil,
        "the first \(head.size) records do not have the root that was signed for them")
    }
  }

  private mutating func compare(_ tile: Tile, _ hashes: [TreeDigest]) {
    do throws(Fault) {
      guard try tiles.hashes(tile) == hashes else {
        return report("tile-changed", tile, index: nil, "the stored hashes are not those of the records below them")
      }
      check(partial: tile, against: HashTile.encode(hashes))
    } catch {
      report("piece-missing", tile, index: nil, error.why, path: error.subject)
    }
  }

  /// Older partial forms that are still there must be beginnings of what is there now.
  private mutating func checkPartialForms(of tile: Tile, bundle: [UInt8]) {
    check(partial: tile, against: bundle)
    let level0 = Tile(.hashes(level: 0), index: tile.index, width: tile.width)
    if let hashes = try? tiles.hashes(level0) { check(partial: level0, against: HashTile.encode(hashes)) }
  }

  private mutating func check(partial tile: Tile, against whole: [UInt8]) {
    let folder = tiles.directory + "/" + tile.partialFolder
    guard let names = try? Descriptor.entries(of: folder) else { return }
    for name in names {
      guard let width = Int(name.text), width < tile.width else { continue }
      // One that the writer removes meanwhile is gone for good reason.
      guard let bytes = try? Files.read(folder + "/" + name.text) else { continue }
      if !whole.starts(with: bytes) || !Self.fits(bytes, tile, width: width) {
        report(
          "tile-changed", tile, index: nil, "an older form of this piece says something else",
          path: folder + "/" + name.text)
      }
    }
  }

  private static func fits(_ bytes: [UInt8], _ tile: Tile, width: Int) -> Bool {
    tile.kind == .entries
      ? EntryBundle.ranges(in: bytes.span, width: width) != nil : bytes.count == width * TreeDigest.count
  }

  private mutating func report(_ code: String, _ tile: Tile?, index: UInt64?, _ why: String, path: String? = nil) {
    let place = path ?? tile.map { tiles.directory + "/" + $0.path } ?? tiles.directory
    problems.append(.init(code: code, index: index, path: place, why: why))
  }
}

extension [UInt8] {
  fileprivate func withSpan<Result>(of range: Range<Int>, _ body: (Span<UInt8>) -> Result) -> Result {
    body(span.extracting(range))
  }
}
