/// A list of records, of which only keyed hashes are kept: of each row one primary cell, and the others that speak for it.
///
///     "BRI1" | u64 check of the key | text name | u8 columns | { text name } the primary one first | u8 words | u32 rows | u32 primaries |
///     { u64 hash } … ascending | { u32 row } … | { u64 hash, or 0 } … columns - 1 for each row
///
/// Integers are little-endian; a text is u16 bytes and UTF-8.
package struct RecordIndex: Sendable, Equatable {
  package static let columnLimit = 32
  package static let nameLimit = 256
  /// Cells that an index can have besides the primary ones, and rows.
  package static let cellLimit = 1 << 24
  package static let rowLimit = 1 << 22

  package let name: String
  /// The primary one first.
  package let columns: [String]
  package let rows: Int
  let key: SipHash
  /// Words that the longest cell has.
  let words: Int
  private let primaries: [UInt64]
  private let owners: [UInt32]
  private let cells: [UInt64]
  /// Whether any cell but a primary one may have a hash.
  private let filter: HashFilter
  private let primaryFilter: HashFilter

  init(
    _ key: SipHash, name: String, columns: [String], words: Int, rows: Int, primaries: [(hash: UInt64, row: UInt32)],
    cells: [UInt64]
  ) {
    (self.key, self.name, self.columns, self.words, self.rows) = (key, name, columns, words, rows)
    (self.primaries, owners, self.cells) = (primaries.map(\.hash), primaries.map(\.row), cells)
    (filter, primaryFilter) = (HashFilter(cells), HashFilter(self.primaries))
  }

  package static func == (left: RecordIndex, right: RecordIndex) -> Bool { left.bytes == right.bytes }

  package var isEmpty: Bool { primaries.isEmpty }
  /// Rows that can be found.
  package var count: Int { primaries.count }

  /// Rows whose primary cell this is: eight at most.
  func rows(of hash: UInt64) -> ArraySlice<UInt32> {
    guard primaryFilter.mayContain(hash) else { return [] }
    var (low, high) = (0, primaries.count)
    while low < high {
      let middle = (low + high) / 2
      if primaries[middle] < hash { low = middle + 1 } else { high = middle }
    }
    var end = low
    while end < primaries.count, primaries[end] == hash { end += 1 }
    return owners[low..<end]
  }

  func mayBeCell(_ hash: UInt64) -> Bool { filter.mayContain(hash) }

  /// The columns of a row that have this cell, a bit each.
  func columns(of row: UInt32, with hash: UInt64) -> UInt32 {
    let width = columns.count - 1
    var found: UInt32 = 0
    for column in 0..<width where cells[Int(row) * width + column] == hash { found |= 1 << UInt32(column) }
    return found
  }

  // MARK: bytes

  package var bytes: [UInt8] {
    var writer = IndexWriter("BRI1", key)
    writer.add(name)
    writer.add(UInt8(columns.count))
    for column in columns { writer.add(column) }
    writer.add(UInt8(words))
    writer.add(UInt32(rows))
    writer.add(UInt32(primaries.count))
    writer.add(primaries)
    writer.add(owners)
    writer.add(cells)
    return writer.bytes
  }

  /// - Returns: `nil` for anything but an index, whole and in order, that was made with this key.
  package init?(bytes: [UInt8], key: SipHash) {
    guard var reader = IndexReader(bytes, "BRI1", key), let name = reader.text(Self.nameLimit),
      let width = reader.integer(UInt8.self), (1...Self.columnLimit).contains(Int(width))
    else { return nil }
    var columns: [String] = []
    for _ in 0..<width {
      guard let column = reader.text(Self.nameLimit) else { return nil }
      columns.append(column)
    }
    guard let words = reader.integer(UInt8.self), (1...RecordText.mostWords).contains(Int(words)),
      let rows = reader.integer(UInt32.self), rows <= Self.rowLimit, let count = reader.integer(UInt32.self),
      count <= rows
    else { return nil }
    let cellCount = Int(rows) * (columns.count - 1)
    guard cellCount <= Self.cellLimit, reader.left == Int(count) * 12 + cellCount * 8,
      let hashes = reader.integers(UInt64.self, Int(count)), let owners = reader.integers(UInt32.self, Int(count)),
      let cells = reader.integers(UInt64.self, cellCount),
      zip(hashes, hashes.dropFirst()).allSatisfy({ $0 <= $1 }), owners.allSatisfy({ $0 < rows }),
      RecordIndexBuilder.longestRow(hashes) <= RecordIndexBuilder.mostRows
    else { return nil }
    self.init(
      key, name: name, columns: columns, words: Int(words), rows: Int(rows),
      primaries: zip(hashes, owners).map { ($0, $1) },
      cells: cells)
  }
}

/// Whether a hash may be one of some: never wrong when it says no.
struct HashFilter: Sendable, Equatable {
  private var bits: [UInt64]
  private let mask: UInt64

  init(_ hashes: [UInt64]) {
    var width: UInt64 = 10
    while 1 << width < hashes.count * 16 { width += 1 }
    mask = 1 << width - 1
    bits = [UInt64](repeating: 0, count: 1 << Int(width - 6))
    for hash in hashes where hash != 0 { bits[Int(hash & mask) >> 6] |= 1 << (hash & 63) }
  }

  @inline(__always)
  func mayContain(_ hash: UInt64) -> Bool { bits[Int(hash & mask) >> 6] >> (hash & 63) & 1 == 1 }
}
