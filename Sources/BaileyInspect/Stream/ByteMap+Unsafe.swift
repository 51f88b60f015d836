internal import CBaileyBytes

// SAFETY (whole file): the buffers live for the call that is lent them; the shim reads as many bytes as it is told and writes a group for
// each 64 of them, for which there is room.

/// What each byte of a stretch may be part of: bit masks for groups of 64.
struct ByteMap {
  private(set) var groups: [bailey_byte_classes] = []

  /// Sorts the bytes. Before them stands one more group, of nothing, and behind them one of NULs.
  mutating func read(_ bytes: Span<UInt8>) {
    let count = (bytes.count + 63) / 64
    if groups.count < count + 2 { groups = Array(repeating: bailey_byte_classes(), count: count + 2) }
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe groups.withUnsafeMutableBufferPointer { groups in
        unsafe bailey_classify(bytes.baseAddress, bytes.count, groups.baseAddress?.advanced(by: 1))
      }
    }
    groups[count + 1] = bailey_byte_classes()
    groups[count + 1].space = .max
  }
}

extension bailey_byte_classes {
  var visible: UInt64 { ~(space | quote) }
  var solid: UInt64 { ~space }
  var upper: UInt64 { word & ~(digit | lower) }
  var mark: UInt64 { run & ~word }
}

extension Span<UInt8> {
  func holds(_ byte: UInt8) -> Bool {
    unsafe withUnsafeBufferPointer { unsafe bailey_holds($0.baseAddress, $0.count, byte) }
  }
}
