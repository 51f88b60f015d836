import BaileyCore

/// The hash of a content of known size: of each block that is not all zeros, behind its offset.
///
/// So a hole costs nothing, however large an agent makes it, and a hole and zeros are the same content, as they are to a reader.
struct BlockHash {
  /// Bytes.
  static let size: Int64 = 1 << 17

  private var hash: any ContentHasher

  init(_ hasher: HasherFactory) { hash = hasher() }

  mutating func add(_ block: [UInt8], at offset: Int64) {
    if block.allSatisfy({ $0 == 0 }) { return }
    hash.update((0..<8).map { UInt8(truncatingIfNeeded: offset >> Int64(8 * $0)) })
    hash.update(block)
  }

  func finish() -> [UInt8] { hash.finish() }

  /// Of a content in memory.
  static func of(_ bytes: [UInt8], _ hasher: HasherFactory) -> [UInt8] {
    var hash = BlockHash(hasher)
    for start in stride(from: 0, to: bytes.count, by: Int(size)) {
      hash.add(Array(bytes[start..<min(start + Int(size), bytes.count)]), at: Int64(start))
    }
    return hash.finish()
  }
}
