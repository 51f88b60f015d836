// SAFETY (whole file): the pointer is used within the call that lends it.

extension Array where Element == UInt8 {
  mutating func append(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe self.append(contentsOf: $0) }
  }

  init(_ bytes: Span<UInt8>) {
    self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
  }
}
