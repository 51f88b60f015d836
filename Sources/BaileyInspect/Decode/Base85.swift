/// Ascii85, RFC 1924 and Z85.
enum Base85 {
  /// The decoded bytes when what begins in the visible run is text in one of the alphabets.
  static func find(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
    var starts = [range.lowerBound]
    for place in range.lowerBound..<max(range.lowerBound, min(range.lowerBound + 40, range.upperBound - 20))
    where starts.count < 6 && [0x22, 0x27, 0x3D, 0x3A, 0x7E, 0x2C].contains(bytes[place]) {
      starts.append(place + 1)
    }
    for start in starts where start + 20 <= range.upperBound {
      for (name, table) in [Alphabet.base85, Alphabet.ascii85, Alphabet.z85].enumerated()
      where isPromising(bytes, start, table) {
        return decode(bytes, start..<range.upperBound, table, hasZ: name == 1)
      }
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
