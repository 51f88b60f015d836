internal import CBaileyLinux
internal import Glibc

extension Descriptor {
  /// Reaps the child behind this pidfd. `nil` when it has not ended and `wait` is false.
  package borrowing func reap(wait: Bool = true) throws(Errno) -> ProcessEnd? {
    let number = raw
    var (code, status): (Int32, Int32) = (0, 0)
    let ended = try Errno.retryingNegated {
      // SAFETY: both variables live for the call.
      unsafe bl_waitid_pidfd(number, WEXITED | (wait ? 0 : WNOHANG), &code, &status)
    }
    guard ended == 1 else { return nil }
    return code == CLD_EXITED ? .exited(status) : .signalled(status)
  }

  /// Reads memory of another process; fewer bytes than asked when the range ends, `EFAULT` when there are none.
  package static func readMemory(of process: Int32, at address: UInt64, count: Int) throws(Errno) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    // SAFETY: at most `$0.count` bytes are written.
    let done = try Errno.checkNegated(
      unsafe bytes.withUnsafeMutableBytes { unsafe bl_process_vm_readv(process, $0.baseAddress, $0.count, address) })
    return Array(bytes[..<done])
  }
}
