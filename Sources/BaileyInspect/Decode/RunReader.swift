/// Reads runs of letters that may be wrapped over lines, and finds out what they encode.
enum RunReader {
  /// Names and paths of small letters only, or of large ones, are neither base 64 of anything nor, with their marks, of base 32.
  static func mayEncode(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    if range.count >= 48 { return true }
    var (lower, upper, marks) = (false, false, 0)
    for place in range {
      let byte = bytes[place]
      if Bytes.isLower(byte) {
        lower = true
      } else if Bytes.isUpper(byte) {
        upper = true
      } else if !Bytes.isDigit(byte) {
        marks += 1
      }
    }
    return lower && upper || marks == 0 && range.count >= 24
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
      if Alphabet.base64[Int(byte)] < 64 {
        letters.append(byte)
        line += 1
        place += 1
        continue
      }
      let next = joint(bytes, place, line, letters.count)
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
  private static func joint(_ bytes: Span<UInt8>, _ place: Int, _ line: Int, _ count: Int) -> Int {
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
    for place in start..<(start + count) where Alphabet.base64[Int(bytes[place])] > 63 { return false }
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
    let encodings = RunEncoding.allCases.filter { letters.count >= $0.shortest && isPossible(letters, $0) }
    for encoding in encodings where isPromising(letters[...], encoding) { return decoded(letters[...], encoding) }
    if letters.count >= 60, let found = speculate(letters) { return found }
    // Something that is no part of it may stand before it.
    for (encoding, shifts) in [(RunEncoding.hex, 1...1), (.base64, 1...3)] where encodings.contains(encoding) {
      for shift in shifts where isPromising(letters[shift...], encoding) { return decoded(letters[shift...], encoding) }
    }
    return nil
  }

  /// What goes on behind the bytes at hand is cut where whole bytes end.
  private static func decoded(_ letters: ArraySlice<UInt8>, _ encoding: RunEncoding) -> Decoded {
    let whole = letters.count < Lane.block / 2 ? letters.count : letters.count - letters.count % encoding.quantum
    return Decoded(
      encoding: encoding, bytes: bytes(letters.prefix(whole), encoding), rest: Array(letters.dropFirst(whole)))
  }

  /// Long runs that make no text may be compressed without a mark.
  private static func speculate(_ letters: [UInt8]) -> Decoded? {
    for encoding in [RunEncoding.hex, .base64] where isPossible(letters, encoding) {
      let made = bytes(letters[...], encoding)
      if Speculation.format(of: made) != nil { return Decoded(encoding: encoding, bytes: made, rest: []) }
    }
    return nil
  }

  private static func isPossible(_ letters: [UInt8], _ encoding: RunEncoding) -> Bool {
    let table = encoding.table
    let limit: UInt8 = 1 << UInt8(encoding.bits)
    return encoding == .base64 || letters.allSatisfy { table[Int($0)] < limit }
  }

  /// Enough text in a row, or the mark of a container. Long runs of base 64 are always looked into.
  private static func isPromising(_ letters: ArraySlice<UInt8>, _ encoding: RunEncoding) -> Bool {
    let table = encoding.table.span
    let width = encoding.bits
    var (bits, count, streak, total, zeros) = (UInt32(0), UInt32(0), 0, 0, 0)
    var head: UInt32 = 0
    for letter in letters {
      bits = bits &<< width | UInt32(table[Int(letter)])
      count += width
      guard count >= 8 else { continue }
      count -= 8
      let byte = UInt8(truncatingIfNeeded: bits >> count)
      if total < 4 { head = head << 8 | UInt32(byte) }
      total += 1
      if byte == 0 { zeros += 1 }
      streak = Bytes.isText(byte) ? streak + 1 : 0
      if streak >= 10 { return true }
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
    head >> 8 == 0x1F8B08 || head == 0x28B5_2FFD || head == 0x504B_0304 || head >> 8 == 0x425A68 || isZlib(head >> 16)
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
