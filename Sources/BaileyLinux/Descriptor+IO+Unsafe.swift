internal import Glibc

extension Descriptor {
  /// Reads at most `count` bytes; empty at the end of the file.
  package borrowing func read(upTo count: Int) throws(Errno) -> [UInt8] {
    let number = raw
    return unsafe try Self.filled(count) { unsafe Glibc.read(number, $0, $1) }
  }

  package borrowing func read(upTo count: Int, at offset: Int64) throws(Errno) -> [UInt8] {
    let number = raw
    return unsafe try Self.filled(count) { unsafe Glibc.pread(number, $0, $1, off_t(offset)) }
  }

  /// Reads into the front of `buffer` and returns the number of bytes; 0 at the end of the file.
  package borrowing func read(into buffer: inout [UInt8]) throws(Errno) -> Int {
    let number = raw
    return try Errno.retrying {
      // SAFETY: at most `$0.count` bytes are written to the buffer.
      unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
    }
  }

  /// Reads to the end of the file; more than `limit` bytes are `EFBIG`.
  package borrowing func readAll(limit: Int) throws(Errno) -> [UInt8] {
    var result: [UInt8] = []
    while true {
      let part = try read(upTo: min(65536, limit - result.count + 1))
      if part.isEmpty { return result }
      result += part
      if result.count > limit { throw .tooLarge }
    }
  }

  /// Writes once and returns how many bytes were taken.
  package borrowing func write(_ bytes: Span<UInt8>) throws(Errno) -> Int {
    let number = raw
    // SAFETY: at most `buffer.count` bytes are read from the buffer.
    return try unsafe bytes.withUnsafeBytes { buffer throws(Errno) in
      try Errno.retrying { unsafe Glibc.write(number, buffer.baseAddress, buffer.count) }
    }
  }

  package borrowing func write(_ bytes: Span<UInt8>, at offset: Int64) throws(Errno) -> Int {
    let number = raw
    // SAFETY: at most `buffer.count` bytes are read from the buffer.
    return try unsafe bytes.withUnsafeBytes { buffer throws(Errno) in
      try Errno.retrying { unsafe Glibc.pwrite(number, buffer.baseAddress, buffer.count, off_t(offset)) }
    }
  }

  private static func filled(
    _ count: Int, _ call: (UnsafeMutableRawPointer?, Int) -> Int
  ) throws(Errno) -> [UInt8] {
    guard count > 0 else { return [] }
    var outcome: Result<Int, Errno> = .success(0)
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(Errno) {
        // SAFETY: the kernel initialises exactly as many bytes as it reports.
        initialized = try Errno.retrying { unsafe call(UnsafeMutableRawPointer(buffer.baseAddress), count) }
      } catch {
        outcome = .failure(error)
      }
    }
    _ = try outcome.get()
    return bytes
  }
}
