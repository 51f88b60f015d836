/// The hash function of a tree, injected so that this library depends on no cryptography of its own.
///
/// C2SP logs use SHA-256. A conforming type is one computation: made, fed, finished.
public protocol TreeHash: Sendable {
  init()
  mutating func update(_ bytes: Span<UInt8>)
  consuming func finish() -> TreeDigest
}

/// RFC 6962, section 2.1: the two domains of the tree, kept apart by their first byte.
extension TreeHash {
  /// The root of the tree without entries.
  public static var empty: TreeDigest { Self().finish() }

  public static func leaf(_ entry: Span<UInt8>) -> TreeDigest {
    var hash = Self()
    hash.update(leafPrefix.span)
    hash.update(entry)
    return hash.finish()
  }

  public static func leaf(_ entry: [UInt8]) -> TreeDigest { leaf(entry.span) }

  public static func node(_ left: TreeDigest, _ right: TreeDigest) -> TreeDigest {
    var hash = Self()
    hash.update(nodePrefix.span)
    left.withSpan { hash.update($0) }
    right.withSpan { hash.update($0) }
    return hash.finish()
  }
}

private let leafPrefix: InlineArray<1, UInt8> = [0]
private let nodePrefix: InlineArray<1, UInt8> = [1]
