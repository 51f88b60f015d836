internal import Glibc

/// What a file is.
package enum FileType: UInt8, Sendable, Hashable {
  case unknown = 0
  case pipe = 1
  case characterDevice = 2
  case directory = 4
  case blockDevice = 6
  case regular = 8
  case symlink = 10
  case socket = 12

  /// From the type bits of a mode.
  package init(mode: UInt32) { self = FileType(rawValue: UInt8((mode >> 12) & 0xf)) ?? .unknown }
}

/// What statx(2) tells.
package struct FileStatus: Sendable, Equatable {
  package var type: FileType
  /// Permission bits, setuid, setgid and sticky included (07777).
  package var mode: UInt32
  package var user: UInt32
  package var group: UInt32
  /// Bytes.
  package var size: Int64
  /// Blocks of 512 bytes on disk.
  package var blocks: Int64
  package var inode: UInt64
  package var device: UInt64
  package var links: UInt32
  /// Of a device node.
  package var specialDevice: UInt64
  /// Nanoseconds since 1970-01-01 UTC.
  package var accessed: Int64
  package var modified: Int64
  package var changed: Int64
  /// The mount's id; two files of one device can be on different mounts.
  package var mount: UInt64

  package var isDirectory: Bool { type == .directory }
  package var isRegular: Bool { type == .regular }
  package var isSymlink: Bool { type == .symlink }
}
