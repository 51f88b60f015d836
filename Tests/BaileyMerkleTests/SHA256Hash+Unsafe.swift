import BaileyMerkle
import Crypto

/// SHA-256 of swift-crypto as a tree's hash.
struct SHA256Hash: TreeHash {
  private var state = SHA256()

  init() {}

  mutating func update(_ bytes: Span<UInt8>) {
    // SAFETY: the buffer is read during the call only.
    unsafe bytes.bytes.withUnsafeBytes { unsafe state.update(bufferPointer: $0) }
  }

  consuming func finish() -> TreeDigest {
    var digest = InlineArray<32, UInt8>(repeating: 0)
    for (slot, byte) in zip(digest.indices, state.finalize()) { digest[slot] = byte }
    return TreeDigest(digest)
  }
}
