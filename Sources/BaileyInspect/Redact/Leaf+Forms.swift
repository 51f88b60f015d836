extension LeafDocument {
  /// `application/x-www-form-urlencoded`: names and values; nil when they are too many.
  static func form(_ bytes: [UInt8]) -> LeafDocument? {
    var document = LeafDocument()
    let text = bytes.span
    for field in bytes.split(separator: 0x26) {
      if document.leaves.count >= maximumLeaves { return nil }
      let middle = field.firstIndex(of: 0x3D) ?? field.endIndex
      let name = percentView(text, field.startIndex..<middle)
      document.leaves.append(
        Leaf(kind: .key, range: field.startIndex..<middle, view: name, escaping: .percent))
      guard middle < field.endIndex else { continue }
      let range = middle + 1..<field.endIndex
      document.leaves.append(
        Leaf(
          range: range, view: percentView(text, range), before: name.text.prefix(128) + [0x3D], after: [0x26],
          escaping: .percent))
    }
    return document
  }

  private static func percentView(_ bytes: Span<UInt8>, _ range: Range<Int>) -> TextView {
    var (view, at) = (TextView(), range.lowerBound)
    while at < range.upperBound {
      if bytes[at] == 0x2B {
        view.replace(at..<at + 1, with: [0x20])
      } else if bytes[at] == 0x25, at + 2 < range.upperBound, let high = Bytes.hex(bytes[at + 1]),
        let low = Bytes.hex(bytes[at + 2])
      {
        view.replace(at..<at + 3, with: [high << 4 | low])
        at += 2
      } else {
        view.copy(at..<at + 1, of: bytes)
      }
      at += 1
    }
    return view
  }

  /// The value of a field of HTTP's header: pairs of cookies each by themselves, anything else as a whole.
  static func header(_ name: String, _ value: [UInt8]) -> LeafDocument? {
    let title = Array(name.utf8) + [0x3A, 0x20]
    let lowered = name.lowercased()
    guard lowered == "cookie" || lowered == "set-cookie" else {
      return LeafDocument(leaves: [plain(0..<value.count, value, before: title)])
    }
    if value.count(where: { $0 == 0x3B }) >= maximumLeaves { return nil }
    let leaves = value.split(separator: 0x3B).map { pair in
      let from = (pair.firstIndex(of: 0x3D) ?? pair.startIndex - 1) + 1
      let range = from..<pair.endIndex
      let key = value[pair.startIndex..<from].drop { Bytes.isSpace($0) }
      return plain(range, value, before: title + key)
    }
    return LeafDocument(leaves: leaves, isLoose: true)
  }

  private static func plain(_ range: Range<Int>, _ bytes: [UInt8], before: [UInt8]) -> Leaf {
    var view = TextView()
    view.copy(range, of: bytes.span)
    return Leaf(range: range, view: view, before: before)
  }

  /// The literals of SQL, in single quotes that are doubled within; nil when one has no end or they are too many. What stands around may be edited as well.
  static func sql(_ bytes: [UInt8]) -> LeafDocument? {
    var (document, at) = (LeafDocument(isLoose: true), 0)
    while at < bytes.count {
      switch bytes[at] {
      case 0x2D where bytes[at...].starts(with: [0x2D, 0x2D]):
        at = bytes[at...].firstIndex(of: 0x0A) ?? bytes.count
      case 0x2F where bytes[at...].starts(with: [0x2F, 0x2A]): at = endOfComment(bytes, at + 2)
      case 0x22, 0x27, 0x60:
        guard document.leaves.count < maximumLeaves, let end = endOfLiteral(bytes, at) else { return nil }
        if bytes[at] == 0x27 { document.leaves.append(literal(bytes, at + 1..<end)) }
        at = end + 1
      default: at += 1
      }
    }
    return document
  }

  private static func endOfComment(_ bytes: [UInt8], _ start: Int) -> Int {
    var at = start
    while at + 1 < bytes.count, !(bytes[at] == 0x2A && bytes[at + 1] == 0x2F) { at += 1 }
    return min(bytes.count, at + 2)
  }

  private static func endOfLiteral(_ bytes: [UInt8], _ start: Int) -> Int? {
    var at = start + 1
    while at < bytes.count {
      if bytes[at] == bytes[start] {
        guard at + 1 < bytes.count, bytes[at + 1] == bytes[start] else { return at }
        at += 1
      }
      at += 1
    }
    return nil
  }

  /// How much of a statement stands before a literal, for the rules.
  private static let contextLength = 64

  private static func literal(_ bytes: [UInt8], _ range: Range<Int>) -> Leaf {
    var (view, done, at) = (TextView(), range.lowerBound, range.lowerBound)
    let text = bytes.span
    while at < range.upperBound {
      if bytes[at] == 0x27 {
        view.copy(done..<at, of: text)
        view.replace(at..<at + 2, with: [0x27])
        at += 2
        done = at
      } else {
        at += 1
      }
    }
    view.copy(done..<range.upperBound, of: text)
    let before = Array(bytes[max(0, range.lowerBound - contextLength)..<range.lowerBound])
    return Leaf(range: range, view: view, before: before, after: [0x27])
  }
}
