internal import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

/// Signs heads of what is durable and puts them where verifiers look.
///
/// The order: full and partial tiles, synced, their directories synced; the head signed; the kept head swapped (temporary file,
/// `fdatasync`, `rename`, `fsync` of the directory); the checkpoint in the log replaced the same way. So a head that anyone
/// can see is never ahead of the tiles, nor of the kept head.
struct Publisher {
  private let layout: LogLayout
  private let key: LogKey
  private var tiles: TileWriter
  private var heads: HeadStore
  private(set) var published: SignedHead

  init(_ layout: LogLayout, key: LogKey, recovered: Recovery) throws(Fault) {
    self.layout = layout
    self.key = key
    tiles = try TileWriter(directory: layout.directory, size: recovered.head.checkpoint.size)
    heads = HeadStore(path: layout.headFile, last: recovered.keptHead)
    published = recovered.head
  }

  /// Entries that tiles have been computed for.
  var size: UInt64 { tiles.size }

  mutating func add(_ entries: [[UInt8]]) {
    for entry in entries { tiles.append(entry) }
  }

  /// On failure nothing that was published before has changed, and the next call tries again.
  mutating func publish() throws(Fault) {
    try tiles.flush()
    let checkpoint = Checkpoint(origin: key.origin, size: tiles.size, root: tiles.root)
    let head: SignedHead
    do { head = try SignedHead(signing: checkpoint, with: key) } catch {
      throw Fault("log-write-failed", subject: layout.checkpoint, why: "the head could not be signed", hint: nil)
    }
    try heads.swap(head)
    try writing(layout.checkpoint) { () throws(Errno) in try Files.replace(layout.checkpoint, with: head.note) }
    published = head
    tiles.removeSuperseded()
    removeSegments()
  }

  /// Puts cosignatures under the published checkpoint; nothing if a newer one has taken its place.
  mutating func attach(_ cosigned: SignedHead) throws(Fault) {
    guard cosigned.checkpoint == published.checkpoint else { return }
    try writing(layout.checkpoint) { () throws(Errno) in try Files.replace(layout.checkpoint, with: cosigned.note) }
    published = cosigned
  }

  /// A segment goes when its successor begins at or below the head: all it holds is in signed tiles.
  private func removeSegments() {
    guard let names = try? SegmentName.list(layout.segments) else { return }
    for (name, successor) in zip(names, names.dropFirst()) where successor.first <= published.checkpoint.size {
      try? Descriptor.workingDirectory.unlink(layout.segments + "/" + name.text)
    }
  }
}
