import BaileyCore
import BaileyLinux

/// The identity of an entry at one moment: if all of it is the same later, nobody touched the entry in between.
struct Stamp: Sendable, Equatable {
  var device: UInt64
  var inode: UInt64
  var size: Int64
  var mode: UInt32
  /// Nanoseconds; the change time, which no program can set.
  var changed: Int64

  init(_ status: FileStatus) {
    device = status.device
    inode = status.inode
    size = status.isDirectory ? 0 : status.size
    mode = status.mode
    changed = status.changed
  }

  var json: JSON {
    .array([device, inode].map { .int(Int64(bitPattern: $0)) } + [.int(size), .int(Int64(mode)), .int(changed)])
  }

  init?(json: JSON) {
    guard let values = json.array?.compactMap(\.int), values.count == 5 else { return nil }
    device = UInt64(bitPattern: values[0])
    inode = UInt64(bitPattern: values[1])
    size = values[2]
    mode = UInt32(truncatingIfNeeded: values[3])
    changed = values[4]
  }
}
