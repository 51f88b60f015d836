/// All forms of all known values, found by eight of their bytes.
///
/// Of each form eight bytes are chosen, as telling as there are. A map of bits says whether any form has the eight bytes that were read last; where
/// it does, the forms that have them are compared with the text around.
struct KnownTable: Sendable {
  struct Entry: Sendable {
    /// Whose form it is.
    var value: UInt32
    /// In `disguises`.
    var disguise: UInt8
    var isFolded: Bool
    /// In `pool`.
    var range: Range<Int>
    /// Where the chosen bytes begin in it.
    var anchor: Int
    /// The next form with the same chosen bytes, or -1.
    var next: Int32 = -1
  }

  private(set) var entries: [Entry] = []
  private(set) var pool: [UInt8] = []
  private(set) var disguises: [String] = []
  /// By the bytes chosen, the first form that has them.
  private var heads: [UInt64: Int32] = [:]
  private(set) var bits: [UInt64] = [0]
  /// Bits of a hash that are no place in `bits`.
  private(set) var shift: UInt64 = 58

  @inline(__always)
  static func product(_ word: UInt64) -> UInt64 { word &* 0x9E37_79B9_7F4A_7C15 }

  /// The second place in `bits` of a word: where both are set a look-up is worth its time.
  @inline(__always)
  static func second(_ product: UInt64, _ shift: UInt64) -> Int {
    Int(truncatingIfNeeded: (product ^ product << 23) >> shift)
  }

  func first(_ word: UInt64) -> Int32 { heads[word] ?? -1 }

  /// Bytes that it holds, about.
  var size: Int { pool.count + entries.count * (MemoryLayout<Entry>.stride + 32) + bits.count * 8 }

  struct Builder {
    private var table = KnownTable()

    /// False when the forms would be too many.
    mutating func add(_ value: [UInt8], _ number: UInt32) -> Bool {
      let forms = KnownForms.of(value)
      let count = forms.reduce(0) { $0 + $1.bytes.count }
      guard table.pool.count + count <= KnownValues.mostBytes else { return false }
      for form in forms { add(form, number) }
      return true
    }

    private mutating func add(_ form: KnownForm, _ number: UInt32) {
      guard let (anchor, word) = choose(form) else { return }
      let content = form.isFolded ? form.bytes.filter { !Bytes.isSpace($0) } : form.bytes
      let start = table.pool.count
      table.pool += content
      table.entries.append(
        Entry(
          value: number, disguise: disguise(form.disguise), isFolded: form.isFolded, range: start..<table.pool.count,
          anchor: anchor, next: table.heads[word] ?? -1))
      table.heads[word] = Int32(table.entries.count - 1)
    }

    private mutating func disguise(_ name: String) -> UInt8 {
      if let known = table.disguises.firstIndex(of: name) { return UInt8(known) }
      table.disguises.append(name)
      return UInt8(table.disguises.count - 1)
    }

    /// As far into a form its bytes are chosen from; what stands before them must be at hand when they are read.
    private static let furthest = 64

    /// The eight bytes with the most different ones; those that no other form has come first.
    private func choose(_ form: KnownForm) -> (anchor: Int, word: UInt64)? {
      var best: (anchor: Int, word: UInt64, score: Int)?
      var (word, length, place) = (UInt64(0), 0, 0)
      for byte in form.bytes {
        if form.isFolded, Bytes.isSpace(byte) {
          length = 0
          continue
        }
        word = word << 8 | UInt64(byte)
        (length, place) = (length + 1, place + 1)
        if place > Self.furthest, best != nil { break }
        guard length >= 8 else { continue }
        let score = Self.variety(word)
        if score > best?.score ?? -100 {
          let worth = table.heads[word] == nil ? score : score - 8
          if worth > best?.score ?? -100 { best = (place - 8, word, worth) }
        }
      }
      return best.map { ($0.anchor, $0.word) }
    }

    /// How many different bytes there are, about.
    private static func variety(_ word: UInt64) -> Int {
      var (seen, rest) = (UInt64(0), word)
      while rest != 0 {
        seen |= 1 << (rest & 63)
        rest >>= 8
      }
      return seen.nonzeroBitCount
    }

    consuming func made() -> KnownTable {
      var width: UInt64 = 10
      while 1 << width < table.entries.count * 32, width < 24 { width += 1 }
      table.shift = 64 - width
      table.bits = [UInt64](repeating: 0, count: 1 << Int(width - 6))
      for word in table.heads.keys {
        let product = KnownTable.product(word)
        for place in [Int(product >> table.shift), KnownTable.second(product, table.shift)] {
          table.bits[place >> 6] |= 1 << UInt64(place & 63)
        }
      }
      return table
    }
  }
}
