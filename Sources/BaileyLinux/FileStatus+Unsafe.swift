internal import CBaileyLinux
internal import Glibc

extension Descriptor {
  /// fstat(2); works on `O_PATH` descriptors as well.
  package borrowing func status() throws(Errno) -> FileStatus {
    try Self.status(raw, [UInt8](), BL_AT_EMPTY_PATH)
  }

  /// The magic number of the file system that this descriptor lies on: `f_type` of statfs(2).
  package borrowing func fileSystemMagic() throws(Errno) -> Int {
    var magic: Int64 = 0
    // SAFETY: the number lives for the call.
    try Errno.checkNegated(unsafe bl_file_system(raw, &magic))
    return Int(magic)
  }

  /// Bytes that an ordinary user may still write to its file system: `f_bavail` of statvfs(3).
  package borrowing func availableBytes() throws(Errno) -> Int64 {
    var status = Glibc.statvfs()
    // SAFETY: the structure lives for the call.
    try Errno.check(unsafe fstatvfs(raw, &status))
    return Int64(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
  }

  /// Status of a name in this directory. A symbolic link is not followed unless asked.
  package borrowing func status(of path: some PathText, followingLinks: Bool = false) throws(Errno) -> FileStatus {
    try Self.status(raw, path, followingLinks ? 0 : AT_SYMLINK_NOFOLLOW)
  }

  /// Status of an absolute path or one relative to the working directory.
  package static func status(of path: some PathText, followingLinks: Bool = false) throws(Errno) -> FileStatus {
    try status(AT_FDCWD, path, followingLinks ? 0 : AT_SYMLINK_NOFOLLOW)
  }

  private static func status(_ directory: Int32, _ path: some PathText, _ flags: Int32) throws(Errno) -> FileStatus {
    var raw = bl_status()
    // SAFETY: the C string and the structure live for the call.
    try unsafe path.withCPath { pointer throws(Errno) in
      _ = try Errno.checkNegated(unsafe bl_statx(directory, pointer, flags, &raw))
    }
    return FileStatus(raw)
  }
}

extension FileStatus {
  init(_ raw: bl_status) {
    self.init(
      type: FileType(mode: raw.mode), mode: raw.mode & 0o7777, user: raw.user, group: raw.group,
      size: Int64(clamping: raw.size), blocks: Int64(clamping: raw.blocks), inode: raw.inode, device: raw.device,
      links: raw.links, specialDevice: raw.special_device, accessed: raw.access_ns, modified: raw.modify_ns,
      changed: raw.change_ns, mount: raw.mount)
  }
}
