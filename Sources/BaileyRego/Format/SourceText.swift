/// A module's bytes with its lines and comments.
struct SourceText: Sendable {
  struct Comment: Sendable {
    var row: Int
    var span: Range<Int>
    /// With the `#`, without space behind.
    var text: ArraySlice<UInt8>
    var isMetadata: Bool
  }

  let bytes: [UInt8]
  let comments: [Comment]
  private let lineStarts: [Int]

  init(_ bytes: [UInt8], _ comments: [Location]) {
    self.bytes = bytes
    lineStarts = [0] + bytes.indices.filter { bytes[$0] == 0x0A }.map { $0 + 1 }
    self.comments = comments.map { Self.comment($0, bytes) }
  }

  private static func comment(_ location: Location, _ bytes: [UInt8]) -> Comment {
    let span = Int(location.start)..<Int(location.end)
    let text = trimmedEnd(bytes[span])
    let words = text.dropFirst().drop { isSpace($0) }
    return Comment(
      row: Int(location.line), span: span, text: text, isMetadata: words.elementsEqual("METADATA".utf8))
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  static func trimmedEnd(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let last = text.last, isSpace(last) { text.removeLast() }
    return text
  }

  func text(_ location: Location) -> ArraySlice<UInt8> { bytes[Int(location.start)..<Int(location.end)] }

  /// The line, from 1, of a byte.
  func row(of offset: Int) -> Int {
    var (low, high) = (0, lineStarts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The place in its line, from 1.
  func column(of offset: Int) -> Int { offset - lineStarts[row(of: offset) - 1] + 1 }

  func endRow(_ location: Location) -> Int { row(of: max(Int(location.start), Int(location.end) - 1)) }

  func startsWithParenthesis(_ location: Location) -> Bool { text(location).first == 0x28 }

  /// Only space stands before it on its line.
  func isFirstOnLine(_ location: Location) -> Bool {
    let start = lineStarts[row(of: Int(location.start)) - 1]
    return bytes[start..<Int(location.start)].allSatisfy { Self.isSpace($0) }
  }

  /// Compiled modules come with variables whose place means nothing.
  func hasGeneratedNames(_ location: Location) -> Bool {
    let pattern = Array("__local".utf8)
    var rest = text(location)
    while let at = rest.firstIndex(of: 0x5F) {
      if rest[at...].starts(with: pattern), at == 0 || !Lexer.continuesWord(bytes[at - 1]) { return true }
      rest = rest[(at + 1)...]
    }
    return false
  }
}

extension Location {
  var row: Int { Int(line) }
}
