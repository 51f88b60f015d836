internal import CBaileyLinux
internal import Glibc

extension Descriptor {
  /// Makes this file share the blocks of `source` (FICLONE); `EOPNOTSUPP`, `EXDEV` or `EINVAL` where that cannot be.
  package borrowing func cloneContents(of source: borrowing Descriptor) throws(Errno) {
    try Errno.checkNegated(bl_ficlone(raw, source.raw))
  }

  /// Copies the whole of `source` into this empty file: a clone where possible, else by the kernel, else by hand. Holes stay holes.
  package borrowing func copyContents(of source: borrowing Descriptor) throws(Errno) {
    do throws(Errno) { return try cloneContents(of: source) } catch {}
    var offset: Int64 = 0
    while let data = try source.nextData(from: offset) {
      let end = try source.nextHole(from: data)
      offset = try copy(data..<end, of: source)
      if offset < end { break }
    }
    let size = try source.status().size
    if try status().size < size { try truncate(to: size) }
  }

  /// Returns where the source ended, or the end of the range.
  private borrowing func copy(_ range: Range<Int64>, of source: borrowing Descriptor) throws(Errno) -> Int64 {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let wanted = Int(min(1 << 30, range.upperBound - offset))
      // Some file systems (procfs) report 0 though there is more; reading tells the truth.
      guard let count = try? copyRange(of: source, at: offset, count: wanted), count > 0 else {
        return try copyByHand(offset..<range.upperBound, of: source)
      }
      offset += Int64(count)
    }
    return offset
  }

  private borrowing func copyByHand(_ range: Range<Int64>, of source: borrowing Descriptor) throws(Errno) -> Int64 {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let bytes = try source.read(upTo: Int(min(1 << 17, range.upperBound - offset)), at: offset)
      if bytes.isEmpty { break }
      try writeAll(bytes, at: offset)
      offset += Int64(bytes.count)
    }
    return offset
  }

  /// Where data begins at or after an offset (SEEK_DATA); `nil` when there is none. A file system that does not know says "here".
  package borrowing func nextData(from offset: Int64) throws(Errno) -> Int64? {
    do throws(Errno) { return Int64(try Errno.check(lseek(raw, off_t(offset), Self.seekData))) } catch {
      if error == .noSuchDevice { return nil }
      if error == .invalid { return offset }
      throw error
    }
  }

  private borrowing func nextHole(from offset: Int64) throws(Errno) -> Int64 {
    do throws(Errno) { return Int64(try Errno.check(lseek(raw, off_t(offset), Self.seekHole))) } catch {
      if error == .invalid { return .max }
      if error == .noSuchDevice { return offset }
      throw error
    }
  }

  // SEEK_DATA and SEEK_HOLE, which the C library's module does not show.
  private static let seekData: Int32 = 3
  private static let seekHole: Int32 = 4
}
