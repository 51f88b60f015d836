/// Ascii85, RFC 1924 and Z85.
enum Base85 {
  private static let alphabets = [Alphabet.base85, Alphabet.ascii85, Alphabet.z85]
  /// Behind the beginning of the run, so many more places are tried.
  private static let mostStarts = 5
  private static let farthestStart = 40

  /// The decoded bytes when what begins in the visible run is text in one of the alphabets.
  static func find(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
    if let found = decode(bytes, range) { return found }
    var tried = 0
    let last = max(range.lowerBound, min(range.lowerBound + farthestStart, range.upperBound - 20))
    for place in range.lowerBound..<last where isBefore(bytes[place]) {
      if let found = decode(bytes, (place + 1)..<range.upperBound) { return found }
      tried += 1
      if tried == mostStarts { return nil }
    }
    return nil
  }

  /// What may stand right before a text: quotes and the like.
  private static func isBefore(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x22, 0x27, 0x3D, 0x3A, 0x7E, 0x2C: true
    default: false
    }
  }

  /// By letter, a bit for each alphabet in which it may begin a group that makes text.
  private static let heads: [UInt8] = (0...255).map { letter in
    alphabets.enumerated().reduce(UInt8(0)) { bits, alphabet in
      let rank = UInt64(alphabet.element[letter])
      let most = min((rank + 1) * 52_200_625 - 1, UInt64(UInt32.max))
      guard rank < 85, rank * 52_200_625 <= most else { return bits }
      return (rank * 52_200_625 >> 24...most >> 24).contains { Bytes.isText(UInt8($0)) }
        ? bits | 1 << UInt8(alphabet.offset) : bits
    }
  }

  /// What begins right there.
  private static func decode(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
    guard range.count >= 20 else { return nil }
    let (heads, start) = (heads, range.lowerBound)
    let table = heads.span
    let possible = table[Int(bytes[start])] & table[Int(bytes[start + 5])] & table[Int(bytes[start + 10])]
    guard possible != 0 else { return nil }
    for (index, ranks) in alphabets.enumerated() where possible >> UInt8(index) & 1 != 0 {
      if isPromising(bytes, start, ranks) { return decode(bytes, range, ranks, hasZ: index == 1) }
    }
    return nil
  }

  /// The first fifteen letters make text.
  private static func isPromising(_ bytes: Span<UInt8>, _ start: Int, _ table: [UInt8]) -> Bool {
    guard start + 20 <= bytes.count else { return false }
    for group in stride(from: start, to: start + 15, by: 5) {
      guard let word = word(bytes, group, table), isText(word) else { return false }
    }
    return true
  }

  private static func isText(_ word: UInt32) -> Bool {
    for shift: UInt32 in [24, 16, 8, 0] where !Bytes.isText(UInt8(truncatingIfNeeded: word >> shift)) { return false }
    return true
  }

  private static func word(_ bytes: Span<UInt8>, _ start: Int, _ table: [UInt8]) -> UInt32? {
    var number: UInt64 = 0
    for place in start..<(start + 5) {
      let rank = table[Int(bytes[place])]
      guard rank < 85 else { return nil }
      number = number * 85 + UInt64(rank)
    }
    return UInt32(exactly: number)
  }

  private static func decode(_ bytes: Span<UInt8>, _ range: Range<Int>, _ table: [UInt8], hasZ: Bool) -> [UInt8] {
    var made: [UInt8] = []
    var group: [UInt8] = []
    for place in range {
      if hasZ, bytes[place] == 0x7A, group.isEmpty {
        made += [0, 0, 0, 0]
        continue
      }
      let rank = table[Int(bytes[place])]
      guard rank < 85 else { break }
      group.append(rank)
      if group.count == 5 { flush(&group, into: &made) }
    }
    if group.count > 1 { flush(&group, into: &made) }
    return made
  }

  /// A group of fewer than five letters is filled up, and makes one byte fewer.
  private static func flush(_ group: inout [UInt8], into made: inout [UInt8]) {
    let count = group.count - 1
    while group.count < 5 { group.append(84) }
    let number = group.reduce(UInt64(0)) { $0 * 85 + UInt64($1) }
    let word = UInt32(truncatingIfNeeded: number)
    made += [24, 16, 8, 0].prefix(count).map { UInt8(truncatingIfNeeded: word >> $0) }
    group.removeAll()
  }
}
