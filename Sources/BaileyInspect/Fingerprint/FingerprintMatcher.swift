/// Finds parts of registered sources in a stream.
package struct FingerprintMatcher: Sendable {
  /// Different hashes of one source that must come within `reach` bytes: fewer can be chance or a common phrase.
  package static let hits = 3
  /// Bytes from the first of them to the last, at least: an idiom of a language may be a line long.
  package static let spread = 160
  package static let reach = 4096
  /// Sources that are followed at once in one stream; the one that was met longest ago gives way.
  package static let followed = 64

  /// A place where a source's text is.
  package struct Match: Sendable, Equatable {
    package var source: String
    /// Bytes from the beginning of the stream: from the first hash that was met to the last.
    package var range: Range<Int64>
    package var hits: Int
  }

  private struct Trail {
    var hashes: [UInt64]
    var places: [Int64]
    /// What was told already.
    var isTold = false
  }

  private let index: FingerprintIndex
  private var winnower: Winnower
  private var offset: Int64 = 0
  private var trails: [UInt32: Trail] = [:]

  package init(_ index: FingerprintIndex) {
    self.index = index
    winnower = Winnower(key: index.key)
  }

  /// - Returns: a match for each place as soon as it is one; the same place once, however long it goes on.
  package mutating func take(_ bytes: Span<UInt8>) -> [Match] {
    var met: [(source: UInt32, hash: UInt64, place: Int64)] = []
    let (index, offset) = (index, offset)
    winnower.take(bytes) { hash, place in
      if let source = index.source(of: hash) { met.append((source, hash, offset + Int64(place))) }
    }
    self.offset += Int64(bytes.count)
    return met.compactMap { follow($0.source, $0.hash, at: $0.place) }
  }

  private mutating func follow(_ source: UInt32, _ hash: UInt64, at place: Int64) -> Match? {
    var trail = trails.removeValue(forKey: source) ?? Trail(hashes: [], places: [])
    if let last = trail.places.last, place - last > Int64(Self.reach) { trail = Trail(hashes: [], places: []) }
    if !trail.hashes.contains(hash) {
      trail.hashes.append(hash)
      trail.places.append(place)
    }
    while let first = trail.places.first, place - first > Int64(Self.reach), trail.places.count > 1 {
      trail.hashes.removeFirst()
      trail.places.removeFirst()
    }
    let spread = place - (trail.places.first ?? place)
    let isMatch = !trail.isTold && trail.hashes.count >= Self.hits && spread >= Int64(Self.spread)
    if isMatch { trail.isTold = true }
    forgetOldest()
    trails[source] = trail
    guard isMatch, let first = trail.places.first else { return nil }
    let start = max(0, first - Int64(Winnower.gram))
    return Match(source: index.sources[Int(source)], range: start..<place, hits: trail.hashes.count)
  }

  private mutating func forgetOldest() {
    guard trails.count >= Self.followed else { return }
    let oldest = trails.min { ($0.value.places.last ?? 0) < ($1.value.places.last ?? 0) }
    if let oldest { trails[oldest.key] = nil }
  }
}
