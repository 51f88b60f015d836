internal import BaileyCore
internal import BaileyLinux

/// The few file operations that the log needs, with the order of system calls that makes them durable.
enum Files {
  /// Bytes of the largest file that the log reads whole: a write-ahead segment.
  static let limit = 64 << 20

  /// Replaces a file so that after a crash it is either the old or the new one: write and sync a temporary file, rename it,
  /// sync the directory. The descriptor that wrote is the one that syncs, so no error is lost on the way.
  static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(Errno) {
    try write(path, bytes, mode: mode)
    try syncDirectory(of: path)
  }

  /// The first half of `replace`: the name is durable only after `syncDirectory`.
  static func write(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o600) throws(Errno) {
    let temporary = path + ".tmp"
    do throws(Errno) {
      let file = try Descriptor.open(temporary, [.writeOnly, .create, .truncate, .noFollow], mode: mode)
      try file.writeAll(bytes)
      try file.fdatasync()
      try Descriptor.workingDirectory.rename(temporary, to: path)
    } catch {
      // On a full disk half-written files would take the room that a second try needs.
      try? Descriptor.workingDirectory.unlink(temporary)
      throw error
    }
  }

  static func syncDirectory(of path: String) throws(Errno) { try sync(directory: parent(of: path)) }

  static func sync(directory: String) throws(Errno) {
    try Descriptor.open(directory, [.readOnly, .directory]).fsync()
  }

  /// Makes a directory and those above it. Every directory whose entries changed is in `changed` afterwards, for syncing, also
  /// where the call fails.
  static func makeDirectories(_ path: String, changed: inout Set<String>) throws(Errno) {
    do throws(Errno) {
      try Descriptor.workingDirectory.makeDirectory(path, mode: 0o700)
    } catch .exists {
      return
    } catch .noSuchFile {
      try makeDirectories(parent(of: path), changed: &changed)
      try Descriptor.workingDirectory.makeDirectory(path, mode: 0o700)
    }
    changed.insert(parent(of: path))
  }

  /// What was made before a failure is synced too: the next call finds it there and leaves it alone.
  static func makeDurableDirectories(_ path: String) throws(Errno) {
    var changed: Set<String> = []
    let made = Result { () throws(Errno) in try makeDirectories(path, changed: &changed) }
    for directory in changed { try sync(directory: directory) }
    try made.get()
  }

  static func read(_ path: String) throws(Errno) -> [UInt8] {
    try Descriptor.open(path, [.readOnly, .noFollow]).readAll(limit: limit)
  }

  static func readIfPresent(_ path: String) throws(Errno) -> [UInt8]? {
    do throws(Errno) { return try read(path) } catch .noSuchFile { return nil }
  }

  static func parent(of path: String) -> String { ExactText(path).parent.text }
}
