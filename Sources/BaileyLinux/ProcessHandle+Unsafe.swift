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
    var done = 0
    // SAFETY: at most `count` bytes are written, and as many as were are counted.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      done = unsafe bl_process_vm_readv(process, buffer.baseAddress, count, address)
      initialized = max(done, 0)
    }
    try Errno.checkNegated(done)
    return bytes
  }

  /// Pieces of another process's memory by one call (process_vm_readv(2)), in order; those after the first that cannot be read are missing.
  ///
  /// - Parameter pieces: at most 64.
  package static func gatherMemory(
    of process: Int32, _ pieces: [(address: UInt64, count: Int)]
  ) throws(Errno) -> [ArraySlice<UInt8>] {
    var bytes = [UInt8](repeating: 0, count: pieces.reduce(0) { $0 + $1.count })
    let addresses = pieces.map(\.address)
    let lengths = pieces.map(\.count)
    // SAFETY: as many bytes are written as the lengths add up to, which is the size of the buffer.
    let done = try Errno.checkNegated(
      unsafe bytes.withUnsafeMutableBytes { local in
        unsafe bl_process_vm_gather(process, local.baseAddress, addresses, lengths, pieces.count)
      })
    var result: [ArraySlice<UInt8>] = []
    var start = 0
    for piece in pieces where start + piece.count <= done {
      result.append(bytes[start..<start + piece.count])
      start += piece.count
    }
    return result
  }
}
