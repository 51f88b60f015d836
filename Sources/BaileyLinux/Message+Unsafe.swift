internal import CBaileyLinux
internal import Glibc

// SAFETY (whole file): every buffer lives for its call and is passed with its own length.
extension Descriptor {
  /// Sends bytes with descriptors, which stay the sender's. On a stream, at least one byte must go with them.
  ///
  /// - Returns: the number of bytes taken; on a packet socket, all or an error.
  @discardableResult
  package borrowing func send(_ bytes: [UInt8], descriptors: [Int32] = [], nonBlocking: Bool = false) throws(Errno)
    -> Int
  {
    let number = raw
    let flags = nonBlocking ? Int32(MSG_DONTWAIT) : 0
    return try Errno.retryingNegated {
      unsafe bl_send(number, bytes, bytes.count, descriptors, descriptors.count, flags)
    }
  }

  /// Receives one message, or what a stream has; no bytes and no descriptors mean the end.
  package borrowing func receive(upTo size: Int, descriptors room: Int = 0, nonBlocking: Bool = false) throws(Errno)
    -> Message
  {
    let number = raw
    let flags = nonBlocking ? Int32(MSG_DONTWAIT) : 0
    var bytes = [UInt8](repeating: 0, count: size)
    var descriptors = [Int32](repeating: -1, count: room)
    var kept = room
    var truncated: Int32 = 0
    let count = try Errno.retryingNegated {
      kept = room
      return unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe bl_receive(number, buffer.baseAddress, size, &descriptors, &kept, flags, &truncated)
      }
    }
    return Message(
      bytes: Array(bytes[..<min(count, size)]), descriptors: Array(descriptors[..<kept]), isTruncated: truncated != 0)
  }
}
