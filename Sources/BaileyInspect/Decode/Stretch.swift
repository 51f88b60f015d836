/// A part of a run that has only letters of one alphabet: what stands beside it may be a path, a name, a key.
struct Stretch {
  private enum Alphabet: CaseIterable {
    case hex, upperBase32, lowerBase32, upperBase32hex, lowerBase32hex

    /// One case at a time: names in both cases are not looked at.
    func contains(_ letter: UInt8) -> Bool {
      switch self {
      case .hex: Letter.table[Int(letter)] & Letter.hex != 0
      case .upperBase32: Letter.table[Int(letter)] & Letter.base32 != 0 && !Bytes.isLower(letter)
      case .lowerBase32: Letter.table[Int(letter)] & Letter.base32 != 0 && !Bytes.isUpper(letter)
      case .upperBase32hex: Letter.table[Int(letter)] & Letter.base32hex != 0 && !Bytes.isLower(letter)
      case .lowerBase32hex: Letter.table[Int(letter)] & Letter.base32hex != 0 && !Bytes.isUpper(letter)
      }
    }

    var encoding: RunEncoding {
      switch self {
      case .hex: .hex
      case .upperBase32, .lowerBase32: .base32
      case .upperBase32hex, .lowerBase32hex: .base32hex
      }
    }
  }

  private static let sets = Alphabet.allCases.map { alphabet in
    (encoding: alphabet.encoding, letters: (UInt8.min...UInt8.max).map { alphabet.contains($0) })
  }

  /// Fewer letters are no stretch, and more stretches of one run are not looked at.
  static let shortest = 24
  private static let most = 8

  /// What the stretches of a run encode, if it is text or has a mark.
  static func decode(_ letters: [UInt8]) -> [RunReader.Decoded] {
    var found: [RunReader.Decoded] = []
    for set in sets {
      var place = 0
      while found.count < most, let range = next(letters, from: place, set.letters) {
        place = range.upperBound
        if range.count == letters.count { break }
        if let made = RunReader.decodeStretch(letters, range, set.encoding) { found.append(made) }
      }
    }
    return found
  }

  /// The next stretch: one letter of so many in a row has to be looked at.
  private static func next(_ letters: [UInt8], from start: Int, _ set: [Bool]) -> Range<Int>? {
    var probe = start + shortest - 1
    while probe < letters.count {
      if set[Int(letters[probe])] {
        var (low, high) = (probe, probe + 1)
        while low > start, set[Int(letters[low - 1])] { low -= 1 }
        while high < letters.count, set[Int(letters[high])] { high += 1 }
        if high - low >= shortest { return low..<high }
        probe = max(high, probe)
      }
      probe += shortest
    }
    return nil
  }
}

extension RunReader {
  /// Letters of its alphabet may stand before it by chance, too; but names without digits are not moved about.
  static func decodeStretch(_ letters: [UInt8], _ range: Range<Int>, _ encoding: RunEncoding) -> Decoded? {
    let part = Array(letters[range])
    let shifts = part.contains(where: Bytes.isDigit) ? encoding.quantum : 1
    for shift in 0..<shifts where isPromising(part.span, shift, encoding) {
      return Decoded(encoding: encoding, bytes: bytes(part[shift...], encoding), rest: [])
    }
    return nil
  }
}
