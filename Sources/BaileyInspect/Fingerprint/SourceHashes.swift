/// Collects the hashes of one source, file by file.
///
/// What is in many of its files says nothing of it: headers that all of them have, and what generators write. Such hashes are left out: those in more
/// than five of its files, and more than one in fifty. So are comments that speak of licences. The same file twice counts once.
package struct SourceHashes {
  private static let usualFiles = 5
  private static let usualShare = 50

  private let key: SipHash
  private var counts: [UInt64: UInt32] = [:]
  private var known: Set<UInt64> = []
  private var files = 0

  package init(key: SipHash) { self.key = key }

  package mutating func add(_ file: [UInt8]) {
    let own = Winnower.chosen(SourceText.withoutNotices(file), key: key)
    guard !own.isEmpty, known.insert(key.hash(file)).inserted else { return }
    files += 1
    for hash in own { counts[hash, default: 0] += 1 }
  }

  /// Hashes so far, the usual ones too.
  package var count: Int { counts.count }

  package func rare() -> Set<UInt64> {
    let most = UInt32(max(Self.usualFiles, files / Self.usualShare))
    return Set(counts.lazy.filter { $0.value <= most }.map(\.key))
  }
}
