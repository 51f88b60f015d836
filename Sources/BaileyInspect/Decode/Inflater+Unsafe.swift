private import CBaileyInflate

// SAFETY (whole file): the handle is made and freed once, by this class. The shim reads and writes within the buffers it is lent for the
// call, and keeps no pointer.

/// A decompressor, fed piece by piece.
@safe final class Inflater: Decoder {
  enum Format: Int32 {
    case gzip = 0
    case zlib, deflate, zstd, brotli, bzip2, xz
  }

  private static let states: [Int32: DecoderStep.State] = [0: .more, 1: .end, -2: .refused]

  private let handle: OpaquePointer?

  init(_ format: Format) { unsafe handle = bailey_inflate_new(format.rawValue) }

  deinit { if let handle = unsafe handle { unsafe bailey_inflate_free(handle) } }

  /// Takes some of the input and fills some of the room.
  func step(_ input: Span<UInt8>, into room: inout [UInt8]) -> DecoderStep {
    guard let handle = unsafe handle else { return DecoderStep(used: 0, made: 0, state: .broken) }
    // Without it the last reference could go as soon as the handle is read.
    defer { withExtendedLifetime(self) {} }
    var (used, made) = (0, 0)
    let status = unsafe input.withUnsafeBytes { input in
      unsafe room.withUnsafeMutableBufferPointer { room in
        let start = unsafe input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return unsafe bailey_inflate_step(handle, start, input.count, &used, room.baseAddress, room.count, &made)
      }
    }
    return DecoderStep(used: used, made: made, state: Self.states[status, default: .broken])
  }
}
