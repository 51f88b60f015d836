/// Where a byte stands in a text, both counted from 1.
struct TextPlace: Equatable, Sendable {
  var line: Int
  /// In code points. A byte that is part of no code point counts as one, unless it looks like the rest of one.
  var column: Int
}

/// Lines and columns of what was read last of a stream: so a stream of any size needs one mebibyte.
struct LineMap {
  static let window = 1 << 20

  private struct Piece {
    var start: Int
    /// Of its first byte.
    var place: TextPlace
    var bytes: [UInt8]
  }

  private var pieces: [Piece] = []
  private var held = 0
  private var end = 0
  private var place = TextPlace(line: 1, column: 1)

  mutating func append(_ bytes: [UInt8]) {
    pieces.append(Piece(start: end, place: place, bytes: bytes))
    place = Self.advance(place, bytes.span)
    end += bytes.count
    held += bytes.count
    while held > Self.window, pieces.count > 1 { held -= pieces.removeFirst().bytes.count }
  }

  /// Goes over so many bytes that were not read: a hole of a file, which has no lines.
  mutating func skip(_ count: Int) {
    (pieces, held) = ([], 0)
    end += count
    place.column += count
  }

  /// Nil for what was read too long ago.
  func place(of offset: Int) -> TextPlace? {
    if offset == 0 { return TextPlace(line: 1, column: 1) }
    guard offset <= end, let piece = pieces.last(where: { $0.start <= offset }) else { return nil }
    return Self.advance(piece.place, piece.bytes.span.extracting(0..<min(offset - piece.start, piece.bytes.count)))
  }

  private static func advance(_ place: TextPlace, _ bytes: Span<UInt8>) -> TextPlace {
    var newlines = 0
    for index in bytes.indices where bytes[index] == 0x0A { newlines &+= 1 }
    var start = bytes.count
    if newlines > 0 { while bytes[start - 1] != 0x0A { start -= 1 } } else { start = 0 }
    var letters = 0
    for index in start..<bytes.count where bytes[index] & 0xC0 != 0x80 { letters &+= 1 }
    return TextPlace(line: place.line + newlines, column: (newlines > 0 ? 1 : place.column) + letters)
  }
}
