internal import BaileyCore
internal import BaileyLinux

/// Appends frames to write-ahead segments and knows which are on disk.
///
/// The order of system calls is the promise: `pwrite` of whole frames, then (for a sync) `fdatasync`, then the answer. A new
/// segment: `open(O_EXCL)`, frames, `fdatasync`, `fsync` of the directory, and only then is it the one in use.
///
/// A failed or short write is taken back with `ftruncate`. After a failed sync nothing is known of the pages that were to be
/// written (Linux marks them clean), so the segment is given up: all entries that are not known to be durable are written
/// again, to a new segment, before anything else is accepted.
struct SegmentWriter: ~Copyable {
  /// Bytes after which a new segment begins.
  static let rotation: Int64 = 4 << 20

  private let directory: String
  private var file: Descriptor?
  private var path: String
  private var offset: Int64 = 0
  private var serial: UInt64
  /// Entries that are in the tree; the next one gets this index.
  private(set) var count: UInt64
  /// Entries that are known to be on disk.
  private(set) var durable: UInt64
  /// Entries that are written but not known to be on disk.
  private(set) var unsynced: [[UInt8]] = []
  private(set) var unsyncedBytes = 0

  /// Begins a segment after what recovery found; `unsynced` entries of old segments have been synced by it.
  init(directory: String, count: UInt64, serial: UInt64) throws(Fault) {
    self.directory = directory
    self.count = count
    self.serial = serial
    durable = count
    path = directory
    try open(with: [])
  }

  /// Whether the segment in use can be written; if not, `repair` comes first.
  var isUsable: Bool { file != nil }

  /// Writes entries as one piece: all or none are in the tree afterwards.
  mutating func write(_ entries: [[UInt8]]) throws(Fault) {
    try repairIfNeeded()
    var buffer: [UInt8] = []
    buffer.reserveCapacity(entries.reduce(0) { $0 + $1.count + Frame.headerSize })
    for (position, entry) in entries.enumerated() {
      Frame.append(entry, index: count + UInt64(position), durable: durable, to: &buffer)
    }
    do throws(Errno) {
      guard let error = writeFrames(buffer) else { return accept(entries, bytes: buffer.count) }
      throw error
    } catch {
      takeBack()
      throw .write(path, error)
    }
  }

  private borrowing func writeFrames(_ buffer: [UInt8]) -> Errno? {
    do throws(Errno) {
      try file?.writeAll(buffer, at: offset)
      return nil
    } catch {
      return error
    }
  }

  private mutating func accept(_ entries: [[UInt8]], bytes: Int) {
    offset += Int64(bytes)
    count += UInt64(entries.count)
    unsynced += entries
    unsyncedBytes += bytes
  }

  /// Removes what a failed write left behind its end; if even that fails, the segment is given up.
  private mutating func takeBack() {
    let undone: Void? = try? file?.truncate(to: offset)
    if undone == nil { file = nil }
  }

  /// Makes everything written durable and hands over the entries that were not before.
  mutating func sync() throws(Fault) -> [[UInt8]] {
    try repairIfNeeded()
    if let error = syncFile() {
      file = nil
      throw .write(path, error)
    }
    let synced = unsynced
    unsynced = []
    unsyncedBytes = 0
    durable = count
    if offset >= Self.rotation { try? open(with: []) }
    return synced
  }

  private borrowing func syncFile() -> Errno? {
    do throws(Errno) {
      try file?.fdatasync()
      return nil
    } catch {
      return error
    }
  }

  /// Writes all that is not durable to a new segment, after a failure.
  private mutating func repairIfNeeded() throws(Fault) {
    if file == nil { try open(with: unsynced) }
  }

  /// On failure the old segment stays in use, or stays given up, and the half-made new one is removed.
  private mutating func open(with entries: [[UInt8]]) throws(Fault) {
    let newPath = directory + "/" + SegmentName(first: durable, serial: serial).text
    var buffer: [UInt8] = []
    for (position, entry) in entries.enumerated() {
      Frame.append(entry, index: durable + UInt64(position), durable: durable, to: &buffer)
    }
    do throws(Errno) {
      let new = try Descriptor.open(newPath, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
      serial += 1
      try new.writeAll(buffer, at: 0)
      try new.fdatasync()
      try Files.sync(directory: directory)
      file = consume new
    } catch {
      try? Descriptor.workingDirectory.unlink(newPath)
      throw .write(newPath, error)
    }
    path = newPath
    offset = Int64(buffer.count)
  }
}
