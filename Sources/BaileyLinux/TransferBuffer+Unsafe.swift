internal import CBaileyLinux
internal import Glibc

/// A block of memory through which one thread moves bytes between sockets.
@safe package final class TransferBuffer {
  package let capacity: Int
  private let memory: UnsafeMutableRawBufferPointer

  package init(capacity: Int) {
    self.capacity = capacity
    unsafe memory = .allocate(byteCount: capacity, alignment: 4096)
  }

  deinit { unsafe memory.deallocate() }

  // SAFETY (whole file): every count is clamped to the block; the block lives as long as the object.

  /// Reads at most `limit` bytes; 0 is the end of the stream.
  package func receive(from number: Int32, limit: Int = .max, peek: Bool = false) throws(Errno) -> Int {
    let flags = peek ? Int32(MSG_PEEK) : 0
    while true {
      let count = unsafe recv(number, memory.baseAddress, min(max(limit, 0), capacity), flags)
      if count >= 0 { return count }
      let error = Errno.current
      if error != .interrupted { throw error }
    }
  }

  /// Sends bytes `start..<end` of the block, as many as the socket takes.
  package func send(to number: Int32, _ start: Int, _ end: Int) throws(Errno) -> Int {
    guard start >= 0, start < end, end <= capacity, let base = unsafe memory.baseAddress else { return 0 }
    while true {
      let count = unsafe Glibc.send(number, base + start, end - start, Int32(MSG_NOSIGNAL))
      if count >= 0 { return count }
      let error = Errno.current
      if error != .interrupted { throw error }
    }
  }

  package func bytes(_ start: Int, _ end: Int) -> [UInt8] {
    guard start >= 0, start < end, end <= capacity else { return [] }
    return unsafe Array(memory[start..<end])
  }
}

extension Socket {
  /// Sends as many of `bytes` as the socket takes.
  package static func send(_ bytes: [UInt8], from start: Int = 0, to number: Int32) throws(Errno) -> Int {
    guard start >= 0, start < bytes.count else { return 0 }
    let count = unsafe bytes.withUnsafeBytes { raw -> Int in
      guard let base = raw.baseAddress else { return 0 }
      return unsafe Glibc.send(number, base + start, raw.count - start, Int32(MSG_NOSIGNAL))
    }
    return try Errno.check(count)
  }
}

/// The pipe through which splice(2) moves bytes without copying them to user space.
package struct SplicePipe: ~Copyable {
  private let read: Int32
  private let write: Int32

  /// - Parameter size: bytes the pipe should hold; an ordinary user's limit may leave it smaller.
  package init(size: Int32) throws(Errno) {
    let pair = try Descriptor.pipe(nonBlocking: true).take()
    (read, write) = pair
    // F_SETPIPE_SZ
    _ = fcntl(write, 1031, size)
  }

  deinit {
    _ = Glibc.close(read)
    _ = Glibc.close(write)
  }

  /// Moves at most `limit` bytes from a socket into the pipe; 0 is the end of the stream.
  package borrowing func fill(from number: Int32, limit: Int) throws(Errno) -> Int {
    try Self.move(number, write, limit)
  }

  /// Moves at most `limit` bytes of the pipe into a socket.
  package borrowing func drain(to number: Int32, limit: Int) throws(Errno) -> Int {
    try Self.move(read, number, limit)
  }

  private static func move(_ from: Int32, _ to: Int32, _ limit: Int) throws(Errno) -> Int {
    try Errno.retryingNegated { bl_splice(from, to, limit) }
  }
}
