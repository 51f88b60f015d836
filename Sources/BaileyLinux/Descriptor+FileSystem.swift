internal import CBaileyLinux

extension Descriptor {
  /// Waits until the whole file system of this descriptor is on disk, and reports errors of earlier writes (Linux 5.8).
  package borrowing func syncFileSystem() throws(Errno) { try Errno.checkNegated(bl_syncfs(raw)) }
}
