/// How far a lane has been walked.
struct WalkState {
  /// Where the walk goes on: what began before is done.
  var resume = 0
  /// Up to here groups have been joined.
  var groupsUntil = 0
  /// Up to here runs of all visible bytes have been looked at.
  var region: EscapeRegion?
  var escapes: [Escape] = []
}

/// One pass over the bytes, word by word: it sees runs of letters that may be encodings, groups of equal length, numbers, addresses and
/// escapes, and calls what looks closer. It decides nothing itself.
extension Lane {
  func walk(_ bytes: Span<UInt8>, _ from: Int, _ to: Int) {
    var walker = Walker(at: max(from, walk.resume - start))
    continueRun(bytes)
    walker.at = max(walker.at, walk.resume - start)
    walker.run(bytes, to, self)
    walk.resume = start + walker.at
    unescape(bytes, to)
  }
}

/// The state of one pass.
struct Walker {
  var at: Int
  private var runStart: Int
  private var visibleStart: Int
  private var solidStart: Int
  private var hasSigns = false
  private var numberStart = -1
  private var numberEnd = 0
  private var digits = 0
  private var wordStart = 0
  private var words = 0

  init(at: Int) { (self.at, runStart, visibleStart, solidStart) = (at, at, at, at) }

  /// Runs of fewer bytes hide nothing worth the trouble.
  static let shortestRun = 16
  static let shortestVisibleRun = 25

  mutating func run(_ bytes: Span<UInt8>, _ to: Int, _ lane: Lane) {
    let classes = ByteClass.table
    let table = classes.span
    let last = bytes.count - 1
    while at < to || (at < last && digits > 0) {
      let wordStart = at
      var (all, wordEnd) = (UInt8.max, at)
      var kind = table[Int(bytes[wordEnd])]
      while kind & ByteClass.word != 0 {
        all &= kind
        wordEnd += 1
        kind = table[Int(bytes[wordEnd])]
      }
      at = wordEnd
      if wordEnd > wordStart { word(bytes, wordStart, wordEnd, all, lane) }
      guard at < last else { break }
      var joints = true
      while kind & ByteClass.word == 0, at < last {
        if kind & ByteClass.joint == 0 {
          if joints { endRun(bytes, at, lane) }
          joints = false
          runStart = at + 1
          if kind & (ByteClass.special | ByteClass.blank) != 0 { mark(bytes, kind, lane) }
        }
        at += 1
        kind = table[Int(bytes[at])]
      }
      gap(bytes, wordStart, wordEnd, at, lane)
    }
    if at >= last { finish(bytes, lane) }
    flushNumber(bytes, lane)
    flushWords(bytes, lane)
  }

  private mutating func finish(_ bytes: Span<UInt8>, _ lane: Lane) {
    endRun(bytes, at, lane)
    endVisible(bytes, at, lane)
  }

  // MARK: words

  private mutating func word(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ all: UInt8, _ lane: Lane) {
    if all & ByteClass.digit != 0 {
      if digits == 0 { numberStart = start }
      digits += end - start
      numberEnd = end
    } else {
      flushNumber(bytes, lane)
      if end - start >= 4, Bytes.isUpper(bytes[start]), Bytes.isUpper(bytes[start + 1]),
        Bytes.isDigit(bytes[start + 2]),
        Bytes.isDigit(bytes[start + 3])
      {
        lane.tryShape(.account, start..<min(start + 48, bytes.count - 1), bytes)
      }
    }
    if end - start >= 16, end - start <= 110 { lane.tryShape(.word, start..<end, digits: end - start, bytes) }
    count(bytes, start, end, all, lane)
  }

  /// Words as seed phrases have them, three to eight small letters.
  private mutating func count(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ all: UInt8, _ lane: Lane) {
    if end - start >= 3, end - start <= 8, Bytes.isLower(bytes[start]), Bytes.isLower(bytes[end - 1]) {
      if words == 0 { wordStart = start }
      words += 1
    } else {
      flushWords(bytes, lane)
    }
  }

  private mutating func flushWords(_ bytes: Span<UInt8>, _ lane: Lane) {
    if words >= 12 { lane.tryShape(.words, wordStart..<min(wordStart + 300, bytes.count - 1), bytes) }
    words = 0
  }

  private mutating func flushNumber(_ bytes: Span<UInt8>, _ lane: Lane) {
    if digits >= 8 || digits >= 4 && numberEnd - numberStart >= 7 {
      lane.number(numberStart..<numberEnd, digits, bytes)
    }
    digits = 0
  }

  // MARK: gaps

  private mutating func gap(_ bytes: Span<UInt8>, _ start: Int, _ wordEnd: Int, _ next: Int, _ lane: Lane) {
    let width = next - wordEnd
    if digits > 0, width > 2 || !isSpacing(bytes, wordEnd, next) { flushNumber(bytes, lane) }
    if words > 0, width > 2 { flushWords(bytes, lane) }
    let length = wordEnd - start
    guard length > 0, length <= 8, width <= 6, next + length < bytes.count, bytes[next + length] == bytes[wordEnd]
    else { return }
    if bytes[wordEnd] == 0x40, width == 1 { return }
    lane.group(bytes, start, length, width)
  }

  private func isSpacing(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    for place in start..<end {
      switch bytes[place] {
      case 0x20, 0x28, 0x29, 0x2B, 0x2D, 0x2E, 0x2F: continue
      default: return false
      }
    }
    return true
  }

  // MARK: runs

  private mutating func endRun(_ bytes: Span<UInt8>, _ end: Int, _ lane: Lane) {
    guard end - runStart >= Self.shortestRun else { return }
    let after = lane.decodeRun(bytes, runStart..<end)
    if after > at {
      at = after - 1
      (visibleStart, solidStart) = (after, after)
    }
  }

  private mutating func endVisible(_ bytes: Span<UInt8>, _ end: Int, _ lane: Lane) {
    if hasSigns, end - visibleStart >= Self.shortestVisibleRun { lane.decodeVisible(bytes, visibleStart..<end) }
    visibleStart = end + 1
    guard Bytes.isSpace(bytes[end]) || bytes[end] == 0 else { return }
    // One of the alphabets has quotes.
    if hasSigns, solidStart + 1 < visibleStart, end - solidStart >= Self.shortestVisibleRun {
      lane.decodeVisible(bytes, solidStart..<end)
    }
    hasSigns = false
    solidStart = end + 1
  }

  /// A byte that may mean something: an escape, an address, the end of what is visible.
  private mutating func mark(_ bytes: Span<UInt8>, _ kind: UInt8, _ lane: Lane) {
    let byte = bytes[at]
    if kind & ByteClass.blank != 0 { endVisible(bytes, at, lane) } else { hasSigns = true }
    if kind & ByteClass.special == 0 { return }
    if byte == 0x40 {
      if at > 0, Bytes.isWord(bytes[at - 1]), Bytes.isWord(bytes[at + 1]) {
        lane.tryAddress(at, bytes)
      }
      return
    }
    if let escape = EscapeReader.read(bytes, at) { lane.walk.escapes.append(escape) }
  }
}

extension Lane {
  /// Digits in groups: one number, or a row of them.
  func number(_ range: Range<Int>, _ digits: Int, _ bytes: Span<UInt8>) {
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

  /// An address of mail: the rules' pattern is tried from where its local part may begin.
  func tryAddress(_ sign: Int, _ bytes: Span<UInt8>) {
    var start = sign
    while start > 0, sign - start < 64, Bytes.isWord(bytes[start - 1]) || "._%+-".utf8.contains(bytes[start - 1]) {
      start -= 1
    }
    tryShape(.address, start..<min(sign + 128, bytes.count - 1), bytes)
  }
}
