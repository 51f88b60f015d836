internal import CBaileyLinux

extension Descriptor {
  /// copy_file_range(2) at the same offset in both files; 0 at the end.
  package borrowing func copyRange(of source: borrowing Descriptor, at offset: Int64, count: Int) throws(Errno) -> Int {
    let (from, to) = (source.raw, raw)
    var (fromOffset, toOffset) = (offset, offset)
    // SAFETY: both offsets live for the call.
    return try Errno.retryingNegated { unsafe bl_copy_file_range(from, &fromOffset, to, &toOffset, count) }
  }
}
