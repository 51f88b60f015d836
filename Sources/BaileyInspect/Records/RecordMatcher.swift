/// When a record counts as found.
package struct RecordMatching: Sendable {
  /// Bytes between the primary cell and one that speaks for it.
  package var reach = 300
  /// Cells besides the primary one for `likely` and for `certain`; fewer make a hint.
  package var likely = 1
  package var certain = 2

  package init() {}
}

/// Finds records of a list in a stream.
///
/// The words of the stream are put together, up to six of them, and each row of words is looked up. So it matters neither what stands between the
/// words of a cell nor in what order the cells come.
struct RecordMatcher {
  struct Match {
    var list: String
    /// The primary one first.
    var columns: [String]
    var tier: Tier
    /// The primary cell, in the stream.
    var span: Range<Int>
    /// Its letters.
    var value: [UInt8]
  }

  private struct Word {
    var span: Range<Int>
    /// The sum and the number of letters before it.
    var before: UInt64
    var count: Int
  }

  private struct Cell {
    var hash: UInt64
    var span: Range<Int>
  }

  private struct Pending {
    var span: Range<Int>
    var value: [UInt8]
    var rows: [(row: UInt32, columns: UInt32)]
  }

  private let index: RecordIndex
  private let hash: RecordHash
  private let options: RecordMatching
  private var offset = 0
  private var sum: UInt64 = 0
  private var count = 0
  /// The last letters, by their number.
  private var letters = [UInt8](repeating: 0, count: 256)
  private var wordStart = -1
  private var words: [Word] = []
  private var cells: [Cell] = []
  private var pending: [Pending] = []

  init(_ index: RecordIndex, _ options: RecordMatching) {
    (self.index, self.options, hash) = (index, options, RecordHash(index.key))
  }

  /// Words, cells and records that it remembers.
  var held: Int { words.count + cells.count + pending.count }

  /// - Returns: the records of which nothing more can follow.
  mutating func take(_ bytes: Span<UInt8>) -> [Match] {
    let table = RecordText.letters
    let classes = table.span
    for place in bytes.indices {
      let letter = classes[Int(bytes[place])]
      if letter != 0 {
        if wordStart < 0 { begin(offset + place) }
        sum = hash.adding(letter, to: sum)
        letters[count & 255] = letter
        count += 1
      } else if wordStart >= 0 {
        end(offset + place)
      }
    }
    offset += bytes.count
    return settle(before: offset - options.reach)
  }

  mutating func finish() -> [Match] {
    if wordStart >= 0 { end(offset) }
    return settle(before: .max)
  }

  private mutating func begin(_ place: Int) {
    if let last = words.last, place - last.span.upperBound > RecordText.widestGap {
      words.removeAll(keepingCapacity: true)
    }
    if words.count == index.words { words.removeFirst() }
    if words.isEmpty { (sum, count) = (0, 0) }
    words.append(Word(span: place..<place, before: sum, count: count))
    wordStart = place
  }

  private mutating func end(_ place: Int) {
    wordStart = -1
    words[words.count - 1].span = words[words.count - 1].span.lowerBound..<place
    for word in words.reversed() {
      let length = count - word.count
      if length > RecordText.longest { break }
      if length >= RecordIndexBuilder.shortestCell { look(word, length, place) }
    }
  }

  private mutating func look(_ word: Word, _ length: Int, _ end: Int) {
    let value = hash.hash(sum, after: word.before, count: length)
    let span = word.span.lowerBound..<end
    if index.mayBeCell(value) { note(Cell(hash: value, span: span)) }
    guard length >= RecordIndexBuilder.shortestPrimary else { return }
    let rows = index.rows(of: value)
    guard !rows.isEmpty else { return }
    let text = ((count - length)..<count).map { letters[$0 & 255] }
    pending.append(Pending(span: span, value: text, rows: rows.map { row in (row, around(span, row)) }))
  }

  /// A cell that may speak for records before it, and for those to come.
  private mutating func note(_ cell: Cell) {
    cells.removeAll { $0.span.upperBound + options.reach < cell.span.lowerBound }
    cells.append(cell)
    for one in pending.indices where isNear(cell.span, pending[one].span) {
      for row in pending[one].rows.indices {
        pending[one].rows[row].columns |= index.columns(of: pending[one].rows[row].row, with: cell.hash)
      }
    }
  }

  private func around(_ span: Range<Int>, _ row: UInt32) -> UInt32 {
    cells.reduce(0) { isNear($1.span, span) ? $0 | index.columns(of: row, with: $1.hash) : $0 }
  }

  private func isNear(_ cell: Range<Int>, _ primary: Range<Int>) -> Bool {
    !cell.overlaps(primary) && cell.lowerBound - primary.upperBound <= options.reach
      && primary.lowerBound - cell.upperBound <= options.reach
  }

  /// A cell that begins within the reach may still be longer than it.
  private mutating func settle(before place: Int) -> [Match] {
    guard !pending.isEmpty else { return [] }
    let limit = place == .max ? place : place - 2 * RecordText.longest
    let ready = pending.filter { $0.span.upperBound < limit }
    pending.removeAll { $0.span.upperBound < limit }
    return ready.map(match)
  }

  private func match(_ one: Pending) -> Match {
    let best = one.rows.map(\.columns).max { $0.nonzeroBitCount < $1.nonzeroBitCount } ?? 0
    let others = index.columns.dropFirst().enumerated().filter { best >> UInt32($0.offset) & 1 == 1 }.map(\.element)
    let tier: Tier = others.count >= options.certain ? .certain : others.count >= options.likely ? .likely : .hint
    return Match(list: index.name, columns: [index.columns[0]] + others, tier: tier, span: one.span, value: one.value)
  }
}
