internal import CBaileyLinux
internal import Glibc

/// How a process ended.
package enum ProcessEnd: Sendable, Equatable {
  case exited(Int32)
  case signalled(Int32)
}

/// Has the calling thread get the processor soon after it was woken, and for a short time: a scheduling slice of its own,
/// sched_setattr(2). Linux 6.12; before, it has no effect.
///
/// - Parameter nanoseconds: 100,000 to 100,000,000; the kernel takes the nearest.
package func setTimeSlice(nanoseconds: UInt64) throws(Errno) {
  try Errno.checkNegated(bl_set_time_slice(nanoseconds))
}

extension Descriptor {
  /// A pidfd: names this process and never another with the same number.
  package static func process(_ number: Int32) throws(Errno) -> Descriptor {
    Descriptor(owning: try Errno.checkNegated(bl_pidfd_open(number, 0)))
  }

  /// Sends a signal through a pidfd; 0 only asks whether it could be sent.
  package borrowing func sendSignal(_ number: Int32) throws(Errno) {
    try Errno.checkNegated(bl_pidfd_send_signal(raw, number))
  }

  /// Duplicates descriptor `number` of the process behind this pidfd.
  package borrowing func fetchDescriptor(_ number: Int32) throws(Errno) -> Descriptor {
    Descriptor(owning: try Errno.checkNegated(bl_pidfd_getfd(raw, number)))
  }
}
