import BaileyCore
import CBaileyZlib

// SAFETY (whole file): zlib writes into the buffer it is lent for the call, within its size, and keeps no pointer.

/// Whole gzip members in memory.
enum Gzip {
  /// - Parameter limit: a longer result is a fault, whatever the header promises.
  static func expand(_ bytes: [UInt8], limit: Int, subject: String) throws(Fault) -> [UInt8] {
    var room = min(limit, max(64 << 10, bytes.count &* 8))
    while true {
      var used = 0
      var status: Int32 = -1
      let output = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        unsafe bytes.withUnsafeBufferPointer { input in
          status = unsafe bailey_gunzip(input.baseAddress, input.count, buffer.baseAddress, room, &used)
        }
        count = status == 0 ? used : 0
      }
      if status == 0 { return output }
      guard status == 1 else {
        throw Fault("bundle-malformed", subject: subject, why: "this is not one whole gzip file")
      }
      guard room < limit else {
        throw Fault("bundle-too-large", subject: subject, why: "more than \(limit) bytes when expanded")
      }
      room = min(limit, room * 4)
    }
  }

  static func compress(_ bytes: [UInt8], subject: String) throws(Fault) -> [UInt8] {
    let room = bailey_gzip_bound(bytes.count)
    var (used, status) = (0, Int32(-1))
    let output = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      unsafe bytes.withUnsafeBufferPointer { input in
        status = unsafe bailey_gzip(input.baseAddress, input.count, buffer.baseAddress, room, &used)
      }
      count = status == 0 ? used : 0
    }
    guard status == 0 else { throw Fault("bundle-too-large", subject: subject, why: "it cannot be compressed") }
    return output
  }
}
