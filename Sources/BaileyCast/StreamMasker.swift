/// Replaces known secrets and well-known tokens by `[masked]`, also when they come in pieces.
///
/// Secrets may overlap: what belongs to any is masked. Of masks that touch, one is written. Held back is at most the longest pattern, and
/// only while what came last could be its beginning. A pass over the text: a place at which no pattern begins costs a look at two bytes.
/// What is written in another encoding, or with escape sequences in its midst, is not found.
package struct StreamMasker: SecretMasking {
  package static let mask = Array("[masked]".utf8)
  /// Bytes before a place that are looked at; more than a sequence that sets two colours.
  private static let lookBack = 64

  /// By their first byte.
  private let patterns: [[SecretPattern]]
  /// The first two bytes of all patterns: a set of 65,536 bits.
  private let pairs: [UInt64]
  /// The last bytes that were decided, and then those that are held back.
  private var kept: [UInt8] = []
  private var decided = 0
  private var cover = SecretCover()
  private var endsWithMask = false

  /// - Parameter secrets: values; those under six bytes are not looked for.
  package init(secrets: [String]) {
    var table = [[SecretPattern]](repeating: [], count: 256)
    var pairs = [UInt64](repeating: 0, count: 1024)
    let add = { (pair: Int) in pairs[pair >> 6] |= 1 << UInt64(pair & 63) }
    // Pieces of one beginning are one, with what may follow of each value.
    let pieces = secrets.flatMap(SecretPattern.known).map { ($0.beginning, $0) }
    let values = Dictionary(pieces) { known, other in
      var known = known
      known.rests.formUnion(other.rests)
      return known
    }.values
    for pattern in SecretPattern.tokens + values {
      table[Int(pattern.beginning[0])].append(pattern)
      add(Int(pattern.beginning[0]) << 8 | Int(pattern.beginning[1]))
    }
    add(Int(Self.colon) << 8 | Int(UInt8(ascii: "/")))
    (patterns, self.pairs) = (table, pairs)
  }

  package mutating func mask(_ bytes: [UInt8]) -> [UInt8] { take(bytes, isEnd: false) }

  package mutating func finish() -> [UInt8] { take([], isEnd: true) }

  /// What `mask` would take out of a text that is there as a whole.
  package func secrets(in text: [UInt8]) -> [ArraySlice<UInt8>] {
    var (masker, found) = (self, [Range<Int>]())
    _ = masker.take(text, isEnd: true) { hidden in
      if let last = found.last, last.upperBound >= hidden.lowerBound {
        found[found.count - 1] = last.lowerBound..<hidden.upperBound
      } else {
        found.append(hidden)
      }
    }
    return found.map { text[$0] }
  }

  /// - Parameter hiding: gets the places that are newly known to be secret, in order.
  private mutating func take(_ bytes: [UInt8], isEnd: Bool, hiding: (Range<Int>) -> Void = { _ in }) -> [UInt8] {
    let text = kept + bytes
    cover.goOn(from: kept.count, in: text)
    var result: [UInt8] = []
    var (index, plain) = (decided, max(decided, cover.end))
    loop: while true {
      index = candidate(text, index)
      if index == text.count { break }
      switch look(text, index, isEnd) {
      case .nothing: break
      case .unknown: break loop
      case .secrets(let ends):
        if plain < index { write(text[plain..<index], &result) }
        if !endsWithMask { result += Self.mask }
        endsWithMask = true
        for (pattern, end) in ends { cover.add(pattern, endingAt: end, in: text) }
        if max(index, plain) < cover.end { hiding(max(index, plain)..<cover.end) }
        plain = max(plain, cover.end)
      }
      // Another may begin within it.
      index += 1
    }
    if plain < index { write(text[plain..<index], &result) }
    let begin = max(0, index - Self.lookBack)
    (kept, decided) = (Array(text[begin...]), index - begin)
    cover.drop(begin)
    return result
  }

  private mutating func write(_ plain: ArraySlice<UInt8>, _ result: inout [UInt8]) {
    result += plain
    endsWithMask = false
  }

  /// The next place at which a pattern could begin.
  private func candidate(_ text: [UInt8], _ start: Int) -> Int {
    let (text, pairs) = (text.span, pairs.span)
    var index = start
    while index + 1 < text.count {
      let pair = Int(text[index]) << 8 | Int(text[index + 1])
      if pairs[pair >> 6] >> UInt64(pair & 63) & 1 == 1 { return index }
      index += 1
    }
    return index
  }

  private enum Finding {
    case nothing
    /// More bytes decide.
    case unknown
    /// All that begin here, and where what decides of each ends; an address with a password is no pattern.
    case secrets([(SecretPattern?, end: Int)])
  }

  private func look(_ text: [UInt8], _ index: Int, _ isEnd: Bool) -> Finding {
    var found: [(SecretPattern?, end: Int)] = []
    // A span, since a loop over the array would copy each pattern.
    let row = patterns[Int(text[index])]
    let span = row.span
    for number in span.indices where span[number].fits(text, index) && !isBarred(span[number], text, index) {
      let pattern = span[number]
      let there = min(pattern.length, text.count - index)
      if there < pattern.length {
        if !isEnd { return .unknown }
        // Of a value that was cut off, what is there is as secret.
        if pattern.alphabet != nil || there < SecretPattern.shortest { continue }
      }
      found.append((pattern, index + there))
    }
    if text[index] == Self.colon {
      guard let length = Self.password(text, index, isEnd) else { return .unknown }
      if length > 0 { found.append((nil, index + length)) }
    }
    return found.isEmpty ? .nothing : .secrets(found)
  }

  // MARK: what stands before

  private func isBarred(_ pattern: SecretPattern, _ text: [UInt8], _ index: Int) -> Bool {
    switch pattern.bar {
    case .nothing: false
    case .word: Self.continuesWord(text, index)
    case .end: Self.endsKey(text, index)
    }
  }

  /// Whether a letter or digit stands before, that is none of an escape sequence (`ESC [ 3 2 m`) nor of `\n`.
  private static func continuesWord(_ text: [UInt8], _ index: Int) -> Bool {
    guard index > 0, SecretPattern.wordBytes.contains(text[index - 1]) else { return false }
    guard index > 1 else { return true }
    var place = index - 2
    if text[place] == UInt8(ascii: "\\") { return false }
    let first = max(0, index - lookBack)
    while place > first, (0x20...0x3F).contains(text[place]) { place -= 1 }
    if place > first, text[place] == UInt8(ascii: "[") { place -= 1 }
    return text[place] != 0x1B
  }

  /// Whether the words in capitals before begin with END: `-----END RSA PRIVATE KEY-----`.
  private static func endsKey(_ text: [UInt8], _ index: Int) -> Bool {
    let label = text[max(0, index - lookBack)..<index].reversed().prefix { (0x41...0x5A).contains($0) || $0 == 0x20 }
    return label.reversed().starts(with: Array("END ".utf8))
  }

  // MARK: an address with a password

  private static let colon = UInt8(ascii: ":")
  private static let longestAuthority = 256
  /// Ends the authority of an address.
  private static let stops = ByteSet("/?#\"'<>\\`")

  /// Bytes of `://user:password@`; zero for anything else, `nil` where more bytes decide.
  private static func password(_ text: [UInt8], _ index: Int, _ isEnd: Bool) -> Int? {
    let end = min(text.count, index + longestAuthority)
    var (hasColon, length) = (false, 0)
    for place in index..<end {
      let byte = text[place]
      if place < index + 3 {
        if byte != (place == index ? colon : UInt8(ascii: "/")) { return 0 }
      } else if byte == colon {
        hasColon = true
      } else if byte == UInt8(ascii: "@") {
        if hasColon { length = place + 1 - index }
      } else if byte <= 0x20 || byte == 0x7F || stops.contains(byte) {
        return length
      }
    }
    return isEnd || end == index + longestAuthority ? length : nil
  }
}
