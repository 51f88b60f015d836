/// Reads comma-separated values as RFC 4180 has them, row by row.
///
/// Cells are separated by the sign that the first line has most of: comma, semicolon or tab. Rows end with LF or CR LF. What is not of this form is
/// refused with its place, for a row that is read wrongly protects nobody.
struct CSVReader {
  static let longestCell = 64 << 10
  static let mostCells = 1024

  private let bytes: [UInt8]
  private let separator: UInt8
  private var at: Int
  private var line = 1
  private var lineStart = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let head = bytes[at...].prefix { $0 != 0x0A }
    separator =
      [0x2C, 0x3B, 0x09].max { sign, other in head.count { $0 == sign } < head.count { $0 == other } } ?? 0x2C
    lineStart = at
  }

  /// The next row; nil at the end. Empty lines are none.
  mutating func next() throws(RowIssue) -> [[UInt8]]? {
    while at < bytes.count, skipLineEnd() {}
    guard at < bytes.count else { return nil }
    var row: [[UInt8]] = []
    while true {
      row.append(try cell())
      guard row.count <= Self.mostCells else { throw issue("a row has at most \(Self.mostCells) cells") }
      if at < bytes.count, bytes[at] == separator {
        at += 1
      } else {
        guard at == bytes.count || skipLineEnd() else { throw issue("a carriage return without a line feed") }
        return row
      }
    }
  }

  /// Where the row that comes next begins, or the fault is.
  var place: (line: Int, column: Int) { (line, at - lineStart + 1) }

  private func issue(_ why: String) -> RowIssue { RowIssue(line: line, column: at - lineStart + 1, why: why) }

  private mutating func skipLineEnd() -> Bool {
    if bytes[at] == 0x0D, at + 1 < bytes.count, bytes[at + 1] == 0x0A { at += 1 }
    guard bytes[at] == 0x0A else { return false }
    at += 1
    (line, lineStart) = (line + 1, at)
    return true
  }

  private mutating func cell() throws(RowIssue) -> [UInt8] {
    if at < bytes.count, bytes[at] == 0x22 { return try quoted() }
    let start = at
    while at < bytes.count, bytes[at] != separator, bytes[at] != 0x0A, bytes[at] != 0x0D {
      if bytes[at] == 0x22 { throw issue("a quote within a cell that does not begin with one") }
      if bytes[at] == 0 { throw issue("a NUL byte") }
      at += 1
    }
    guard at - start <= Self.longestCell else { throw issue("a cell has at most \(Self.longestCell) bytes") }
    return Array(bytes[start..<at])
  }

  private mutating func quoted() throws(RowIssue) -> [UInt8] {
    let opening = issue("a quote that is not closed")
    var cell: [UInt8] = []
    at += 1
    while at < bytes.count {
      let byte = bytes[at]
      if byte == 0 { throw issue("a NUL byte") }
      if byte == 0x22 {
        at += 1
        guard at < bytes.count, bytes[at] == 0x22 else {
          guard at == bytes.count || [separator, 0x0A, 0x0D].contains(bytes[at]) else {
            throw issue("text behind the closing quote")
          }
          return cell
        }
      }
      if byte == 0x0A { (line, lineStart) = (line + 1, at + 1) }
      cell.append(byte)
      at += 1
      guard cell.count <= Self.longestCell else { throw issue("a cell has at most \(Self.longestCell) bytes") }
    }
    throw opening
  }
}

/// What is wrong in a file of rows, and where.
struct RowIssue: Error, Equatable {
  var line: Int
  /// In bytes, from 1.
  var column: Int
  var why: String
}
