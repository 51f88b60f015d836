package import BaileyCore

/// A file as policy needs it: whole, with what tells who could have written it.
package struct StoredFile: Sendable, Equatable {
  package var bytes: [UInt8]
  /// User id of the owner.
  package var owner: UInt32
  /// Permission bits.
  package var mode: UInt16

  package init(bytes: [UInt8], owner: UInt32, mode: UInt16) {
    self.bytes = bytes
    self.owner = owner
    self.mode = mode
  }
}

/// One name in a directory.
package struct StoredName: Sendable, Equatable {
  package var name: String
  package var isDirectory: Bool
  /// A symbolic link that leads nowhere, or where none is followed.
  package var isLink: Bool

  package init(_ name: String, isDirectory: Bool = false, isLink: Bool = false) {
    self.name = name
    self.isDirectory = isDirectory
    self.isLink = isLink
  }
}

/// What tells, without reading it, that a file or directory is as it was.
package struct FileStamp: Sendable, Equatable {
  package var device: UInt64
  package var inode: UInt64
  /// Bytes.
  package var size: Int64
  /// Of content, owner or mode; nanoseconds since 1970-01-01 UTC. Nobody but the kernel sets it.
  package var changed: Int64

  package init(device: UInt64, inode: UInt64, size: Int64, changed: Int64) {
    self.device = device
    self.inode = inode
    self.size = size
    self.changed = changed
  }

  /// Of a path where there is nothing.
  package static let absent = FileStamp(device: 0, inode: 0, size: 0, changed: 0)
}

extension Fault {
  static func symbolicLink(_ path: String) -> Fault {
    Fault(
      "policy-link", subject: path, why: "a symbolic link on the way leads nowhere, or out of what may be read here",
      hint: "put the file itself there: in a project no link to a policy is followed")
  }
}

/// The disk, for policy: `DiskFiles`, or a table in tests.
package protocol PolicyStorage: Sendable {
  /// The file, or `nil` if there is none. Only regular files; a longer one than `limit` is a fault. Must not block on a FIFO.
  func read(_ path: String, limit: Int) throws(Fault) -> StoredFile?
  /// Replaces the file in one step (0600), making its directory (0700) if need be.
  func replace(_ path: String, with bytes: [UInt8]) throws(Fault)
  /// What is in a directory, or `nil` if there is none. Whatever else cannot be read is a fault.
  func list(_ directory: String) throws(Fault) -> [StoredName]?
  /// The same disk for reading paths below a directory, where a symbolic link on the way is a fault.
  func within(_ directory: String) -> any PolicyStorage
  /// Of what is at a path, links followed; `nil` where it cannot tell one change from the next.
  func stamp(_ path: String) -> FileStamp?
  /// With all symbolic links resolved; `nil` if it does not exist.
  func realPath(_ path: String) -> String?
}

extension PolicyStorage {
  package func stamp(_ path: String) -> FileStamp? { nil }
}
