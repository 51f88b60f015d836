/// Why a list of records cannot be matched.
package struct RecordIssue: Error, Sendable, Equatable {
  /// Stable, kebab-case, with an entry in docs/errors.md.
  package var code: String
  package var why: String
  package var hint: String?
}

/// Makes an index of rows that come one after the other.
package struct RecordIndexBuilder {
  /// Letters that a primary cell needs, and one that speaks for it.
  package static let shortestPrimary = 6
  static let shortestCell = 3
  /// Different values that the primary column needs.
  package static let fewestDistinct = 10
  /// A primary cell that more rows have tells none of them.
  static let mostRows = 8
  /// Of so many rows, a cell that is in more than a fifth tells nothing.
  private static let rowsForCommon = 20

  private let name: String
  private let columns: [String]
  private let primary: Int
  private let key: SipHash
  private let hash: RecordHash
  private var rows = 0
  private var words = 1
  private var primaries: [(hash: UInt64, row: UInt32)] = []
  private var cells: [UInt64] = []

  /// - Parameter primary: the place of the primary column among `columns`.
  /// - Throws: `records-columns`.
  package init(name: String, columns: [String], primary: Int, key: SipHash) throws(RecordIssue) {
    let isNamed = { (text: String) in (1...RecordIndex.nameLimit).contains(text.utf8.count) }
    guard columns.count <= RecordIndex.columnLimit, columns.indices.contains(primary), isNamed(name),
      columns.allSatisfy(isNamed)
    else {
      throw Self.issue(
        "records-columns",
        why:
          "a list has 1 to \(RecordIndex.columnLimit) columns, each with a name of at most \(RecordIndex.nameLimit) bytes"
      )
    }
    (self.name, self.columns, self.primary, self.key, hash) = (name, columns, primary, key, RecordHash(key))
  }

  /// Takes a row with as many cells as there are columns; those missing count as empty.
  ///
  /// - Throws: `records-too-many`.
  package mutating func add(_ row: [[UInt8]]) throws(RecordIssue) {
    guard rows < RecordIndex.rowLimit, cells.count + columns.count <= RecordIndex.cellLimit else {
      throw Self.issue(
        "records-too-many",
        why:
          "a list has at most \(RecordIndex.rowLimit) rows and \(RecordIndex.cellLimit) cells besides the primary ones",
        hint: "name fewer columns, or cut the list in two")
    }
    for column in columns.indices {
      let cell = row.indices.contains(column) ? row[column] : []
      let isPrimary = column == primary
      let value = hashed(cell, shortest: isPrimary ? Self.shortestPrimary : Self.shortestCell)
      if !isPrimary { cells.append(value) } else if value != 0 { primaries.append((value, UInt32(rows))) }
    }
    rows += 1
  }

  private static func issue(_ code: String, why: String, hint: String? = nil) -> RecordIssue {
    RecordIssue(code: code, why: why, hint: hint)
  }

  /// Zero for a cell that tells nothing.
  private mutating func hashed(_ cell: [UInt8], shortest: Int) -> UInt64 {
    guard let text = RecordText.normalised(cell), text.letters.count >= shortest, !RecordText.isCommon(text.letters)
    else { return 0 }
    words = max(words, text.words)
    return hash.hash(text.letters)
  }

  /// - Throws: `records-primary`.
  package consuming func index() throws(RecordIssue) -> RecordIndex {
    try checkPrimary()
    primaries.sort { ($0.hash, $0.row) < ($1.hash, $1.row) }
    dropFrequent()
    dropCommonCells()
    let names = [columns[primary]] + columns.indices.filter { $0 != primary }.map { columns[$0] }
    return RecordIndex(key, name: name, columns: names, words: words, rows: rows, primaries: primaries, cells: cells)
  }

  private func checkPrimary() throws(RecordIssue) {
    let column = "the primary column `\(columns[primary])`"
    let hint = "choose a column whose values are long and belong to one record each"
    if primaries.count * 2 < rows {
      throw Self.issue(
        "records-primary",
        why: "\(column) has \(Self.shortestPrimary) letters or more in only \(primaries.count) of \(rows) rows",
        hint: hint)
    }
    let distinct = Set(primaries.map(\.hash)).count
    if distinct < Self.fewestDistinct || distinct * 2 < primaries.count {
      throw Self.issue(
        "records-primary",
        why:
          "\(column) has only \(distinct) different values in \(rows) rows; it needs \(Self.fewestDistinct), and half as many as rows",
        hint: hint)
    }
  }

  private mutating func dropFrequent() {
    var counts: [UInt64: Int] = [:]
    for entry in primaries { counts[entry.hash, default: 0] += 1 }
    primaries.removeAll { counts[$0.hash, default: 0] > Self.mostRows }
  }

  /// How many rows the most frequent primary cell has.
  static func longestRow(_ hashes: [UInt64]) -> Int {
    var (longest, run, before) = (0, 0, UInt64(0))
    for hash in hashes {
      run = hash == before ? run + 1 : 1
      before = hash
      longest = max(longest, run)
    }
    return longest
  }

  private mutating func dropCommonCells() {
    let width = columns.count - 1
    guard rows >= Self.rowsForCommon, width > 0 else { return }
    for column in 0..<width {
      var counts: [UInt64: Int] = [:]
      for place in stride(from: column, to: cells.count, by: width) { counts[cells[place], default: 0] += 1 }
      for place in stride(from: column, to: cells.count, by: width) where counts[cells[place], default: 0] * 5 > rows {
        cells[place] = 0
      }
    }
  }
}
