internal import CBaileyLinux
internal import Glibc

extension Descriptor {
  /// Makes this file share the blocks of `source` (FICLONE); `EOPNOTSUPP`, `EXDEV` or `EINVAL` where that cannot be.
  package borrowing func cloneContents(of source: borrowing Descriptor) throws(Errno) {
    try Errno.checkNegated(bl_ficlone(raw, source.raw))
  }

  /// Copies the whole of `source`, from its start, to this file's start: a clone where possible, else by the kernel, else by hand.
  package borrowing func copyContents(of source: borrowing Descriptor) throws(Errno) {
    do throws(Errno) { return try cloneContents(of: source) } catch {}
    var offset: Int64 = 0
    while true {
      let count: Int
      do throws(Errno) { count = try copyRange(of: source, at: offset, count: 1 << 30) } catch {
        return try copyByHand(of: source, from: offset)
      }
      if count == 0 { return try copyByHand(of: source, from: offset) }
      offset += Int64(count)
    }
  }

  /// Some file systems (procfs) report 0 to copy_file_range(2) though there is more; reading tells the truth.
  private borrowing func copyByHand(of source: borrowing Descriptor, from start: Int64) throws(Errno) {
    var offset = start
    while true {
      let bytes = try source.read(upTo: 1 << 17, at: offset)
      if bytes.isEmpty { return }
      try writeAll(bytes, at: offset)
      offset += Int64(bytes.count)
    }
  }
}
