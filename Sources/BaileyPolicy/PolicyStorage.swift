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

  package init(_ name: String, isDirectory: Bool = false) {
    self.name = name
    self.isDirectory = isDirectory
  }
}

/// The disk, for policy: `DiskFiles`, or a table in tests.
package protocol PolicyStorage: Sendable {
  /// The file, or `nil` if there is none. Only regular files; a longer one than `limit` is a fault. Must not block on a FIFO.
  func read(_ path: String, limit: Int) throws(Fault) -> StoredFile?
  /// Replaces the file in one step (0600), making its directory (0700) if need be.
  func replace(_ path: String, with bytes: [UInt8]) throws(Fault)
  /// What is in a directory, or `nil` if there is none.
  func list(_ directory: String) throws(Fault) -> [StoredName]?
  /// With all symbolic links resolved; `nil` if it does not exist.
  func realPath(_ path: String) -> String?
}
