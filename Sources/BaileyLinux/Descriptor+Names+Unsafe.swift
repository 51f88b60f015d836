internal import CBaileyLinux
internal import Glibc

// Operations on names in a directory. An absolute path ignores the anchor.
// SAFETY (whole file): every C string lives for its call; no pointer is kept.
extension Descriptor {
  package borrowing func makeDirectory(_ path: some PathText, mode: UInt32 = 0o700) throws(Errno) {
    let directory = raw
    try unsafe path.withCPath { p throws(Errno) in try Errno.check(unsafe mkdirat(directory, p, mode)) }
  }

  /// Removes a name that is not a directory.
  package borrowing func unlink(_ path: some PathText) throws(Errno) {
    let directory = raw
    try unsafe path.withCPath { p throws(Errno) in try Errno.check(unsafe unlinkat(directory, p, 0)) }
  }

  /// Removes an empty directory.
  package borrowing func removeDirectory(_ path: some PathText) throws(Errno) {
    let directory = raw
    try unsafe path.withCPath { p throws(Errno) in try Errno.check(unsafe unlinkat(directory, p, AT_REMOVEDIR)) }
  }

  package borrowing func symlink(target: some PathText, at path: some PathText) throws(Errno) {
    let directory = raw
    try unsafe path.withCPath { p throws(Errno) in
      try unsafe target.withCPath { t throws(Errno) in try Errno.check(unsafe symlinkat(t, directory, p)) }
    }
  }

  /// The target of a symbolic link; with an empty path, of this `O_PATH` descriptor.
  package borrowing func readLink(_ path: some PathText) throws(Errno) -> [UInt8] {
    let directory = raw
    var buffer = [UInt8](repeating: 0, count: 4097)
    let count = try unsafe path.withCPath { p throws(Errno) in
      try Errno.check(
        unsafe buffer.withUnsafeMutableBytes { bytes in
          guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return -1 }
          return unsafe readlinkat(directory, p, start, bytes.count)
        })
    }
    if count > 4096 { throw .nameTooLong }
    return Array(buffer[..<count])
  }

  /// A hard link to what `path` names here, as `newPath` in `target`. A symbolic link is linked itself.
  package borrowing func link(_ path: some PathText, to target: borrowing Descriptor, _ newPath: some PathText)
    throws(Errno)
  {
    let (from, to) = (raw, target.raw)
    try unsafe path.withCPath { p throws(Errno) in
      try unsafe newPath.withCPath { n throws(Errno) in try Errno.check(unsafe linkat(from, p, to, n, 0)) }
    }
  }

  package enum RenameMode: UInt32, Sendable {
    case replace = 0
    /// An existing target is `EEXIST`.
    case keepExisting = 1
    case exchange = 2
  }

  package borrowing func rename(
    _ path: some PathText, to target: borrowing Descriptor, _ newPath: some PathText, _ mode: RenameMode = .replace
  ) throws(Errno) {
    let (from, to) = (raw, target.raw)
    try unsafe path.withCPath { p throws(Errno) in
      try unsafe newPath.withCPath { n throws(Errno) in
        try Errno.checkNegated(unsafe bl_renameat2(from, p, to, n, mode.rawValue))
      }
    }
  }

  /// Renames within this directory.
  package borrowing func rename(_ path: some PathText, to newPath: some PathText, _ mode: RenameMode = .replace)
    throws(Errno)
  {
    try rename(path, to: self, newPath, mode)
  }

  /// Makes a node; `device` counts for device nodes only. `mode` includes the type bits.
  package borrowing func makeNode(_ path: some PathText, mode: UInt32, device: UInt64 = 0) throws(Errno) {
    let directory = raw
    try unsafe path.withCPath { p throws(Errno) in
      try Errno.check(unsafe mknodat(directory, p, mode, dev_t(device)))
    }
  }

  package borrowing func isAccessible(_ path: some PathText, mode: Int32) throws(Errno) {
    let directory = raw
    try unsafe path.withCPath { p throws(Errno) in
      try Errno.check(unsafe faccessat(directory, p, mode, AT_EACCESS))
    }
  }
}

extension Descriptor {
  /// Makes a directory with a name nobody had: `prefix` and six letters. Returns the path.
  package static func makeTemporaryDirectory(prefix: String) throws(Errno) -> String {
    var template = Array((prefix + "XXXXXX").utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return unsafe mkdtemp(start) != nil
    }
    guard made else { throw .current }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The absolute path without symbolic links; every component must exist.
  package static func realPath(_ path: some PathText) throws(Errno) -> [UInt8] {
    try unsafe path.withCPath { p throws(Errno) in
      guard let resolved = unsafe realpath(p, nil) else { throw .current }
      defer { unsafe free(resolved) }
      let length = unsafe strlen(resolved)
      return unsafe Array(UnsafeRawBufferPointer(start: resolved, count: length))
    }
  }
}
