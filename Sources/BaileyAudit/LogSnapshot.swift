package import BaileyCore
internal import BaileyLinux
package import BaileyMerkle

/// The log under one head: what is proved stays the same while the log goes on.
package final class LogSnapshot {
  package let head: SignedHead
  /// An older head that enough witnesses cosigned, where `head` itself is not the one.
  package let anchored: SignedHead?
  private let tiles: KeptTiles

  fileprivate init(head: SignedHead, anchored: SignedHead?, tiles: TileFolder) {
    self.head = head
    self.anchored = anchored
    self.tiles = KeptTiles(tiles)
  }

  private var nodes: TileNodes<KeptTiles, SHA256Tree> { TileNodes(size: head.checkpoint.size, tiles: tiles) }

  /// The hashes beside a record's path, leaf first.
  package func path(of index: UInt64) throws(Fault) -> [TreeDigest] {
    guard let proof = try InclusionProof(index: index, size: head.checkpoint.size, nodes: nodes, SHA256Tree.self) else {
      throw Fault("log-no-such-record", subject: "\(index)", why: "no signed head covers this record")
    }
    return proof.path
  }

  /// That the head continues the anchored one.
  package func consistency() throws(Fault) -> [TreeDigest] {
    guard let anchored else { return [] }
    let proof = try ConsistencyProof(
      oldSize: anchored.checkpoint.size, newSize: head.checkpoint.size, nodes: nodes, SHA256Tree.self)
    return proof?.path ?? []
  }
}

/// Tiles that were read last, since records of one session lie near each other.
private final class KeptTiles: TileSource {
  private let folder: TileFolder
  private var kept: [String: [TreeDigest]] = [:]
  private static let limit = 64

  init(_ folder: TileFolder) { self.folder = folder }

  func hashes(_ tile: Tile) throws(Fault) -> [TreeDigest] {
    if let hashes = kept[tile.path] { return hashes }
    let hashes = try folder.hashes(tile)
    if kept.count == Self.limit { kept = [:] }
    kept[tile.path] = hashes
    return hashes
  }
}

extension LogReader {
  /// The anchored head where it covers the first `size` records, else the published one, with the anchored one beside it.
  package func snapshot(covering size: UInt64) throws(Fault) -> LogSnapshot {
    let anchored = try SignedHead.load(layout.anchorFile, by: verifier)
    if let anchored, anchored.checkpoint.size >= size {
      return LogSnapshot(head: anchored, anchored: nil, tiles: tiles)
    }
    let head = try head()
    let older = anchored.flatMap { $0.checkpoint.size > 0 && $0.checkpoint.size < head.checkpoint.size ? $0 : nil }
    return LogSnapshot(head: head, anchored: older, tiles: tiles)
  }

  /// Whether records are on disk that no head covers.
  package func hasUnsigned() throws(Fault) -> Bool {
    try !unsigned(from: head().checkpoint.size).isEmpty
  }
}
