/// Hashes of registered sources, and which source each is of.
///
/// Its bytes hold nothing of their text: the hashes are keyed, and the key is not among them.
///
///     "BFP1" | u64 check of the key | u32 sources | { u16 bytes, name in UTF-8 } … | u32 hashes | { u64 hash } … ascending | { u32 source } …
///
/// All little-endian.
package struct FingerprintIndex: Sendable, Equatable {
  /// Hashes that an index can have: some 4 GB of text.
  package static let limit = 1 << 26
  /// Sources that it can have, and bytes of a source's name.
  package static let sourceLimit = 1 << 20
  package static let nameLimit = 4096

  let key: SipHash
  package private(set) var sources: [String]
  private var hashes: [UInt64]
  private var owners: [UInt32]
  /// Where the hashes with these first 16 bits begin.
  private var starts: [UInt32] = []
  private var filter = HashFilter([])

  package init(key: SipHash) { self.init(key, sources: [], pairs: []) }

  private init(_ key: SipHash, sources: [String], pairs: [(hash: UInt64, source: UInt32)]) {
    (self.key, self.sources) = (key, sources)
    hashes = pairs.map(\.hash)
    owners = pairs.map(\.source)
    (starts, filter) = (Self.starts(of: hashes), HashFilter(hashes))
  }

  package var count: Int { hashes.count }

  private static func starts(of hashes: [UInt64]) -> [UInt32] {
    var starts = [UInt32](repeating: 0, count: 65_537)
    for hash in hashes { starts[Int(hash >> 48) + 1] += 1 }
    for index in 1..<starts.count { starts[index] += starts[index - 1] }
    return starts
  }

  /// The source that a hash is of.
  package func source(of hash: UInt64) -> UInt32? {
    guard filter.mayContain(hash) else { return nil }
    let bucket = Int(hash >> 48)
    var (low, high) = (Int(starts[bucket]), Int(starts[bucket + 1]))
    while low < high {
      let middle = (low + high) / 2
      if hashes[middle] < hash { low = middle + 1 } else { high = middle }
    }
    return low < hashes.count && hashes[low] == hash ? owners[low] : nil
  }

  // MARK: registering

  /// The index with a source more, or with its hashes anew. What other sources have, too, stays theirs: it tells less of this one.
  ///
  /// - Returns: `nil` where that would be more than an index can have.
  package func adding(_ name: String, _ new: Set<UInt64>, boilerplate: Set<UInt64> = []) -> FingerprintIndex? {
    let kept = removing(name)
    let fresh = new.filter { kept.source(of: $0) == nil && !boilerplate.contains($0) }
    guard !name.isEmpty, name.utf8.count <= Self.nameLimit, kept.sources.count < Self.sourceLimit,
      kept.count + fresh.count <= Self.limit
    else { return nil }
    let number = UInt32(kept.sources.count)
    let pairs = zip(kept.hashes, kept.owners).map { ($0, $1) } + fresh.map { ($0, number) }
    return FingerprintIndex(key, sources: kept.sources + [name], pairs: pairs.sorted { $0.0 < $1.0 })
  }

  package func removing(_ name: String) -> FingerprintIndex {
    guard let gone = sources.firstIndex(of: name) else { return self }
    let pairs = zip(hashes, owners).compactMap { hash, owner -> (UInt64, UInt32)? in
      owner == gone ? nil : (hash, owner > gone ? owner - 1 : owner)
    }
    var rest = sources
    rest.remove(at: gone)
    return FingerprintIndex(key, sources: rest, pairs: pairs)
  }

  /// The index without these hashes, whosever they are.
  package func without(_ boilerplate: FingerprintIndex) -> FingerprintIndex {
    guard boilerplate.count > 0 else { return self }
    let pairs = zip(hashes, owners).filter { boilerplate.source(of: $0.0) == nil }
    return FingerprintIndex(key, sources: sources, pairs: pairs.map { ($0, $1) })
  }

  /// How many hashes each source has, in the order of `sources`.
  package var counts: [Int] {
    var counts = [Int](repeating: 0, count: sources.count)
    for owner in owners { counts[Int(owner)] += 1 }
    return counts
  }

  // MARK: bytes

  package var bytes: [UInt8] {
    var writer = IndexWriter("BFP1", key)
    writer.add(UInt32(sources.count))
    for source in sources { writer.add(source) }
    writer.add(UInt32(hashes.count))
    writer.add(hashes)
    writer.add(owners)
    return writer.bytes
  }

  /// - Returns: `nil` for anything but an index, whole and in order, that was made with this key.
  package init?(bytes: [UInt8], key: SipHash) {
    guard var reader = IndexReader(bytes, "BFP1", key), let count = reader.integer(UInt32.self),
      count <= Self.sourceLimit
    else { return nil }
    var names: [String] = []
    for _ in 0..<count {
      guard let name = reader.text(Self.nameLimit) else { return nil }
      names.append(name)
    }
    guard Set(names).count == names.count, let number = reader.integer(UInt32.self), number <= Self.limit,
      reader.left == Int(number) * 12, let hashes = reader.integers(UInt64.self, Int(number)),
      let owners = reader.integers(UInt32.self, Int(number))
    else { return nil }
    guard zip(hashes, hashes.dropFirst()).allSatisfy({ $0 < $1 }), owners.allSatisfy({ $0 < count }) else { return nil }
    (self.key, self.sources, self.hashes, self.owners) = (key, names, hashes, owners)
    (starts, filter) = (Self.starts(of: hashes), HashFilter(hashes))
  }
}
