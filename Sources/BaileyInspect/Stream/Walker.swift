internal import CBaileyBytes

/// One pass over the bytes of a block. It sees runs of letters that may be encodings, groups of equal length, numbers, addresses, escapes,
/// and calls what looks closer.
///
/// Most words are none of these: bit masks of 64 bytes say where something may be, and only there bytes are read.
struct Walker {
  /// Where the first group begins, and where the walk ends.
  let base: Int
  let stop: Int
  /// What stands before was part of something that has been decoded.
  var at: Int
  private var runs = Streak()
  private var longWords = Streak()
  private var visible = Streak()
  private var solid = Streak()
  /// Where the last word begins, and the last one that has ended ends.
  private var wordStart: Int
  private var wordEnd: Int

  /// From here on all words may be of a phrase.
  private(set) var phraseStart: Int

  /// Runs of fewer bytes hide nothing worth the trouble.
  static let shortestRun = 16
  static let shortestVisibleRun = 25

  init(from base: Int, to stop: Int, phraseStart: Int) {
    (self.base, self.stop, self.phraseStart) = (base, stop, phraseStart)
    (at, wordStart, wordEnd) = (base, base, base)
  }

  mutating func walk(_ bytes: Span<UInt8>, _ groups: Span<bailey_byte_classes>, _ lane: Lane) {
    for index in 1...((stop - base + 63) / 64) {
      let first = base + (index - 1) * 64
      var live = Bits.from(at - first) & ~Bits.from(stop - first)
      endings(first, index, groups, &live, bytes, lane)
      words(first, index, groups, live, bytes, lane)
      marks(first, index, groups, live, bytes, lane)
      phrases(first, index, groups, live, bytes, lane)
    }
    finishWord(bytes, lane)
  }

  // MARK: runs

  /// Runs that end in this group, by their last byte.
  private mutating func endings(
    _ first: Int, _ index: Int, _ groups: Span<bailey_byte_classes>, _ live: inout UInt64, _ bytes: Span<UInt8>,
    _ lane: Lane
  ) {
    runs.add(groups[index].run)
    visible.add(groups[index].visible)
    solid.add(groups[index].solid)
    let runEnds = runs.sixteen & ~Bits.down(groups[index].run, groups[index + 1].run, 1)
    let visibleEnds = visible.twentyFive & ~Bits.down(groups[index].visible, groups[index + 1].visible, 1)
    let solidEnds = solid.twentyFive & ~Bits.down(groups[index].solid, groups[index + 1].solid, 1)
    var ends = (runEnds | visibleEnds | solidEnds) & live
    while let bit = Bits.take(&ends) {
      let end = first + bit + 1
      if end <= at { continue }
      if runEnds &>> UInt64(bit) & 1 != 0 { endRun(end, bytes, groups, lane) }
      if end < at {
        live &= ~Bits.from(bit + 1) | Bits.from(at - first)
      } else if (visibleEnds | solidEnds) &>> UInt64(bit) & 1 != 0 {
        endVisible(end, bytes, groups, lane)
      }
    }
  }

  private mutating func endRun(
    _ end: Int, _ bytes: Span<UInt8>, _ groups: Span<bailey_byte_classes>, _ lane: Lane
  ) {
    let range = max(at, start(end, groups) { $0.run })..<end
    guard range.count >= Self.shortestRun, mayEncode(range, groups) else { return }
    let after = lane.decodeRun(bytes, range)
    if after > end { at = after }
  }

  /// Names and paths of small letters only, or of large ones, are neither base 64 of anything nor, with their marks, of base 32.
  private func mayEncode(_ range: Range<Int>, _ groups: Span<bailey_byte_classes>) -> Bool {
    if range.count >= 48 { return true }
    if holds(range, groups, { $0.lower }) && holds(range, groups, { $0.upper }) { return true }
    return range.count >= Stretch.shortest && (!holds(range, groups) { $0.mark } || holds(range, groups) { $0.digit })
  }

  private func endVisible(_ end: Int, _ bytes: Span<UInt8>, _ groups: Span<bailey_byte_classes>, _ lane: Lane) {
    let solidStart = max(at, start(end, groups) { $0.solid })
    guard holds(solidStart..<end, groups, { $0.sign }) else { return }
    let visibleStart = max(at, start(end, groups) { $0.visible })
    if end - visibleStart >= Self.shortestVisibleRun { lane.decodeVisible(bytes, visibleStart..<end) }
    // One of the alphabets has quotes.
    guard solidStart < visibleStart, end - solidStart >= Self.shortestVisibleRun, Bytes.isSpaceOrNull(bytes[end])
    else { return }
    lane.decodeVisible(bytes, solidStart..<end)
  }

  /// Where the row of bytes of one class begins that ends before `end`.
  @inline(__always)
  private func start(
    _ end: Int, _ groups: Span<bailey_byte_classes>, _ mask: (borrowing bailey_byte_classes) -> UInt64
  ) -> Int {
    var (index, bit) = ((end - 1 - base) / 64 + 1, (end - 1 - base) % 64)
    while index > 0 {
      let others = ~mask(groups[index]) & ~Bits.from(bit + 1)
      if others != 0 { return base + index * 64 - others.leadingZeroBitCount }
      (index, bit) = (index - 1, 63)
    }
    return base
  }

  /// Whether a byte of the class stands in the range.
  @inline(__always)
  private func holds(
    _ range: Range<Int>, _ groups: Span<bailey_byte_classes>, _ mask: (borrowing bailey_byte_classes) -> UInt64
  ) -> Bool {
    let (low, high) = (range.lowerBound - base, range.upperBound - base)
    for index in (low / 64)...((high - 1) / 64) {
      let first = index * 64
      if mask(groups[index + 1]) & Bits.from(low - first) & ~Bits.from(high - first) != 0 { return true }
    }
    return false
  }

  // MARK: words

  private mutating func words(
    _ first: Int, _ index: Int, _ groups: Span<bailey_byte_classes>, _ live: UInt64, _ bytes: Span<UInt8>, _ lane: Lane
  ) {
    let now = groups[index].word
    let before = Bits.up(now, groups[index - 1].word, 1)
    let starts = now & ~before & live
    let ends = ~now & before
    var (rest, wordStart, wordEnd) = (starts, wordStart, wordEnd)
    while let bit = Bits.take(&rest) {
      let earlier = ends & ~Bits.from(bit)
      if earlier != 0 { wordEnd = first + 63 - earlier.leadingZeroBitCount }
      gap(wordStart, wordEnd, first + bit, bytes, lane)
      wordStart = first + bit
    }
    if ends != 0 { wordEnd = first + 63 - ends.leadingZeroBitCount }
    (self.wordStart, self.wordEnd) = (wordStart, wordEnd)
    var numbers = starts & groups[index].digit
    while let bit = Bits.take(&numbers) { lane.numbers(at: first + bit, bytes) }
    longWords.add(now)
    var longEnds = longWords.sixteen & ~Bits.down(now, groups[index + 1].word, 1) & live
    while let bit = Bits.take(&longEnds) { lane.longWord(before: first + bit + 1, bytes) }
    accounts(first, index, groups, starts, bytes, lane)
  }

  /// Words that begin with two large letters and two digits.
  private func accounts(
    _ first: Int, _ index: Int, _ groups: Span<bailey_byte_classes>, _ starts: UInt64, _ bytes: Span<UInt8>,
    _ lane: Lane
  ) {
    var found = starts & groups[index].upper & Bits.down(groups[index].upper, groups[index + 1].upper, 1)
    let (digit, next) = (groups[index].digit, groups[index + 1].digit)
    found &= Bits.down(digit, next, 2) & Bits.down(digit, next, 3)
    while let bit = Bits.take(&found) {
      lane.tryShape(.account, (first + bit)..<min(first + bit + 48, bytes.count - 1), bytes)
    }
  }

  private mutating func finishWord(_ bytes: Span<UInt8>, _ lane: Lane) {
    if wordEnd <= wordStart {
      wordEnd = wordStart
      while wordEnd < stop, Bytes.isWord(bytes[wordEnd]) { wordEnd += 1 }
    }
    var next = stop
    while next < bytes.count - 1, next - wordEnd <= Self.widestGap, !Bytes.isWord(bytes[next]) { next += 1 }
    gap(wordStart, wordEnd, next, bytes, lane)
  }

  private static let longestGroup = 8
  private static let widestGap = 6

  /// Looks from the beginning of a word at the word before and the gap between: do more of the same follow or precede?
  @inline(__always)
  private func gap(_ wordStart: Int, _ wordEnd: Int, _ next: Int, _ bytes: Span<UInt8>, _ lane: Lane) {
    let (length, width) = (wordEnd - wordStart, next - wordEnd)
    guard length > 0, next + length < bytes.count, bytes[next + length] == bytes[wordEnd] else { return }
    guard length <= Self.longestGroup, width > 0, width <= Self.widestGap else { return }
    if width == 1, bytes[wordEnd] == 0x40 { return }
    if Lane.mayBeGroups(bytes, wordStart..<wordEnd, width) { lane.group(bytes, wordStart, length, width) }
  }

  // MARK: single bytes

  /// Bytes that may mean something: escapes, joints of strings, addresses.
  private func marks(
    _ first: Int, _ index: Int, _ groups: Span<bailey_byte_classes>, _ live: UInt64, _ bytes: Span<UInt8>, _ lane: Lane
  ) {
    // What stands before the first byte is not in the masks.
    let edge: UInt64 = index == 1 ? 3 : 0
    let (word, next) = (groups[index].word, groups[index + 1].word)
    var addresses = groups[index].at & (Bits.up(word, groups[index - 1].word, 1) | edge) & Bits.down(word, next, 1)
    addresses &= live
    while let bit = Bits.take(&addresses) { lane.tryAddress(first + bit, bytes) }
    let afterSpace = Bits.up(groups[index].space, groups[index - 1].space, 1)
    var afterRun = Bits.up(runs.eight, runs.eightBefore, 1) | edge
    afterRun |= Bits.up(runs.eight, runs.eightBefore, 2) & afterSpace
    var escapes = groups[index].quote & Bits.down(groups[index].joining, groups[index + 1].joining, 1)
    escapes |= groups[index].escape | groups[index].newline & afterRun
    escapes |= groups[index].tag & (Bits.up(groups[index].run, groups[index - 1].run, 1) | edge)
    escapes &= live
    while let bit = Bits.take(&escapes) {
      if let escape = EscapeReader.read(bytes, first + bit) { lane.walk.escapes.append(escape) }
    }
  }

  // MARK: phrases

  /// Where no phrase of a seed goes on: words that are not of three to eight small letters, and wide gaps.
  private mutating func phrases(
    _ first: Int, _ index: Int, _ groups: Span<bailey_byte_classes>, _ live: UInt64, _ bytes: Span<UInt8>, _ lane: Lane
  ) {
    let (now, last, next) = (groups[index].word, groups[index - 1].word, groups[index + 1].word)
    let (starts, ends) = (now & ~Bits.up(now, last, 1), now & ~Bits.down(now, next, 1))
    let isLong = Bits.down(now, next, 1) & Bits.down(now, next, 2)
    var breaks = (starts | ends) & ~groups[index].lower | starts & ~isLong
    breaks |= longWords.eight & Bits.up(now, last, 8)
    breaks |= ~(now | Bits.up(now, last, 1) | Bits.up(now, last, 2))
    breaks &= live
    guard breaks != 0 else { return }
    var places = Lane.hasRoom(breaks) ? breaks : breaks & (0 &- breaks)
    while let bit = Bits.take(&places) {
      lane.phrase(phraseStart..<(first + bit), bytes)
      phraseStart = first + bit
    }
    phraseStart = first + 63 - breaks.leadingZeroBitCount
  }
}
