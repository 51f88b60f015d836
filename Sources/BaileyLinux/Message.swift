/// A received message and the descriptors that came with it, all owned by the receiver.
package struct Message: Sendable {
  package var bytes: [UInt8]
  /// Raw numbers: the receiver closes each, or gives it to a `Descriptor`.
  package var descriptors: [Int32]
  /// Data or descriptors did not fit. Trust nothing of such a message.
  package var isTruncated: Bool
}
