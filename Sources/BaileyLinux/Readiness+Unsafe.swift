internal import CBaileyLinux
internal import Glibc

/// What a descriptor is ready for.
package struct Readiness: OptionSet, Sendable, Hashable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }
  package static let input = Readiness(rawValue: 0x1)
  package static let priority = Readiness(rawValue: 0x2)
  package static let output = Readiness(rawValue: 0x4)
  package static let error = Readiness(rawValue: 0x8)
  package static let hangUp = Readiness(rawValue: 0x10)
  package static let peerClosed = Readiness(rawValue: 0x2000)
  /// epoll only.
  package static let edgeTriggered = Readiness(rawValue: 1 << 31)
}

/// Waits for a few descriptors. Numbers, not owners: the caller keeps them open.
///
/// - Returns: the readiness of each, in order; all empty when `milliseconds` have passed (negative: for ever).
package func poll(_ wanted: [(descriptor: Int32, events: Readiness)], milliseconds: Int32 = -1) throws(Errno)
  -> [Readiness]
{
  var list = wanted.map { pollfd(fd: $0.descriptor, events: Int16(truncatingIfNeeded: $0.events.rawValue), revents: 0) }
  try Errno.retrying {
    // SAFETY: the list lives for the call and is passed with its own length.
    unsafe list.withUnsafeMutableBufferPointer { unsafe Glibc.poll($0.baseAddress, nfds_t($0.count), milliseconds) }
  }
  return list.map { Readiness(rawValue: UInt32(UInt16(bitPattern: $0.revents))) }
}

/// An epoll(7) instance.
package struct EventPoll: ~Copyable, Sendable {
  package struct Event: Sendable {
    package var token: UInt64
    package var ready: Readiness
  }

  package let descriptor: Descriptor

  package init() throws(Errno) {
    descriptor = Descriptor(owning: try Errno.check(epoll_create1(Int32(EPOLL_CLOEXEC))))
  }

  package borrowing func add(_ number: Int32, _ events: Readiness, token: UInt64) throws(Errno) {
    try control(EPOLL_CTL_ADD, number, events, token)
  }

  package borrowing func remove(_ number: Int32) throws(Errno) { try control(EPOLL_CTL_DEL, number, [], 0) }

  /// Waits for at most `limit` events; none when the time has passed.
  package borrowing func wait(limit: Int = 64, milliseconds: Int32 = -1) throws(Errno) -> [Event] {
    var events = unsafe [epoll_event](repeating: epoll_event(), count: limit)
    let number = descriptor.raw
    let count = try Errno.retrying {
      // SAFETY: the kernel fills at most `limit` elements of the array.
      unsafe epoll_wait(number, &events, Int32(limit), milliseconds)
    }
    // SAFETY: every event was registered with its `u64`.
    return unsafe events[..<Int(count)].map { unsafe Event(token: $0.data.u64, ready: Readiness(rawValue: $0.events)) }
  }

  private borrowing func control(_ operation: Int32, _ number: Int32, _ events: Readiness, _ token: UInt64)
    throws(Errno)
  {
    var event = unsafe epoll_event(events: events.rawValue, data: epoll_data_t(u64: token))
    // SAFETY: the event lives for the call.
    try Errno.check(unsafe epoll_ctl(descriptor.raw, operation, number, &event))
  }
}
