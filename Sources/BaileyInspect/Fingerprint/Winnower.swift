/// Chooses from a stream of text a few hashes that any copy of a part of it chooses, too.
///
/// Winnowing (S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", 2003), its robust form: of each window
/// of `window` hashes over `gram` characters the smallest is chosen, the last of equal ones, and the one chosen before as long as it is in the
/// window. So any common run of `gram + window - 1` characters has a common hash. Text is compared in lower case, without white space and
/// without the signs that begin lines of comments and fill them: so a text is the same in any comment. The hash
/// rolls (a cyclic polynomial) over a table made from the key.
package struct Winnower: Sendable {
  /// Characters that a hash covers, and hashes of which one is chosen.
  package static let gram = 40
  package static let window = 48

  private let table: [UInt64]
  private let key: SipHash
  /// The last `gram` characters, as their places in the table.
  private var characters = InlineArray<64, UInt8>(repeating: 0)
  /// The last `window` hashes.
  private var hashes = InlineArray<64, UInt64>(repeating: .max)
  private var rolling: UInt64 = 0
  /// Characters taken.
  private var count = 0
  /// The place of the chosen hash, counted in characters.
  private var chosen = -1
  private var least: UInt64 = .max

  package init(key: SipHash) {
    self.key = key
    table = (0..<256).map { byte in
      Self.isSkipped(UInt8(byte)) ? 0 : key.hash(UInt64(Self.folded(UInt8(byte))) | 1 << 32)
    }
  }

  private static func isSkipped(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == 0x7F || "*#/-".utf8.contains(byte) }

  private static func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

  /// - Parameter body: gets each chosen hash, and how many bytes of this piece were read when it was.
  package mutating func take(_ bytes: Span<UInt8>, _ body: (UInt64, Int) -> Void) {
    for index in bytes.indices {
      let new = bytes[index]
      let value = table[Int(new)]
      if value == 0 { continue }
      let slot = count & 63
      let old = table[Int(characters[(count &- Self.gram) & 63])]
      characters[slot] = new
      rolling = (rolling << 1 | rolling >> 63) ^ value
      if count >= Self.gram { rolling ^= old << 40 | old >> 24 }
      count &+= 1
      if count >= Self.gram, let hash = choose(count &- Self.gram) { body(key.hash(hash), index + 1) }
    }
  }

  /// Takes the hash that is complete now; returns one that is chosen anew.
  @inline(__always)
  private mutating func choose(_ place: Int) -> UInt64? {
    hashes[place & 63] = rolling
    if place < Self.window - 1 { return nil }
    if chosen > place &- Self.window {
      guard rolling < least else { return nil }
      chosen = place
    } else {
      chosen = smallest(upTo: place)
    }
    least = hashes.span[chosen & 63]
    return least
  }

  /// The place of the last smallest hash in the window that ends there.
  private func smallest(upTo place: Int) -> Int {
    let all = hashes.span
    var (best, least) = (place, all[place & 63])
    var candidate = place &- 1
    while candidate > place &- Self.window {
      let hash = all[candidate & 63]
      if hash < least { (best, least) = (candidate, hash) }
      candidate &-= 1
    }
    return best
  }

  /// The hashes that are chosen of a text.
  package static func chosen(_ text: [UInt8], key: SipHash) -> Set<UInt64> {
    var winnower = Winnower(key: key)
    var hashes: Set<UInt64> = []
    winnower.take(text.span) { hash, _ in hashes.insert(hash) }
    return hashes
  }

  /// All hashes of a text, of which another that contains it may choose any.
  package static func everyHash(of text: [UInt8], key: SipHash) -> Set<UInt64> {
    var winnower = Winnower(key: key)
    var hashes: Set<UInt64> = []
    for byte in text where winnower.table[Int(byte)] != 0 {
      winnower.take([byte].span) { _, _ in }
      if winnower.count >= gram { hashes.insert(key.hash(winnower.rolling)) }
    }
    return hashes
  }
}
