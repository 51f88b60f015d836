package import BaileyCore
package import BaileyInspect
internal import BaileyLinux

/// A list of records in a file: comma-separated values with a line of names, or an object of JSON a line.
package struct RecordFile {
  package static let largest = 256 << 20

  private let path: String
  private let bytes: [UInt8]

  /// - Throws: `records-file-unreadable`.
  package init(_ path: String) throws(Fault) {
    do throws(Errno) {
      guard let file = try WholeFile.read(path, limit: Self.largest) else { throw Errno.noSuchFile }
      (self.path, bytes) = (path, file.bytes)
    } catch {
      throw Fault(
        "records-file-unreadable", subject: path, why: error.message,
        hint: "a list is a file of at most \(Self.largest >> 20) MiB")
    }
  }

  package init(_ path: String, bytes: [UInt8]) { (self.path, self.bytes) = (path, bytes) }

  /// - Parameter columns: those to take besides the primary one; all where there are none.
  /// - Throws: `records-file-invalid`, `records-column-unknown`, and those of `RecordIndexBuilder`.
  package func index(name: String, primary: String, columns: [String], key: SipHash) throws(Fault) -> RecordIndex {
    let isJSON = bytes.first { !$0.isSpace } == UInt8(ascii: "{")
    do { return try isJSON ? indexLines(name, primary, columns, key) : indexCells(name, primary, columns, key) } catch {
      throw fault(of: error)
    }
  }

  private func fault(of error: any Error) -> Fault {
    switch error {
    case let fault as Fault: fault
    case let issue as RecordIssue: Fault(issue.code, subject: path, why: printable(issue.why), hint: issue.hint)
    case let issue as RowIssue:
      Fault("records-file-invalid", subject: "\(path):\(issue.line):\(issue.column)", why: issue.why)
    default: Fault("records-file-invalid", subject: path, why: "\(error)")
    }
  }

  private func indexCells(_ name: String, _ primary: String, _ columns: [String], _ key: SipHash) throws -> RecordIndex
  {
    var reader = CSVReader(bytes)
    guard let head = try reader.next() else { throw RowIssue(line: 1, column: 1, why: "there is no line of names") }
    let names = head.map { String(decoding: $0, as: UTF8.self) }
    guard Set(names).count == names.count else {
      throw RowIssue(line: 1, column: 1, why: "two columns have the same name")
    }
    let chosen = try choose(primary, columns, among: names)
    let places = chosen.compactMap { names.firstIndex(of: $0) }
    var builder = try RecordIndexBuilder(name: name, columns: chosen, primary: 0, key: key)
    var line = reader.place.line
    while let row = try reader.next() {
      guard row.count == names.count else {
        throw RowIssue(
          line: line, column: 1, why: "the row has \(row.count) cells, and there are \(names.count) columns")
      }
      try builder.add(places.map { row[$0] })
      line = reader.place.line
    }
    return try builder.index()
  }

  private func indexLines(_ name: String, _ primary: String, _ columns: [String], _ key: SipHash) throws -> RecordIndex
  {
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    var names: Set<String> = []
    for number in lines.indices { names.formUnion(try object(lines[number], number)?.keys.map { $0 } ?? []) }
    let chosen = try choose(primary, columns, among: names.sorted())
    var builder = try RecordIndexBuilder(name: name, columns: chosen, primary: 0, key: key)
    for number in lines.indices {
      guard let row = try object(lines[number], number) else { continue }
      try builder.add(chosen.map { Self.cell(row[$0]) })
    }
    return try builder.index()
  }

  /// Nil for an empty line.
  private func object(_ line: ArraySlice<UInt8>, _ number: Int) throws(RowIssue) -> [String: JSON]? {
    guard line.contains(where: { !$0.isSpace }) else { return nil }
    let parsed: JSON
    do throws(JSONError) { parsed = try JSON.parse(line, maximumBytes: 1 << 20) } catch {
      throw RowIssue(line: number + 1, column: 1, why: "the line is no JSON as Bailey reads it: \(error)")
    }
    guard let row = parsed.object else { throw RowIssue(line: number + 1, column: 1, why: "the line is no object") }
    return row
  }

  /// What is no text and no number is no cell.
  private static func cell(_ value: JSON?) -> [UInt8] {
    if let text = value?.string { return Array(text.utf8) }
    return value?.int.map { Array(String($0).utf8) } ?? []
  }

  private func choose(_ primary: String, _ columns: [String], among names: [String]) throws(Fault) -> [String] {
    for column in [primary] + columns where !names.contains(column) {
      throw Fault(
        "records-column-unknown", subject: column, why: "the file has no column of this name",
        hint: "it has " + names.prefix(32).map { printable($0) }.joined(separator: ", "))
    }
    return [primary] + (columns.isEmpty ? names : columns).filter { $0 != primary }
  }
}

extension UInt8 {
  fileprivate var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
