/// Hashes of registered sources, and which source each is of.
///
/// It holds nothing of their text: the hashes are keyed, and the key is not in it.
///
///     "BFP1" | u32 sources | { u16 bytes, name in UTF-8 } … | u32 hashes | { u64 hash } … ascending | { u32 source } …
///
/// All little-endian.
package struct FingerprintIndex: Sendable, Equatable {
  /// Hashes that an index can have: some 4 GB of text.
  package static let limit = 1 << 26
  /// Sources that it can have, and bytes of a source's name.
  package static let sourceLimit = 1 << 20
  package static let nameLimit = 4096

  package private(set) var sources: [String]
  private var hashes: [UInt64]
  private var owners: [UInt32]
  /// Where the hashes with these first 16 bits begin.
  private var starts: [UInt32] = []

  package init() { self.init(sources: [], pairs: []) }

  private init(sources: [String], pairs: [(hash: UInt64, source: UInt32)]) {
    self.sources = sources
    hashes = pairs.map(\.hash)
    owners = pairs.map(\.source)
    starts = Self.starts(of: hashes)
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
    return FingerprintIndex(sources: kept.sources + [name], pairs: pairs.sorted { $0.0 < $1.0 })
  }

  package func removing(_ name: String) -> FingerprintIndex {
    guard let gone = sources.firstIndex(of: name) else { return self }
    let pairs = zip(hashes, owners).compactMap { hash, owner -> (UInt64, UInt32)? in
      owner == gone ? nil : (hash, owner > gone ? owner - 1 : owner)
    }
    var rest = sources
    rest.remove(at: gone)
    return FingerprintIndex(sources: rest, pairs: pairs)
  }

  // MARK: bytes

  package var bytes: [UInt8] {
    var bytes = Array("BFP1".utf8)
    Self.append(UInt32(sources.count), to: &bytes)
    for source in sources {
      Self.append(UInt16(source.utf8.count), to: &bytes)
      bytes += source.utf8
    }
    Self.append(UInt32(hashes.count), to: &bytes)
    for hash in hashes { Self.append(hash, to: &bytes) }
    for owner in owners { Self.append(owner, to: &bytes) }
    return bytes
  }

  /// - Returns: `nil` for anything but an index, whole and in order.
  package init?(bytes: [UInt8]) {
    var reader = Reader(rest: bytes[...])
    guard reader.take(4).map(Array.init) == Array("BFP1".utf8), let count = reader.integer(UInt32.self),
      count <= Self.sourceLimit
    else { return nil }
    var names: [String] = []
    for _ in 0..<count {
      guard let length = reader.integer(UInt16.self), length > 0, length <= Self.nameLimit,
        let text = reader.take(Int(length)).flatMap({ String(validating: $0, as: UTF8.self) })
      else { return nil }
      names.append(text)
    }
    guard Set(names).count == names.count, let number = reader.integer(UInt32.self), number <= Self.limit,
      reader.rest.count == Int(number) * 12
    else { return nil }
    self.init()
    sources = names
    for _ in 0..<number { hashes.append(reader.integer(UInt64.self) ?? 0) }
    for _ in 0..<number { owners.append(reader.integer(UInt32.self) ?? .max) }
    guard zip(hashes, hashes.dropFirst()).allSatisfy({ $0 < $1 }), owners.allSatisfy({ $0 < count }) else { return nil }
    starts = Self.starts(of: hashes)
  }

  private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
    for byte in 0..<Value.bitWidth / 8 { bytes.append(UInt8(truncatingIfNeeded: value >> Value(8 * byte))) }
  }

  private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
      guard rest.count >= count else { return nil }
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count)
    }

    mutating func integer<Value: FixedWidthInteger>(_: Value.Type) -> Value? {
      take(Value.bitWidth / 8)?.reversed().reduce(Value(0)) { $0 << 8 | Value(truncatingIfNeeded: $1) }
    }
  }
}
