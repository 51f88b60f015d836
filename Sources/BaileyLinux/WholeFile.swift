/// Small files, read and replaced as a whole.
package enum WholeFile {
  /// The bytes and the status of a regular file, or `nil` if there is none at this path.
  ///
  /// Follows symbolic links; never waits on a FIFO. Anything but a regular file is `EINVAL`, more than `limit` bytes `EFBIG`.
  package static func read(_ path: String, limit: Int) throws(Errno) -> (bytes: [UInt8], status: FileStatus)? {
    do throws(Errno) {
      return try read(try Descriptor.open(path, flags), limit: limit)
    } catch {
      if error == .noSuchFile || error == .notDirectory { return nil }
      throw error
    }
  }

  /// What a file is opened with that may be anything.
  package static let flags: OpenFlags = [.readOnly, .nonBlocking, .noControllingTerminal]

  /// The same of a file that was opened with `flags`.
  package static func read(_ file: borrowing Descriptor, limit: Int) throws(Errno) -> (
    bytes: [UInt8], status: FileStatus
  ) {
    let status = try file.status()
    guard status.isRegular else { throw .invalid }
    guard status.size <= limit else { throw .tooLarge }
    return (try file.readAll(limit: limit), status)
  }

  /// Replaces the file in one step: a new file of mode 0600 beside it, synced, then renamed over it, then the directory synced.
  ///
  /// Makes missing directories with mode 0700.
  package static func replace(_ path: String, with bytes: [UInt8]) throws(Errno) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { throw .invalid }
    let (parent, name) = (String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
    try Descriptor.makeDirectories(parent)
    let directory = try Descriptor.open(parent, [.readOnly, .directory])
    let temporary = ".\(name).\(UInt64.random(in: 0 ... .max))"
    do throws(Errno) {
      let file = try directory.open(temporary, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
      try file.writeAll(bytes)
      try file.fsync()
      try directory.rename(temporary, to: name)
      try directory.fsync()
    } catch {
      try? directory.unlink(temporary)
      throw error
    }
  }
}
