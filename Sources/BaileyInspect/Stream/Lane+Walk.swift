/// How far a lane has been walked. Places are in the lane.
struct WalkState {
  /// Where the walk goes on: what began before is done.
  var resume = 0
  /// Up to here groups have been joined, and numbers read.
  var groupsUntil = 0
  var numbersUntil = 0
  /// From here on all words may be of a phrase.
  var phraseStart = 0
  /// Up to here runs of all visible bytes have been looked at.
  var region: EscapeRegion?
  var escapes: [Escape] = []
}

extension Lane {
  /// A run of visible bytes that is longer than this may be cut at the end of a block.
  private static let longestPause = 2048

  func walk(_ bytes: Span<UInt8>, _ from: Int, _ to: Int) {
    continueRun(bytes)
    let (first, stop) = (max(from, walk.resume - start), pause(bytes, to))
    if first < stop {
      var walker = Walker(from: first, to: stop, phraseStart: max(0, walk.phraseStart - start))
      var map = context.scratch.takeMap()
      map.read(bytes.extracting(first..<min(stop + 64, bytes.count)))
      walker.walk(bytes, map.groups.span, self)
      context.scratch.give(map)
      walk.resume = start + max(walker.at, stop)
      decodeCut(bytes, first, stop)
      if stop == bytes.count - 1 { phrase(walker.phraseStart..<stop, bytes) }
      walk.phraseStart = start + walker.phraseStart
    }
    unescape(bytes, to)
  }

  /// Where the walk of a block may end: nothing that it looks at as a whole goes on there.
  private func pause(_ bytes: Span<UInt8>, _ to: Int) -> Int {
    let last = bytes.count - 1
    var place = to
    while place < last, place - to < Self.longestPause {
      if Bytes.isSpaceOrNull(bytes[place]) { return place }
      place += 1
    }
    guard place < last else { return last }
    place = to
    while place < last, Bytes.isRun(bytes[place]) { place += 1 }
    return place
  }

  // MARK: numbers

  /// Digits in groups from here on, with at most two signs between them: one number, or a row of them.
  func numbers(at first: Int, _ bytes: Span<UInt8>) {
    guard start + first >= walk.numbersUntil else { return }
    var (end, next, digits) = (first, first, 0)
    while let after = word(ofDigits: next, bytes) {
      digits += after - next
      end = after
      next = after
      while next - after < 3, Self.isSpacing(bytes[next]) { next += 1 }
      guard next - after <= 2 else { break }
    }
    guard digits >= 4, digits >= 8 || end - first >= 7 else { return }
    walk.numbersUntil = start + end
    number(first..<end, digits, bytes)
  }

  /// Behind a word that has nothing but digits; nil when there is none. A NUL stands behind the bytes.
  private func word(ofDigits first: Int, _ bytes: Span<UInt8>) -> Int? {
    var end = first
    while Bytes.isDigit(bytes[end]) { end += 1 }
    return end > first && !Bytes.isWord(bytes[end]) ? end : nil
  }

  private static func isSpacing(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x28, 0x29, 0x2B, 0x2D, 0x2E, 0x2F: true
    default: false
    }
  }

  private func number(_ range: Range<Int>, _ digits: Int, _ bytes: Span<UInt8>) {
    if digits >= 13 { cards(in: range, bytes) }
    guard digits <= 24, range.count <= 48 else { return splitNumbers(range, bytes) }
    var start = range.lowerBound
    while start > 0, bytes[start - 1] == 0x2B || bytes[start - 1] == 0x28 { start -= 1 }
    if start > 0, Bytes.isWord(bytes[start - 1]) { return }
    tryShape(.number, start..<range.upperBound, digits: digits, bytes)
    if start < range.lowerBound { tryShape(.number, range, digits: digits, bytes) }
  }

  /// Each number of a row by itself.
  private func splitNumbers(_ range: Range<Int>, _ bytes: Span<UInt8>) {
    var (start, place) = (range.lowerBound, range.lowerBound)
    while place <= range.upperBound {
      if place == range.upperBound || !Bytes.isDigit(bytes[place]) {
        if (8...24).contains(place - start) { tryShape(.number, start..<place, digits: place - start, bytes) }
        start = place + 1
      }
      place += 1
    }
  }

  // MARK: words

  /// Letters and digits without a break that end here.
  func longWord(before end: Int, _ bytes: Span<UInt8>) {
    var first = end
    while first > 0, Bytes.isWord(bytes[first - 1]), end - first <= Self.longestWord { first -= 1 }
    if end - first <= Self.longestWord { tryShape(.word, first..<end, digits: end - first, bytes) }
  }

  private static let longestWord = 110

  /// An address of mail: the rules' pattern is tried from where its local part may begin.
  func tryAddress(_ sign: Int, _ bytes: Span<UInt8>) {
    guard sign > 0, Bytes.isWord(bytes[sign - 1]), Bytes.isWord(bytes[sign + 1]) else { return }
    var start = sign
    while start > 0, sign - start < 64, Bytes.isWord(bytes[start - 1]) || "._%+-".utf8.contains(bytes[start - 1]) {
      start -= 1
    }
    tryShape(.address, start..<min(sign + 128, bytes.count - 1), bytes)
  }

  // MARK: phrases

  /// Words of a phrase of a seed, of three letters each and with spaces between them, need so many bytes.
  private static let shortestPhrase = 47
  private static let fewestWords = 12

  /// Whether between two of the bits a phrase has room.
  static func hasRoom(_ breaks: UInt64) -> Bool {
    var clear = ~breaks
    for count: UInt64 in [1, 2, 4, 8, 16] { clear &= clear &>> count }
    return clear != 0
  }

  /// Looks at the words between two breaks: are they enough?
  func phrase(_ range: Range<Int>, _ bytes: Span<UInt8>) {
    guard range.count >= Self.shortestPhrase else { return }
    var place = range.lowerBound
    var (first, words, wordEnd) = (place, 0, place)
    while place < range.upperBound {
      let word = place
      while Bytes.isWord(bytes[place]) { place += 1 }
      if isOfPhrase(word..<place, bytes), words == 0 || word - wordEnd <= 2 {
        if words == 0 { first = word }
        (words, wordEnd) = (words + 1, place)
      } else if place > word {
        tryPhrase(first, words, bytes)
        (first, words, wordEnd) = (word, isOfPhrase(word..<place, bytes) ? 1 : 0, place)
      }
      while place < range.upperBound, !Bytes.isWord(bytes[place]) { place += 1 }
    }
    tryPhrase(first, words, bytes)
  }

  private func isOfPhrase(_ word: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    (3...8).contains(word.count) && Bytes.isLower(bytes[word.lowerBound]) && Bytes.isLower(bytes[word.upperBound - 1])
  }

  private func tryPhrase(_ first: Int, _ words: Int, _ bytes: Span<UInt8>) {
    guard words >= Self.fewestWords else { return }
    tryShape(.words, first..<min(first + 300, bytes.count - 1), bytes)
  }
}

extension Lane {
  /// Whether the sign behind a word stands again and again at the same distance, as often as text in groups needs.
  static func mayBeGroups(_ bytes: Span<UInt8>, _ word: Range<Int>, _ width: Int) -> Bool {
    let (sign, step) = (word.upperBound, word.count + width)
    let least = word.count == 1 ? fewestSingles : max(fewestGroups, (12 + word.count - 1) / word.count)
    var count = 1
    var place = sign + step
    while count < least, place < bytes.count, bytes[place] == bytes[sign] { (count, place) = (count + 1, place + step) }
    place = sign - step
    while count < least, place >= 0, bytes[place] == bytes[sign] { (count, place) = (count + 1, place - step) }
    return count >= least
  }
}

extension Bytes {
  static func isSpaceOrNull(_ byte: UInt8) -> Bool { isSpace(byte) || byte == 0 }
}
