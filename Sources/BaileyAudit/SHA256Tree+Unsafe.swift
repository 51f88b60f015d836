package import BaileyMerkle
internal import Crypto

/// SHA-256 as the hash of the log's tree.
package struct SHA256Tree: TreeHash {
  private var state = SHA256()

  package init() {}

  package mutating func update(_ bytes: Span<UInt8>) {
    // SAFETY: the buffer is read during the call only.
    unsafe bytes.bytes.withUnsafeBytes { unsafe state.update(bufferPointer: $0) }
  }

  package consuming func finish() -> TreeDigest {
    var digest = InlineArray<32, UInt8>(repeating: 0)
    for (slot, byte) in zip(digest.indices, state.finalize()) { digest[slot] = byte }
    return TreeDigest(digest)
  }
}
