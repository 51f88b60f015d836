internal import CBaileyLinux
internal import Glibc

// SAFETY (whole file): every C string and buffer lives for its call; no pointer is kept.
extension Descriptor {
  package borrowing func setMode(_ mode: UInt32) throws(Errno) { try Errno.check(fchmod(raw, mode)) }

  /// Follows a symbolic link, unless `noFollow`, which is `EOPNOTSUPP` on one.
  package borrowing func setMode(of path: some PathText, _ mode: UInt32, noFollow: Bool = true) throws(Errno) {
    let directory = raw
    try unsafe path.withCPath { p throws(Errno) in
      if noFollow {
        try Errno.checkNegated(unsafe bl_fchmodat_nofollow(directory, p, mode))
      } else {
        try Errno.check(unsafe fchmodat(directory, p, mode, 0))
      }
    }
  }

  package borrowing func setOwner(user: UInt32, group: UInt32) throws(Errno) {
    try Errno.check(fchown(raw, user, group))
  }

  /// Does not follow a symbolic link.
  package borrowing func setOwner(of path: some PathText, user: UInt32, group: UInt32) throws(Errno) {
    let directory = raw
    try unsafe path.withCPath { p throws(Errno) in
      try Errno.check(unsafe fchownat(directory, p, user, group, AT_SYMLINK_NOFOLLOW))
    }
  }

  /// Sets times in nanoseconds since 1970; `nil` leaves one as it is.
  package borrowing func setTimes(accessed: Int64?, modified: Int64?) throws(Errno) {
    var times = [timespec(accessed), timespec(modified)]
    let number = raw
    try Errno.check(unsafe futimens(number, &times))
  }

  /// Does not follow a symbolic link.
  package borrowing func setTimes(of path: some PathText, accessed: Int64?, modified: Int64?) throws(Errno) {
    let times = [timespec(accessed), timespec(modified)]
    let directory = raw
    try unsafe path.withCPath { p throws(Errno) in
      try Errno.check(unsafe utimensat(directory, p, times, AT_SYMLINK_NOFOLLOW))
    }
  }

  /// The value of an extended attribute; `ENODATA` when it is not set.
  package borrowing func attribute(_ name: String) throws(Errno) -> [UInt8] {
    let number = raw
    return try unsafe name.withCPath { n throws(Errno) in
      try unsafe Self.sized { unsafe fgetxattr(number, n, $0, $1) }
    }
  }

  package borrowing func setAttribute(_ name: String, _ value: [UInt8]) throws(Errno) {
    let number = raw
    try unsafe name.withCPath { n throws(Errno) in
      try Errno.check(unsafe fsetxattr(number, n, value, value.count, 0))
    }
  }

  /// The value of an extended attribute of a path; a symbolic link is not followed.
  package static func attribute(of path: some PathText, _ name: String) throws(Errno) -> [UInt8] {
    try unsafe path.withCPath { p throws(Errno) in
      try unsafe name.withCPath { n throws(Errno) in try unsafe sized { unsafe lgetxattr(p, n, $0, $1) } }
    }
  }

  package static func setAttribute(of path: some PathText, _ name: String, _ value: [UInt8]) throws(Errno) {
    try unsafe path.withCPath { p throws(Errno) in
      try unsafe name.withCPath { n throws(Errno) in
        try Errno.check(unsafe lsetxattr(p, n, value, value.count, 0))
      }
    }
  }

  private static func sized(_ call: (UnsafeMutableRawPointer?, Int) -> Int) throws(Errno) -> [UInt8] {
    for _ in 0..<8 {
      var buffer = [UInt8](repeating: 0, count: try Errno.check(call(nil, 0)) + 64)
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe call($0.baseAddress, $0.count) }
      if count >= 0 { return Array(buffer[..<min(count, buffer.count)]) }
      let error = Errno.current
      if error != .range { throw error }
    }
    throw .range
  }

  private borrowing func timespec(_ nanoseconds: Int64?) -> Glibc.timespec {
    // UTIME_OMIT
    guard let nanoseconds else { return Glibc.timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2) }
    let (seconds, rest) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000)
    return rest < 0
      ? Glibc.timespec(tv_sec: Int(seconds - 1), tv_nsec: Int(rest + 1_000_000_000))
      : Glibc.timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))
  }
}
