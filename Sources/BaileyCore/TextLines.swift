/// A text cut into lines, each with its newline, so that a missing newline at the end is a difference like any other.
package struct TextLines: Sendable {
  let bytes: [UInt8]
  /// Ranges of `bytes`; together they cover it.
  let ranges: [Range<Int>]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var ranges: [Range<Int>] = []
    var start = 0
    for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
      ranges.append(start..<(index + 1))
      start = index + 1
    }
    if start < bytes.count { ranges.append(start..<bytes.count) }
    self.ranges = ranges
  }

  package var count: Int { ranges.count }

  var endsWithoutNewline: Bool { bytes.last.map { $0 != UInt8(ascii: "\n") } ?? false }

  /// The line as a hunk shows it: without its newline.
  func shown(_ index: Int) -> [UInt8] {
    let line = bytes[ranges[index]]
    return Array(line.last == UInt8(ascii: "\n") ? line.dropLast() : line)
  }

  /// The bytes of consecutive lines, newlines included.
  package func bytes(of lines: Range<Int>) -> ArraySlice<UInt8> {
    guard let first = lines.first, let last = lines.last else { return [] }
    return bytes[ranges[first].lowerBound..<ranges[last].upperBound]
  }
}
