internal import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

/// What a start found, and where to go on.
///
/// The kept head is the floor: the log must hold at least its entries, with its root. What the write-ahead segments hold beyond
/// it is taken over up to the first frame that is not whole. That frame is a torn tail, and cut, unless a later frame
/// bears witness that it had been synced; then, and whenever anything below the head is not as it was signed, the start is refused.
struct Recovery {
  /// The newest head known to have been signed.
  let head: SignedHead
  /// What the head file held, for compare and swap.
  let keptHead: [UInt8]?
  /// The newest head that enough witnesses cosigned.
  let anchored: SignedHead?
  /// Entries beyond the head, durable now.
  let entries: [[UInt8]]
  /// The next serial number of a segment.
  let serial: UInt64
  /// Bytes cut from the end.
  let cutBytes: Int
  /// What the log should say about this start.
  let notes: [JSON]

  init(_ layout: LogLayout, verifier: LogVerifier) throws(Fault) {
    guard let kept = try SignedHead.load(layout.headFile, by: verifier) else {
      throw Fault(
        "log-head-missing", subject: layout.headFile, why: "the kept head of the log is gone, but its key is there",
        hint: "restore the head from a backup; without it nobody can say whether the log is whole")
    }
    keptHead = kept.note
    let published = try SignedHead.load(layout.checkpoint, by: verifier)
    anchored = try SignedHead.load(layout.anchorFile, by: verifier)
    head = try Self.newest(kept, published, anchored, layout)
    var found = try SegmentScan(layout.segments, head: head.checkpoint)
    try found.check(against: TileFolder(directory: layout.directory), size: head.checkpoint.size)
    entries = found.entries
    serial = found.nextSerial
    cutBytes = found.cut.count
    notes = Self.notes(kept: kept, published: published, cut: found.cut)
  }

  /// All must be heads of the tree on disk. The kept one is written first, so it is the newest after a crash.
  private static func newest(
    _ kept: SignedHead, _ published: SignedHead?, _ anchored: SignedHead?, _ layout: LogLayout
  ) throws(Fault) -> SignedHead {
    let tiles = TileFolder(directory: layout.directory)
    for head in [kept, published, anchored].compactMap({ $0 }) {
      let size = head.checkpoint.size
      let root: TreeDigest
      do throws(Fault) { root = try tiles.root(size: size) } catch {
        throw .rolledBack(
          layout.directory, "the log does not hold the \(size) records of its last signed head: \(error.why)")
      }
      guard root == head.checkpoint.root else {
        throw .rolledBack(
          layout.directory, "the log is not the one that its last signed head (\(size) records) was made of")
      }
    }
    let newest = published.flatMap { $0.checkpoint.size > kept.checkpoint.size ? $0 : nil } ?? kept
    // A head is kept before a witness sees it, so no end of the controller leaves an anchor that is ahead.
    if let anchored, anchored.checkpoint.size > newest.checkpoint.size {
      throw .rolledBack(
        layout.directory,
        "the log's last signed head (\(newest.checkpoint.size) records) is older than the one that witnesses saw (\(anchored.checkpoint.size))"
      )
    }
    return newest
  }

  private static func notes(kept: SignedHead, published: SignedHead?, cut: ArraySlice<UInt8>) -> [JSON] {
    var notes: [JSON] = []
    if !cut.isEmpty {
      let digest = SHA256Tree.leaf(Array(cut)).base64
      notes.append(["event": "log.tail-cut", "bytes": .int(Int64(cut.count)), "leaf_sha256": .string(digest)])
    }
    if let size = published?.checkpoint.size, size > kept.checkpoint.size {
      notes.append([
        "event": "log.kept-head-behind", "kept": .int(Int64(kept.checkpoint.size)), "log": .int(Int64(size)),
      ])
    }
    return notes
  }
}

/// Reads all write-ahead segments.
struct SegmentScan {
  /// Entries from the head's size on.
  private(set) var entries: [[UInt8]] = []
  /// Entries below the head's size that are still in a segment, for comparison with the tiles.
  private(set) var covered: [(index: UInt64, entry: [UInt8])] = []
  private(set) var cut: ArraySlice<UInt8> = []
  private(set) var nextSerial: UInt64 = 0
  private let directory: String

  init(_ directory: String, head: Checkpoint, syncing: Bool = true) throws(Fault) {
    self.directory = directory
    let names = try reading(directory) { () throws(Errno) in try SegmentName.list(directory) }
    nextSerial = (names.map(\.serial).max() ?? 0) + 1
    var next = names.first?.first ?? head.size
    guard next <= head.size else {
      throw .rolledBack(
        directory, "records between the signed head (\(head.size)) and the first segment (\(next)) are missing")
    }
    for (position, name) in names.enumerated() {
      let limit = position + 1 < names.count ? names[position + 1].first : nil
      guard name.first == next else {
        throw .damaged(directory + "/" + name.text, "records \(next)..<\(name.first) are missing")
      }
      let path = directory + "/" + name.text
      let found = try read(path, syncing: syncing && limit == nil, first: name.first, upTo: limit)
      next += UInt64(found.entries.count)
      try check(found, path: path, next: next, limit: limit, head: head.size)
      take(found.entries, from: name.first, head: head.size)
      cut = found.rest
    }
    if next < head.size, !names.isEmpty {
      throw .damaged(directory, "records \(next)..<\(head.size) are damaged in the segments")
    }
  }

  private func read(_ path: String, syncing: Bool, first: UInt64, upTo limit: UInt64?) throws(Fault) -> SegmentReading {
    try reading(path) { () throws(Errno) in
      let file = try Descriptor.open(path, [.readOnly, .noFollow])
      if syncing { try file.fdatasync() }
      return SegmentReading(try file.readAll(limit: Files.limit), first: first, upTo: limit)
    }
  }

  private func check(_ found: SegmentReading, path: String, next: UInt64, limit: UInt64?, head: UInt64) throws(Fault) {
    if let limit, next < limit { throw .damaged(path, "record \(next) is damaged") }
    if limit == nil, !found.rest.isEmpty, found.witnessed > next || head > next {
      throw .damaged(path, "record \(next) was on disk and is damaged")
    }
  }

  private mutating func take(_ found: [[UInt8]], from first: UInt64, head: UInt64) {
    for (position, entry) in found.enumerated() {
      let index = first + UInt64(position)
      if index < head { covered.append((index, entry)) } else { entries.append(entry) }
    }
  }

  /// What segments still hold below the head must be what was signed.
  mutating func check(against tiles: TileFolder, size: UInt64) throws(Fault) {
    var hashes: [TreeDigest] = []
    var loaded: UInt64?
    for (index, entry) in covered {
      if loaded != index >> 8, let tile = Tile(.hashes(level: 0), index: index >> 8, treeSize: size) {
        hashes = try tiles.hashes(tile)
        loaded = index >> 8
      }
      guard hashes.indices.contains(Int(index & 255)), hashes[Int(index & 255)] == SHA256Tree.leaf(entry) else {
        throw .damaged(directory, "record \(index) is not the one that was signed")
      }
    }
    covered = []
  }
}
