import BaileyCore
import BaileyMerkle

/// SHA-256 for whoever has no cryptography of his own.
package struct ContentDigest: ContentHasher, Sendable {
  private var hash = SHA256Tree()

  package init() {}

  package mutating func update(_ bytes: [UInt8]) { hash.update(bytes.span) }

  package func finish() -> [UInt8] { hash.finish().bytes }

  package static func hex(_ bytes: [UInt8]) -> String {
    var hash = SHA256Tree()
    hash.update(bytes.span)
    return hexadecimal(hash.finish().bytes)
  }
}
