internal import Glibc

/// Why a system call failed.
package struct Errno: Error, Sendable, Hashable {
  package let rawValue: Int32

  package init(rawValue: Int32) { self.rawValue = rawValue }
  package init(_ rawValue: Int32) { self.rawValue = rawValue }

  /// The calling thread's `errno`. Read it before anything else is called.
  package static var current: Errno { Errno(errno) }
}

extension Errno {
  package static let notPermitted = Errno(EPERM)
  package static let noSuchFile = Errno(ENOENT)
  package static let noSuchDevice = Errno(ENXIO)
  package static let noSuchProcess = Errno(ESRCH)
  package static let interrupted = Errno(EINTR)
  package static let io = Errno(EIO)
  package static let badDescriptor = Errno(EBADF)
  package static let tryAgain = Errno(EAGAIN)
  package static let accessDenied = Errno(EACCES)
  package static let busy = Errno(EBUSY)
  package static let exists = Errno(EEXIST)
  package static let crossDevice = Errno(EXDEV)
  package static let notDirectory = Errno(ENOTDIR)
  package static let isDirectory = Errno(EISDIR)
  package static let invalid = Errno(EINVAL)
  package static let tooLarge = Errno(EFBIG)
  package static let noSpace = Errno(ENOSPC)
  package static let readOnlyFileSystem = Errno(EROFS)
  package static let brokenPipe = Errno(EPIPE)
  package static let range = Errno(ERANGE)
  package static let nameTooLong = Errno(ENAMETOOLONG)
  package static let notImplemented = Errno(ENOSYS)
  package static let notEmpty = Errno(ENOTEMPTY)
  package static let tooManyLinks = Errno(ELOOP)
  package static let noData = Errno(ENODATA)
  package static let overflow = Errno(EOVERFLOW)
  package static let notTerminal = Errno(ENOTTY)
  package static let notSupported = Errno(EOPNOTSUPP)
  package static let connectionReset = Errno(ECONNRESET)
  package static let timedOut = Errno(ETIMEDOUT)
  package static let connectionRefused = Errno(ECONNREFUSED)
  package static let inProgress = Errno(EINPROGRESS)
  package static let quota = Errno(EDQUOT)
  package static let canceled = Errno(ECANCELED)
}

extension Errno {
  /// `throws` on a negative result of a C library function that sets `errno`.
  @discardableResult
  package static func check<Value: SignedInteger>(_ result: Value) throws(Errno) -> Value {
    if result < 0 { throw .current }
    return result
  }

  /// `throws` on a negative errno, as every function of CBaileyLinux returns it.
  @discardableResult
  package static func checkNegated<Value: SignedInteger>(_ result: Value) throws(Errno) -> Value {
    if result < 0 { throw Errno(Int32(truncatingIfNeeded: 0 - result)) }
    return result
  }

  /// Repeats a call of the C library that a signal interrupted.
  @discardableResult
  package static func retrying<Value: SignedInteger>(_ call: () -> Value) throws(Errno) -> Value {
    while true {
      let result = call()
      if result >= 0 { return result }
      let error = Errno.current
      if error != .interrupted { throw error }
    }
  }

  /// Repeats a call of CBaileyLinux that a signal interrupted.
  @discardableResult
  package static func retryingNegated<Value: SignedInteger>(_ call: () -> Value) throws(Errno) -> Value {
    while true {
      let result = call()
      if result >= 0 { return result }
      let error = Errno(Int32(truncatingIfNeeded: 0 - result))
      if error != .interrupted { throw error }
    }
  }
}
