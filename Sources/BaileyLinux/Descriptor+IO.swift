internal import Glibc

extension Descriptor {
  /// Writes all bytes. A non-blocking descriptor can fail with `EAGAIN` half-way.
  package borrowing func writeAll(_ bytes: Span<UInt8>) throws(Errno) {
    var done = 0
    while done < bytes.count {
      done += try write(bytes.extracting(done..<bytes.count))
    }
  }

  package borrowing func writeAll(_ bytes: [UInt8]) throws(Errno) { try writeAll(bytes.span) }

  package borrowing func writeAll(_ text: String) throws(Errno) { try writeAll(Array(text.utf8).span) }

  /// Writes all bytes at an offset.
  package borrowing func writeAll(_ bytes: [UInt8], at offset: Int64) throws(Errno) {
    var done = 0
    while done < bytes.count {
      done += try write(bytes.span.extracting(done..<bytes.count), at: offset + Int64(done))
    }
  }

  package borrowing func write(_ bytes: [UInt8]) throws(Errno) -> Int { try write(bytes.span) }

  package borrowing func fsync() throws(Errno) {
    let number = raw
    try Errno.retrying { Glibc.fsync(number) }
  }

  package borrowing func fdatasync() throws(Errno) {
    let number = raw
    try Errno.retrying { Glibc.fdatasync(number) }
  }

  package borrowing func truncate(to size: Int64) throws(Errno) {
    let number = raw
    try Errno.retrying { Glibc.ftruncate(number, off_t(size)) }
  }

  /// Moves the file offset to `offset` from the start.
  @discardableResult
  package borrowing func seek(to offset: Int64) throws(Errno) -> Int64 {
    Int64(try Errno.check(lseek(raw, off_t(offset), SEEK_SET)))
  }
}
