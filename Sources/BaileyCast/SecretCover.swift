/// How far a text is secret, and what may go on behind its end.
///
/// Secrets may overlap and lie in one another, so that it takes what comes of each; places are those of the text.
struct SecretCover {
  /// Where the last secret ends that was found.
  private(set) var end = 0
  /// Of each alphabet the last run behind a token. Remembered, since tokens within tokens would else make it be read again and again.
  private var runs: [(alphabet: ByteSet, range: Range<Int>)] = []
  /// What may come behind the end of the text.
  private var rests: [ArraySlice<UInt8>] = []

  /// - Parameter pattern: that was found, and ends at `place`.
  mutating func add(_ pattern: SecretPattern?, endingAt place: Int, in text: [UInt8]) {
    end = max(end, place)
    guard let pattern else { return }
    if let alphabet = pattern.alphabet { run(alphabet, place, text) }
    for rest in pattern.rests { follow(rest[...], place, text) }
  }

  /// Goes on where the text ended, for more has come.
  mutating func goOn(from place: Int, in text: [UInt8]) {
    let waiting = rests
    rests = []
    for rest in waiting { follow(rest, place, text) }
    for known in runs where known.range.upperBound == place { run(known.alphabet, place, text) }
  }

  /// The first bytes of the text are dropped.
  mutating func drop(_ count: Int) {
    end = max(0, end - count)
    runs = runs.compactMap { alphabet, range in
      if range.upperBound < count { return nil }
      return (alphabet, max(0, range.lowerBound - count)..<(range.upperBound - count))
    }
  }

  private mutating func run(_ alphabet: ByteSet, _ start: Int, _ text: [UInt8]) {
    let place = runs.firstIndex { $0.alphabet == alphabet } ?? runs.count
    let known = place < runs.count ? runs[place].range : start..<start
    var last = start
    while last < text.count, alphabet.contains(text[last]) {
      last = known.contains(last) ? known.upperBound : last + 1
    }
    end = max(end, last)
    if last < known.upperBound { return }
    if place == runs.count { runs.append((alphabet, start..<start)) }
    runs[place].range = (known.contains(start) ? known.lowerBound : start)..<last
  }

  private mutating func follow(_ rest: ArraySlice<UInt8>, _ start: Int, _ text: [UInt8]) {
    var (left, place) = (rest, start)
    while place < text.count, let byte = left.first, byte == text[place] {
      left.removeFirst()
      place += 1
    }
    end = max(end, place)
    if place == text.count, !left.isEmpty { rests.append(left) }
  }
}
