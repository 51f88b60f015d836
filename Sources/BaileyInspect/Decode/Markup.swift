/// Tags of XML and HTML within a word: runs of a document's text, and `<b>AK</b>IA`.
enum Markup {
  /// As far as the tags between two parts of a word reach: documents put properties there.
  private static let longest = 2048
  private static let longestTag = 512

  /// Behind all tags that follow each other from here; nil when there are none.
  static func end(_ bytes: Span<UInt8>, _ start: Int) -> Int? {
    var place = start
    while place < bytes.count - 1, bytes[place] == 0x3C {
      guard let next = tagEnd(bytes, place), next - start <= longest else { return nil }
      place = next
    }
    return place > start ? place : nil
  }

  /// Whether one of these tags ends a word for the reader.
  static func parts(_ bytes: Span<UInt8>, _ tags: Range<Int>) -> Bool {
    var place = tags.lowerBound
    while place < tags.upperBound, let next = tagEnd(bytes, place) {
      let first = bytes[place + 1] == 0x2F ? place + 2 : place + 1
      if blocks.contains(name(bytes, first)) { return true }
      place = next
    }
    return false
  }

  private static func tagEnd(_ bytes: Span<UInt8>, _ start: Int) -> Int? {
    let last = bytes.count - 1
    var place = start + 1
    if place + 2 < last, bytes[place] == 0x21, bytes[place + 1] == 0x2D, bytes[place + 2] == 0x2D {
      return commentEnd(bytes, place + 3)
    }
    if place < last, bytes[place] == 0x2F { place += 1 }
    guard place < last, Bytes.isLetter(bytes[place]) else { return nil }
    while place < last, place - start < longestTag, bytes[place] != 0x3C {
      if bytes[place] == 0x3E { return place + 1 }
      place += 1
    }
    return nil
  }

  private static func commentEnd(_ bytes: Span<UInt8>, _ start: Int) -> Int? {
    var place = start
    while place < bytes.count - 3, place - start < longestTag {
      if bytes[place] == 0x2D, bytes[place + 1] == 0x2D, bytes[place + 2] == 0x3E { return place + 3 }
      place += 1
    }
    return nil
  }

  /// Without the name of its space.
  private static func name(_ bytes: Span<UInt8>, _ start: Int) -> String {
    var text: [UInt8] = []
    var place = start
    while place < bytes.count - 1, text.count < 16, Bytes.isWord(bytes[place]) || "-:".utf8.contains(bytes[place]) {
      if bytes[place] == 0x3A { text = [] } else { text.append(Bytes.lowered(bytes[place])) }
      place += 1
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static let blocks: Set<String> = [
    "p", "div", "td", "th", "tr", "tc", "c", "row", "si", "li", "ul", "ol", "br", "tab", "h", "h1", "h2", "h3", "h4",
    "h5", "h6", "pre", "title", "option", "table", "table-cell", "line-break", "section", "script", "style",
  ]
}
