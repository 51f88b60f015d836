internal import CBaileyLinux
internal import Glibc

// SAFETY (whole file): every buffer lives for its call.
extension Descriptor {
  /// A pipe: `first` reads, `second` writes.
  package static func pipe(nonBlocking: Bool = false) throws(Errno) -> DescriptorPair {
    var pair: [Int32] = [-1, -1]
    let flags = nonBlocking ? O_NONBLOCK : 0
    try Errno.checkNegated(unsafe pair.withUnsafeMutableBufferPointer { unsafe bl_pipe($0.baseAddress, flags) })
    return DescriptorPair(first: Descriptor(owning: pair[0]), second: Descriptor(owning: pair[1]))
  }

  /// A counter to wake a poll loop: `notify()` makes it readable, `drain()` resets it.
  package static func eventCounter() throws(Errno) -> Descriptor {
    Descriptor(owning: try Errno.check(eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))))
  }

  package borrowing func notify() { _ = try? writeAll([1, 0, 0, 0, 0, 0, 0, 0]) }

  package borrowing func drain() { _ = try? read(upTo: 8) }

  /// A descriptor that is readable when one of these signals is pending; the caller blocks them first.
  package static func signals(_ numbers: [Int32]) throws(Errno) -> Descriptor {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for number in numbers { unsafe sigaddset(&set, number) }
    return Descriptor(
      owning: try Errno.check(
        unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))))
  }

  /// The next pending signal of a `signals` descriptor.
  package borrowing func nextSignal() throws(Errno) -> Int32? {
    do throws(Errno) {
      let bytes = try read(upTo: 128)
      guard bytes.count == 128 else { return nil }
      return Int32(bytes[0]) | Int32(bytes[1]) << 8
    } catch .tryAgain {
      return nil
    }
  }
}
