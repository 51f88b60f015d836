/// What each match of a pattern begins with, and a byte that it holds: a quick no, before the pattern itself is tried.
///
/// It is read from the pattern's text as far as that is plain: letters and classes one after the other. What it does not understand, it
/// admits.
struct Lead: Sendable {
  /// Of the first bytes, one set each.
  private(set) var sets: [ByteSet] = []
  /// A sign that stands somewhere behind them.
  private(set) var needed: UInt8?

  private let isBehindKeyword: Bool

  private static let longest = 64
  /// What may stand right before a value that follows a keyword, and how far behind it the value may begin (`Rule.expression`).
  private static let separators = ByteSet { "\"' \t\n\r\u{c}=:>,(/`".utf8.contains($0) }
  private static let farthest = 41

  init(_ pattern: String, isBehindKeyword: Bool = false) {
    self.isBehindKeyword = isBehindKeyword
    var reader = PatternReader(pattern)
    var isFixed = true
    while let part = reader.next() {
      if isFixed, let set = part.set, part.least > 0 {
        sets += Array(repeating: set, count: min(part.least, Self.longest - sets.count))
        isFixed = part.isExact && sets.count < Self.longest
        continue
      }
      isFixed = false
      if part.least > 0, let sign = part.set?.only, !Bytes.isWord(sign), sign != 0x20 { needed = needed ?? sign }
    }
    if reader.isLost { (sets, needed) = ([], nil) }
  }

  func admits(_ text: Span<UInt8>, at start: Int, before end: Int) -> Bool {
    guard isBehindKeyword else { return begins(text, at: start, before: end) }
    var place = start + 1
    while place <= start + Self.farthest, place + sets.count <= end {
      if Self.separators.contains(text[place - 1]), begins(text, at: place, before: end) { return true }
      place += 1
    }
    return false
  }

  private func begins(_ text: Span<UInt8>, at start: Int, before end: Int) -> Bool {
    guard start + sets.count <= end else { return false }
    let sets = sets.span
    for place in 0..<sets.count where !sets[place].contains(text[start + place]) { return false }
    guard let needed else { return true }
    return text.extracting((start + sets.count)..<end).holds(needed)
  }
}

/// A set of bytes.
struct ByteSet: Sendable, Equatable {
  private var bits = SIMD4<UInt64>.zero

  init(_ isMember: (UInt8) -> Bool) {
    for byte in UInt8.min...UInt8.max where isMember(byte) { insert(byte) }
  }

  mutating func insert(_ byte: UInt8) { bits[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

  func contains(_ byte: UInt8) -> Bool { bits[Int(byte >> 6)] >> UInt64(byte & 63) & 1 != 0 }

  mutating func formUnion(_ other: ByteSet) { bits |= other.bits }

  /// Its member, if it has but one.
  var only: UInt8? {
    let members = (UInt8.min...UInt8.max).filter { contains($0) }
    return members.count == 1 ? members[0] : nil
  }
}

/// Reads the parts of a pattern of RE2 that stand one after the other.
struct PatternReader {
  struct Part {
    /// Nil for a group, a place, and whatever else has no set of bytes.
    var set: ByteSet?
    /// How often it stands there at least.
    var least = 1
    /// Not more often either.
    var isExact = true
  }

  private let text: [UInt8]
  private var at = 0
  /// There are alternatives, or something that is not read here.
  private(set) var isLost = false

  init(_ pattern: String) { text = Array(pattern.utf8) }

  mutating func next() -> Part? {
    guard !isLost, at < text.count else { return nil }
    var part = Part()
    switch text[at] {
    case UInt8(ascii: "|"): return lose()
    case UInt8(ascii: "("): guard skipGroup() else { return lose() }
    case UInt8(ascii: "["):
      guard let set = readClass() else { return lose() }
      part.set = set
    case UInt8(ascii: "\\"):
      guard at + 1 < text.count else { return lose() }
      part.set = Self.escaped(text[at + 1])
      if part.set == nil, !"bBzADWS".utf8.contains(text[at + 1]) { return lose() }
      at += 2
    case UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "$"): at += 1
    case let byte where byte < 0x80:
      part.set = ByteSet { $0 == byte }
      at += 1
    default: return lose()
    }
    return quantified(part)
  }

  private mutating func lose() -> Part? {
    isLost = true
    return nil
  }

  /// What a letter behind a backslash stands for; nil for places and what is not known.
  private static func escaped(_ byte: UInt8) -> ByteSet? {
    switch byte {
    case UInt8(ascii: "d"): ByteSet(Bytes.isDigit)
    case UInt8(ascii: "w"): ByteSet { Bytes.isWord($0) || $0 == 0x5F }
    case UInt8(ascii: "s"): ByteSet { $0 == 0x20 || [9, 10, 12, 13].contains($0) }
    case _ where Bytes.isWord(byte): nil
    default: ByteSet { $0 == byte }
    }
  }

  /// Takes the count that stands behind a part.
  private mutating func quantified(_ part: Part) -> Part {
    var part = part
    guard at < text.count else { return part }
    switch text[at] {
    case UInt8(ascii: "?"), UInt8(ascii: "*"): (part.least, part.isExact) = (0, false)
    case UInt8(ascii: "+"): part.isExact = false
    case UInt8(ascii: "{"):
      guard let end = text[at...].firstIndex(of: UInt8(ascii: "}")) else { return part }
      let bounds = text[(at + 1)..<end].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      guard let least = bounds.first.flatMap({ Int(String(decoding: $0, as: UTF8.self)) }) else {
        isLost = true
        return part
      }
      (part.least, part.isExact, at) = (least, bounds.count == 1, end)
    default: return part
    }
    at += 1
    if at < text.count, text[at] == UInt8(ascii: "?") { at += 1 }
    return part
  }

  /// Goes behind a group; false for one that sets a flag for what follows.
  private mutating func skipGroup() -> Bool {
    if at + 2 < text.count, text[at + 1] == UInt8(ascii: "?") {
      let flags = text[(at + 2)...].prefix { Bytes.isLetter($0) || $0 == UInt8(ascii: "-") }
      guard flags.endIndex < text.count, text[flags.endIndex] != UInt8(ascii: ")") else { return false }
    }
    var depth = 0
    while at < text.count {
      switch text[at] {
      case UInt8(ascii: "\\"): at += 1
      case UInt8(ascii: "["):
        guard readClass() != nil else { return false }
        continue
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"): depth -= 1
      default: break
      }
      at += 1
      if depth == 0 { return true }
    }
    return false
  }

  /// Reads a class; nil when it has something that is not read here.
  private mutating func readClass() -> ByteSet? {
    var place = at + 1
    let isNegated = place < text.count && text[place] == UInt8(ascii: "^")
    if isNegated { place += 1 }
    var set = ByteSet { _ in false }
    var previous: UInt8?
    let first = place
    while place < text.count, text[place] != UInt8(ascii: "]") || place == first {
      let byte = text[place]
      guard byte < 0x80, byte != UInt8(ascii: "[") else { return nil }
      if byte == UInt8(ascii: "\\") {
        guard place + 1 < text.count, let members = Self.escaped(text[place + 1]) else { return nil }
        set.formUnion(members)
        previous = members.only
        place += 2
      } else if byte == UInt8(ascii: "-"), let low = previous, place + 1 < text.count,
        text[place + 1] != UInt8(ascii: "]")
      {
        let high = text[place + 1]
        guard high < 0x80, high != UInt8(ascii: "\\"), low <= high else { return nil }
        for member in low...high { set.insert(member) }
        previous = nil
        place += 2
      } else {
        set.insert(byte)
        previous = byte
        place += 1
      }
    }
    guard place < text.count else { return nil }
    at = place + 1
    return isNegated ? ByteSet { !set.contains($0) } : set
  }
}
