/// Parts of an answer that may go on in the next event.
struct OpenParts {
  private struct Part {
    var restorer: PlaceholderRestorer
    /// An event to say the rest with if it does not go on.
    var head: [UInt8] = []
    var tail: [UInt8] = []

    var count: Int { head.count + tail.count }
  }

  /// Parts of one answer that are kept apart.
  private static let mostParts = 4096
  private static let mostPieces = 256
  /// Of one event, once for each piece in it.
  private static let mostEventBytes = 4 << 20
  /// Of all events that are kept.
  private static let mostBytes = 16 << 20

  private let vault: PlaceholderVault
  private var parts: [String: Part] = [:]
  private var kept = 0

  init(_ vault: PlaceholderVault) { self.vault = vault }

  /// Whether so many pieces in an event of so many bytes are read at all.
  static func fits(_ pieces: Int, _ bytes: Int) -> Bool { pieces <= mostPieces && pieces * bytes <= mostEventBytes }

  /// Whether one more such event may be kept.
  func hasRoom(_ pieces: Int, _ bytes: Int) -> Bool {
    kept + pieces * bytes <= Self.mostBytes && parts.count + pieces <= Self.mostParts
  }

  mutating func feed(_ place: AnswerPlace) -> [UInt8] {
    let restorer = PlaceholderRestorer(vault, escaping: place.field.escaping)
    return parts[place.name, default: Part(restorer: restorer)].restorer.feed(place.leaf.view.text)
  }

  /// For each part of which something is held back, the event with nothing in its pieces but that.
  mutating func keep(_ allowed: [AnswerPlace], of pieces: [Range<Int>], in event: AnswerEvent) {
    let last = Dictionary(allowed.map { ($0.name, $0.leaf.range) }, uniquingKeysWith: { _, last in last })
    for (name, range) in last {
      guard var part = parts[name] else { continue }
      kept -= part.count
      (part.head, part.tail) = part.restorer.isHolding ? event.around(range, without: pieces) : ([], [])
      kept += part.count
      parts[name] = part
    }
  }

  /// What was held back of parts that do not go on, in events of their own.
  mutating func flush() -> [UInt8] {
    defer { (parts, kept) = ([:], 0) }
    return parts.sorted { $0.key < $1.key }.flatMap { _, part -> [UInt8] in
      var part = part
      return part.restorer.isHolding ? part.head + JSONString.escape(part.restorer.finish()) + part.tail : []
    }
  }
}

/// The lines of an event, with its data among them.
struct AnswerEvent {
  var head: [UInt8]
  var data: [UInt8]
  var tail: [UInt8]

  /// What stands before and behind a range of the data, without other ranges, which are in order.
  func around(_ range: Range<Int>, without others: [Range<Int>]) -> (before: [UInt8], after: [UInt8]) {
    var (before, after, done) = (head, [UInt8](), 0)
    for other in others where other.upperBound <= range.lowerBound {
      before += data[done..<other.lowerBound]
      done = other.upperBound
    }
    before += data[done..<range.lowerBound]
    done = range.upperBound
    for other in others where other.lowerBound >= range.upperBound {
      after += data[done..<other.lowerBound]
      done = other.upperBound
    }
    return (before, after + data[done...] + tail)
  }
}
