/// Reads runs of letters that may be wrapped over lines, and finds out what they encode.
enum RunReader {
  /// From so many letters on, runs are looked into whatever they make: they may be compressed.
  private static let longRun = 60

  /// Whether a run, with what follows it, is worth decoding: a quick look that most names and paths do not pass.
  static func mayEncode(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    if isRuler(bytes, range) { return false }
    if range.count >= longRun || joint(bytes, range.upperBound, range.count) > range.upperBound { return true }
    return mayEncode(bytes.extracting(range))
  }

  /// The same letter again and again.
  private static func isRuler(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    for place in range where bytes[place] != bytes[range.lowerBound] { return false }
    return true
  }

  private static func mayEncode(_ letters: Span<UInt8>) -> Bool {
    let classes = Letter.table
    let table = classes.span
    var (all, zeros) = (UInt8.max, 0)
    // A bit for each letter, the last lowest: whether three bytes of text end with it.
    var (first, second, text) = (UInt8(0), UInt8(0), UInt8(0))
    var marks: UInt8 = 0
    for place in 0..<letters.count {
      let kind = table[Int(letters[place])]
      all &= kind
      zeros += Int(kind >> 7)
      if place < 4 { marks |= kind }
      text = text &<< 1 | first &>> 1 & second & (kind &>> 2) & 1
      first = first &<< 1 | kind & 1
      second = kind &>> 1 & 1
      // Ten in a row, which decoding looks for, hold two whole triples.
      if text & 0x11 == 0x11, holdsText(letters, around: place - 6) { return true }
    }
    if letters.count >= 24, all & (Letter.hex | Letter.base32 | Letter.base32hex) != 0 { return true }
    return marks & Letter.ofMark != 0 && hasMark(letters) || letters.count >= 32 && zeros * 20 >= letters.count
  }

  /// Whether two fours of letters from `first` on, with the four before and behind them, make ten bytes of text in a row.
  private static func holdsText(_ letters: Span<UInt8>, around first: Int) -> Bool {
    let values = Alphabet.base64
    let table = values.span
    let start = first >= 4 ? first - 4 : first
    var (bits, count, streak) = (UInt32(0), UInt32(0), 0)
    for place in start..<min(first + 12, letters.count) {
      bits = bits &<< 6 | UInt32(table[Int(letters[place])])
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      streak = Bytes.isText(UInt8(truncatingIfNeeded: bits &>> count)) ? streak + 1 : 0
      if streak >= textInRow { return true }
    }
    return false
  }

  private static let textInRow = 10

  /// Whether one of the first letters begins base 64 of something compressed.
  private static func hasMark(_ letters: Span<UInt8>) -> Bool {
    let values = Alphabet.base64
    let table = values.span
    for start in 0..<4 where start + 6 <= letters.count {
      var head: UInt64 = 0
      for place in start..<(start + 6) { head = head << 6 | UInt64(table[Int(letters[place])]) }
      if Speculation.hasMark(UInt32(truncatingIfNeeded: head >> 4)) { return true }
    }
    return false
  }

  /// The letters of a run without line ends, the escaped ones too, and where it ends.
  ///
  /// - Parameter goesOn: the run began before these bytes.
  static func gather(_ bytes: Span<UInt8>, _ range: Range<Int>, goesOn: Bool = false) -> (letters: [UInt8], end: Int) {
    let last = bytes.count - 1
    var letters = Array(bytes.extracting(range))
    var place = range.upperBound
    var line = goesOn ? 64 : range.count
    while place < last {
      let byte = bytes[place]
      if Bytes.isRun(byte) {
        letters.append(byte)
        line += 1
        place += 1
        continue
      }
      let next = joint(bytes, place, line)
      guard next > place else { break }
      (place, line) = (next, 0)
    }
    while place < last, bytes[place] == 0x3D, letters.count % 4 != 0 || letters.count % 8 != 0,
      place - range.upperBound < 8192
    {
      place += 1
      if place < last, bytes[place] != 0x3D { break }
    }
    return (letters, place)
  }

  /// Where the run goes on behind a line end or a dot; the same place when it does not.
  private static func joint(_ bytes: Span<UInt8>, _ place: Int, _ line: Int) -> Int {
    let last = bytes.count - 1
    var next = place
    if bytes[next] == 0x2E, line >= 16, line <= 63 { return isRun(bytes, next + 1, 1) ? next + 1 : place }
    guard line >= 20 else { return place }
    if bytes[next] == 0x5C, next + 1 < last, bytes[next + 1] == 0x72 { next += 2 }
    if bytes[next] == 0x5C, next + 1 < last, bytes[next + 1] == 0x6E { next += 2 }
    while next < last, next - place < 32, Bytes.isSpace(bytes[next]) { next += 1 }
    guard next > place, hasLineEnd(bytes, place, next) else { return place }
    return isRun(bytes, next, 4) ? next : place
  }

  private static func hasLineEnd(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    for place in start..<end where bytes[place] == 0x0A || bytes[place] == 0x5C { return true }
    return false
  }

  private static func isRun(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> Bool {
    guard start + count < bytes.count else { return false }
    for place in start..<(start + count) where !Bytes.isRun(bytes[place]) { return false }
    return true
  }

  struct Decoded {
    var encoding: RunEncoding
    var bytes: [UInt8]
    /// Letters behind the last whole byte.
    var rest: [UInt8]
  }

  /// The first encoding that makes text, or something with a known mark, of the letters.
  static func decode(_ letters: [UInt8]) -> Decoded? {
    let text = letters.span
    guard letters.count >= longRun && isMixed(text) || mayEncode(text) else { return nil }
    let all = kinds(text)
    for encoding in RunEncoding.allCases where isPossible(encoding, text, all) && isPromising(text, 0, encoding) {
      return decoded(letters[...], encoding)
    }
    if letters.count >= longRun, let found = speculate(letters, all) { return found }
    // Something that is no part of it may stand before it.
    if isPossible(.hex, text, all), isPromising(text, 1, .hex) { return decoded(letters[1...], .hex) }
    guard isPossible(.base64, text, all) else { return nil }
    for shift in 1...3 where isPromising(text, shift, .base64) { return decoded(letters[shift...], .base64) }
    return nil
  }

  /// Large and small letters and digits, which base 64 of anything compressed has. What has one case is of another encoding.
  private static func isMixed(_ letters: Span<UInt8>) -> Bool {
    var (large, small, digits) = (0, 0, 0)
    for place in 0..<letters.count {
      if Bytes.isUpper(letters[place]) { large += 1 }
      if Bytes.isLower(letters[place]) { small += 1 }
      if Bytes.isDigit(letters[place]) { digits += 1 }
    }
    return large > 0 && small > 0 && digits > 0
  }

  /// What all letters are.
  private static func kinds(_ letters: Span<UInt8>) -> UInt8 {
    let classes = Letter.table
    let table = classes.span
    var all = UInt8.max
    for place in 0..<letters.count { all &= table[Int(letters[place])] }
    return all
  }

  private static func isPossible(_ encoding: RunEncoding, _ letters: Span<UInt8>, _ all: UInt8) -> Bool {
    letters.count >= encoding.shortest && all & encoding.letter == encoding.letter
  }

  /// What goes on behind the bytes at hand is cut where whole bytes end.
  private static func decoded(_ letters: ArraySlice<UInt8>, _ encoding: RunEncoding) -> Decoded {
    let whole = letters.count < Lane.block / 2 ? letters.count : letters.count - letters.count % encoding.quantum
    return Decoded(
      encoding: encoding, bytes: bytes(letters.prefix(whole), encoding), rest: Array(letters.dropFirst(whole)))
  }

  /// Long runs that make no text may be compressed without a mark.
  private static func speculate(_ letters: [UInt8], _ all: UInt8) -> Decoded? {
    for encoding in [RunEncoding.hex, .base64] where all & encoding.letter == encoding.letter {
      let made = bytes(letters[...], encoding)
      if Speculation.format(of: made) != nil { return Decoded(encoding: encoding, bytes: made, rest: []) }
    }
    return nil
  }

  /// Enough text in a row, or the mark of a container. Long runs of base 64 are always looked into.
  static func isPromising(_ letters: Span<UInt8>, _ start: Int, _ encoding: RunEncoding) -> Bool {
    let values = encoding.table
    let table = values.span
    let width = encoding.bits
    var (bits, count, streak, total, zeros) = (UInt32(0), UInt32(0), 0, 0, 0)
    var head: UInt32 = 0
    for place in start..<letters.count {
      bits = bits &<< width | UInt32(table[Int(letters[place])])
      count += width
      guard count >= 8 else { continue }
      count -= 8
      let byte = UInt8(truncatingIfNeeded: bits >> count)
      if total < 4 { head = head << 8 | UInt32(byte) }
      total += 1
      if byte == 0 { zeros += 1 }
      streak = Bytes.isText(byte) ? streak + 1 : 0
      if streak >= textInRow { return true }
      if total == 4, Speculation.hasMark(head) { return true }
    }
    return total >= 24 && zeros * 5 >= total * 2 && zeros * 5 <= total * 4 || encoding == .base64 && total >= 192
  }

  static func bytes(_ letters: ArraySlice<UInt8>, _ encoding: RunEncoding) -> [UInt8] {
    let table = encoding.table
    let width = encoding.bits
    var (bits, count) = (UInt32(0), UInt32(0))
    var made: [UInt8] = []
    made.reserveCapacity(letters.count * Int(width) / 8)
    for letter in letters {
      bits = bits << width | UInt32(table[Int(letter)])
      count += width
      guard count >= 8 else { continue }
      count -= 8
      made.append(UInt8(truncatingIfNeeded: bits >> count))
    }
    return made
  }
}

/// What bytes without a name may be.
enum Speculation {
  /// The first four bytes of something compressed.
  static func hasMark(_ head: UInt32) -> Bool {
    hasLongMark(head) || isZlib(head >> 16)
  }

  static func hasLongMark(_ head: UInt32) -> Bool {
    head >> 8 == 0x1F8B08 || head == 0x28B5_2FFD || head == 0x504B_0304 || head >> 8 == 0x425A68
  }

  private static func isZlib(_ head: UInt32) -> Bool { head >> 8 & 0x8F == 0x08 && head >> 8 >= 0x38 && head % 31 == 0 }

  /// zlib, bare deflate and brotli have no mark, or too short a one: they are tried where a part begins.
  static func format(of bytes: [UInt8]) -> Inflater.Format? {
    guard bytes.count >= 16, bytes.prefix(16).contains(where: { !Bytes.isText($0) }) else { return nil }
    if isZlib(UInt32(bytes[0]) << 8 | UInt32(bytes[1])) { return .zlib }
    if hasMark(bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }) { return nil }
    return [.deflate, .brotli].first { makesText($0, bytes) }
  }

  private static func makesText(_ format: Inflater.Format, _ bytes: [UInt8]) -> Bool {
    var room = [UInt8](repeating: 0, count: 64)
    let step = Inflater(format).step(bytes.span.extracting(0..<min(512, bytes.count)), into: &room)
    return step.made >= 16 && step.state != .broken && room[..<step.made].allSatisfy { Bytes.isText($0) }
  }
}
