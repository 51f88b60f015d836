/// A text made of another, with the way back for each byte.
struct TextView {
  private struct Segment {
    /// In the text.
    var at: Int
    var source: Range<Int>
    /// Byte for byte; else the whole stands for the whole.
    var isCopy: Bool
  }

  private(set) var text: [UInt8] = []
  private var segments: [Segment] = []

  /// Whether something stands for something else.
  var isChanged: Bool { segments.contains { !$0.isCopy } }

  mutating func copy(_ range: Range<Int>, of bytes: Span<UInt8>) {
    guard !range.isEmpty else { return }
    if let last = segments.last, last.isCopy, last.source.upperBound == range.lowerBound {
      segments[segments.count - 1].source = last.source.lowerBound..<range.upperBound
    } else {
      segments.append(Segment(at: text.count, source: range, isCopy: true))
    }
    text.append(bytes.extracting(range))
  }

  mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) {
    segments.append(Segment(at: text.count, source: range, isCopy: false))
    text += bytes
  }

  /// What a part of the text was made of.
  func source(of range: Range<Int>) -> Range<Int> {
    guard !range.isEmpty, let first = segment(at: range.lowerBound), let last = segment(at: range.upperBound - 1) else {
      return 0..<0
    }
    let low = segments[first].isCopy ? range.lowerBound - segments[first].at : 0
    let end = segments[last]
    let high = end.isCopy ? end.source.lowerBound + range.upperBound - end.at : end.source.upperBound
    return segments[first].source.lowerBound + low..<high
  }

  /// A part of the source, widened so that it cuts nothing that stands for something else; nil when nothing of it is here.
  func aligned(_ range: Range<Int>) -> Range<Int>? {
    var found: Range<Int>?
    for segment in segments where segment.source.overlaps(range) {
      let part = segment.isCopy ? segment.source.clamped(to: range) : segment.source
      found = found.map { $0.lowerBound..<part.upperBound } ?? part
    }
    return found
  }

  /// Whether a part of the text lies in one replacement.
  func isReplacement(_ range: Range<Int>) -> Bool {
    guard let first = segment(at: range.lowerBound), let last = segment(at: range.upperBound - 1) else { return false }
    return first == last && !segments[first].isCopy
  }

  /// The segment of a byte. Of several that begin there, those without text come first.
  private func segment(at place: Int) -> Int? {
    guard place >= 0, place < text.count else { return nil }
    var (low, high) = (0, segments.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if segments[middle].at <= place { low = middle } else { high = middle }
    }
    return low
  }
}

extension TextView {
  /// A text without its escapes, invisible marks and joints, as far as they are known.
  static func unescaped(_ bytes: [UInt8]) -> TextView {
    let guarded = bytes + [0]
    let text = guarded.span
    var (view, done) = (TextView(), 0)
    eachEscape(in: text) { escape in
      view.copy(done..<escape.at, of: text)
      view.replace(escape.at..<escape.at + escape.length, with: escape.text)
      done = escape.at + escape.length
    }
    view.copy(done..<bytes.count, of: text)
    return view
  }

  /// How far around escapes the engine still takes the text for the same, in bytes.
  private static let reach = 192

  /// Rows of escapes that follow each other, with what stands between and around them, in order.
  static func rows(_ bytes: [UInt8]) -> [Range<Int>] {
    let guarded = bytes + [0]
    var rows: [Range<Int>] = []
    eachEscape(in: guarded.span) { escape in
      let (low, high) = (max(0, escape.at - reach), min(bytes.count, escape.at + escape.length + reach))
      if let last = rows.last, last.upperBound >= escape.at {
        rows[rows.count - 1] = last.lowerBound..<high
      } else {
        rows.append(max(low, rows.last?.upperBound ?? 0)..<high)
      }
    }
    return rows
  }

  /// Behind the bytes stands one that belongs to nothing.
  private static func eachEscape(in bytes: Span<UInt8>, _ body: (Escape) -> Void) {
    var (at, done) = (0, 0)
    while at < bytes.count - 1 {
      if let escape = EscapeReader.read(bytes, at), escape.at >= done, escape.at + escape.length < bytes.count {
        body(escape)
        done = escape.at + escape.length
        at = max(at + 1, done)
      } else {
        at += 1
      }
    }
  }
}
