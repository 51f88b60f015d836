private import CBaileyInflate

// SAFETY (whole file): the handle is made and freed once, by this class. The shim reads and writes within the buffers it is lent for the
// call, and keeps no pointer.

/// A decompressor, fed piece by piece.
@safe final class Inflater {
  enum Format: Int32 {
    case gzip = 0
    case zlib, deflate, zstd, brotli, bzip2
  }

  enum Step { case more, end, broken }

  private let handle: OpaquePointer?

  init(_ format: Format) { unsafe handle = bailey_inflate_new(format.rawValue) }

  deinit { if let handle = unsafe handle { unsafe bailey_inflate_free(handle) } }

  /// Takes some of the input and fills some of the room.
  func step(
    _ input: Span<UInt8>, into room: inout [UInt8]
  ) -> (used: Int, made: Int, state: Step) {
    guard let handle = unsafe handle else { return (0, 0, .broken) }
    // Without it the last reference could go as soon as the handle is read.
    defer { withExtendedLifetime(self) {} }
    var (used, made) = (0, 0)
    let status = unsafe input.withUnsafeBytes { input in
      unsafe room.withUnsafeMutableBufferPointer { room in
        let start = unsafe input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return unsafe bailey_inflate_step(handle, start, input.count, &used, room.baseAddress, room.count, &made)
      }
    }
    return (used, made, status == 1 ? .end : (status == 0 ? .more : .broken))
  }
}
