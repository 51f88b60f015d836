/// A 32-byte hash: a leaf, a node or a root of the tree.
///
/// Stored in line, so that a tree of a million leaves needs no allocation for each.
public struct TreeDigest: Sendable {
  public static let count = 32

  private var storage: InlineArray<32, UInt8>

  /// `nil` unless there are exactly 32 bytes.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.count else { return nil }
    var storage = InlineArray<32, UInt8>(repeating: 0)
    for (slot, byte) in zip(storage.indices, bytes) { storage[slot] = byte }
    self.storage = storage
  }

  public init(_ storage: InlineArray<32, UInt8>) { self.storage = storage }

  public var bytes: [UInt8] { storage.indices.map { storage[$0] } }

  public func withSpan<Result, Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Result) throws(Failure)
    -> Result
  {
    try body(storage.span)
  }

  /// Standard padded base 64, as checkpoints and proofs write it.
  public var base64: String { Base64.encode(bytes) }

  public init?(base64 text: some StringProtocol) {
    guard let bytes = Base64.decode(text.utf8) else { return nil }
    self.init(bytes)
  }
}

extension TreeDigest: Hashable {
  public static func == (left: TreeDigest, right: TreeDigest) -> Bool {
    for slot in left.storage.indices where left.storage[slot] != right.storage[slot] { return false }
    return true
  }

  public func hash(into hasher: inout Hasher) {
    for slot in storage.indices { hasher.combine(storage[slot]) }
  }
}

extension TreeDigest: CustomStringConvertible {
  public var description: String { base64 }
}
