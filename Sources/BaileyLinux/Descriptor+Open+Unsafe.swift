internal import CBaileyLinux
internal import Glibc

extension Descriptor {
  /// Opens relative to the working directory, or an absolute path.
  package static func open(_ path: some PathText, _ flags: OpenFlags = .readOnly, mode: UInt32 = 0o600) throws(Errno)
    -> Descriptor
  {
    try workingDirectory.open(path, flags, mode: mode)
  }

  /// Opens relative to this directory.
  package borrowing func open(_ path: some PathText, _ flags: OpenFlags = .readOnly, mode: UInt32 = 0o600)
    throws(Errno) -> Descriptor
  {
    let directory = raw
    // SAFETY: the C string lives for the call.
    let number = try unsafe path.withCPath { pointer throws(Errno) in
      try Errno.retryingNegated { unsafe bl_openat(directory, pointer, flags.rawValue, mode) }
    }
    return Descriptor(owning: number)
  }

  /// openat2(2): opens relative to this directory, walking only as `resolve` allows. A race seen by the kernel is tried again.
  package borrowing func open(
    _ path: some PathText, _ flags: OpenFlags = .readOnly, mode: UInt32 = 0, resolve: ResolveFlags
  ) throws(Errno) -> Descriptor {
    let directory = raw
    for _ in 0..<64 {
      do throws(Errno) {
        // SAFETY: the C string lives for the call.
        let number = try unsafe path.withCPath { pointer throws(Errno) in
          try Errno.retryingNegated {
            unsafe bl_openat2(
              directory, pointer, UInt64(UInt32(bitPattern: flags.rawValue)), UInt64(mode), resolve.rawValue)
          }
        }
        return Descriptor(owning: number)
      } catch {
        if error != .tryAgain { throw error }
      }
    }
    throw .tryAgain
  }
}
