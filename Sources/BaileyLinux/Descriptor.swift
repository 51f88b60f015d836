internal import CBaileyLinux
internal import Glibc

/// An open descriptor with one owner, who closes it.
///
/// Every descriptor made by BaileyLinux is close-on-exec. Giving one away is `take()`.
package struct Descriptor: ~Copyable, Sendable {
  package let raw: Int32

  /// Takes ownership of `descriptor`, which nobody else may close from now on.
  package init(owning descriptor: Int32) { raw = descriptor }

  /// The number, and with it the duty to close it.
  package consuming func take() -> Int32 {
    let number = raw
    discard self
    return number
  }

  deinit {
    if raw >= 0 { _ = Glibc.close(raw) }
  }

  /// The process's working directory as an anchor for the `…(path)` methods; absolute paths do not need another one.
  package static let workingDirectory = Descriptor(owning: AT_FDCWD)
}

extension Descriptor {
  package borrowing func duplicate() throws(Errno) -> Descriptor {
    Descriptor(owning: try Errno.checkNegated(bl_fcntl(raw, F_DUPFD_CLOEXEC, 3)))
  }

  package borrowing func setCloseOnExec(_ on: Bool) throws(Errno) {
    try Errno.checkNegated(bl_fcntl(raw, F_SETFD, on ? Int(FD_CLOEXEC) : 0))
  }

  /// The flags of the open file description (`O_APPEND`, `O_NONBLOCK` …).
  package borrowing func statusFlags() throws(Errno) -> Int32 {
    try Errno.checkNegated(bl_fcntl(raw, F_GETFL, 0))
  }

  package borrowing func setNonBlocking(_ on: Bool) throws(Errno) {
    let flags = try statusFlags()
    try Errno.checkNegated(bl_fcntl(raw, F_SETFL, Int(on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK)))
  }
}
