internal import BaileyLinux
internal import Glibc

/// An inotify(7) instance that watches directories by descriptor, so that no path is walked twice.
struct Inotify: ~Copyable, Sendable {
  let descriptor: Descriptor

  init() throws(Errno) {
    descriptor = Descriptor(owning: try Errno.check(inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))))
  }

  init(owning number: Int32) { descriptor = Descriptor(owning: number) }

  /// The number, for another owner.
  consuming func take() -> Int32 { descriptor.take() }

  /// Watches an open directory for names that come and go. `ENOSPC` when the user's limit of watches is reached.
  borrowing func watch(_ directory: borrowing Descriptor) throws(Errno) -> Int32 {
    // SAFETY: the C string lives for the call.
    try Errno.check(
      unsafe "/proc/self/fd/\(directory.raw)".withCString {
        unsafe inotify_add_watch(descriptor.raw, $0, Self.interest)
      })
  }

  borrowing func remove(_ watch: Int32) { _ = inotify_rm_watch(descriptor.raw, watch) }

  /// The events that wait; none when there are none.
  borrowing func read() throws(Errno) -> [InotifyEvent] {
    do throws(Errno) {
      return InotifyEvent.parse(try descriptor.read(upTo: 1 << 16))
    } catch .tryAgain {
      return []
    }
  }

  private static let interest =
    UInt32(IN_CREATE) | UInt32(IN_MOVED_TO) | UInt32(IN_MOVED_FROM) | UInt32(IN_DELETE) | UInt32(IN_EXCL_UNLINK)
    | UInt32(IN_ONLYDIR)
}
