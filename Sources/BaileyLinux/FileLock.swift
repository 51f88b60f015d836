internal import CBaileyLinux
internal import Glibc

extension Descriptor {
  package enum LockKind: Sendable { case shared, exclusive }

  /// Locks the open file description (`F_OFD_SETLK`); it goes with the last descriptor of it. Without `wait`, a held lock is `EAGAIN`.
  package borrowing func lock(_ kind: LockKind, wait: Bool = false) throws(Errno) {
    let number = raw
    try Errno.retryingNegated { bl_ofd_lock(number, kind == .exclusive ? 1 : 0, wait ? 1 : 0) }
  }

  package borrowing func unlock() throws(Errno) { try Errno.checkNegated(bl_ofd_unlock(raw)) }
}
