internal import BaileyCore
internal import BaileyLinux

/// Appends frames to write-ahead segments and knows which are on disk.
///
/// The order of system calls is the promise: `pwrite` of whole frames, then (for a sync) `fdatasync`, then the answer. A new
/// segment: frames under another name, `fdatasync`, `rename`, `fsync` of the directory, and only then is it the one in use.
///
/// A failed or short write is taken back with `ftruncate`. After a failed sync nothing is known of the pages that were to be
/// written (Linux marks them clean), so the segment is given up: all entries that are not known to be durable are written
/// again, to a new segment, before anything else is accepted.
struct SegmentWriter: ~Copyable {
  /// Where no new segment can be begun, the old one grows to so many times its size and no further: a start must be able to read it.
  static let overgrowth: Int64 = 8

  private let directory: String
  /// Bytes after which a new segment begins.
  private let rotation: Int64
  /// `nil` when it has been given up: a new one must take what is not durable before anything else is accepted.
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
  init(directory: String, count: UInt64, serial: UInt64, rotation: Int64 = AuditLog.segmentBytes) throws(Fault) {
    self.directory = directory
    self.rotation = rotation
    self.count = count
    self.serial = serial
    durable = count
    path = directory
    try open(with: [])
  }

  /// A segment in the making; no name of a segment, so a reader leaves it alone.
  private static let temporary = "next"

  /// Writes entries as one piece: all or none are in the tree afterwards.
  mutating func write(_ entries: [[UInt8]]) throws(Fault) {
    if file == nil || offset >= Self.overgrowth * rotation { try open(with: unsynced) }
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
    if file == nil { try open(with: unsynced) }
    if let error = syncFile() {
      file = nil
      throw .write(path, error)
    }
    let synced = unsynced
    unsynced = []
    unsyncedBytes = 0
    durable = count
    if offset >= rotation { try? open(with: []) }
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

  /// The new segment gets its name only when all of it is on disk: a name supersedes what the old one holds from there on, so
  /// from the rename on, failed or not, the old one is given up. On a failure before it, the old one stays as it was.
  private mutating func open(with entries: [[UInt8]]) throws(Fault) {
    let newPath = directory + "/" + SegmentName(first: durable, serial: serial).text
    let temporary = directory + "/" + Self.temporary
    var buffer: [UInt8] = []
    for (position, entry) in entries.enumerated() {
      Frame.append(entry, index: durable + UInt64(position), durable: durable, to: &buffer)
    }
    do throws(Errno) {
      let new = try Descriptor.open(temporary, [.writeOnly, .create, .truncate, .noFollow], mode: 0o600)
      try new.writeAll(buffer, at: 0)
      try new.fdatasync()
      file = nil
      serial += 1
      try Descriptor.workingDirectory.rename(temporary, to: newPath)
      try Files.sync(directory: directory)
      file = consume new
    } catch {
      try? Descriptor.workingDirectory.unlink(temporary)
      throw .write(newPath, error)
    }
    path = newPath
    offset = Int64(buffer.count)
  }
}
