/// Numbers of payment cards that stand in a row with other digits.
extension Lane {
  private static let longestCard = 19

  /// Tries each word of a row that is as long as such a number, and each four or so that begin with four digits.
  ///
  /// A group among more of four digits may be a card by chance: it is a tier lower, unless all of them are cards, one behind the other.
  func cards(in range: Range<Int>, _ bytes: Span<UInt8>) {
    let words = words(of: range, bytes)
    guard words.count > 1 else { return }
    for (first, word) in words.enumerated() {
      if (12...Self.longestCard).contains(word.count) {
        tryShape(.number, word, digits: word.count, bytes)
      } else if word.count == 4 {
        groups(words, from: first, bytes)
      }
    }
  }

  private func words(of range: Range<Int>, _ bytes: Span<UInt8>) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var start = range.lowerBound
    for place in range.lowerBound...range.upperBound where place == range.upperBound || !Bytes.isDigit(bytes[place]) {
      if place > start { words.append(start..<place) }
      start = place + 1
    }
    return words
  }

  private func groups(_ words: [Range<Int>], from first: Int, _ bytes: Span<UInt8>) {
    var (last, digits) = (first, 4)
    while isJoined(words, last, bytes) {
      last += 1
      digits += words[last].count
      guard digits <= Self.longestCard, !(first == 0 && last == words.count - 1) else { return }
      let span = words[first].lowerBound..<words[last].upperBound
      guard digits >= 13, isCard(span, bytes) else { continue }
      let isInTable = isFour(words, first - 1, bytes) || isFour(words, last, bytes)
      tryShape(.number, span, digits: digits, bytes, isGlued: isInTable && !areCards(words, first, bytes))
    }
  }

  /// Whether one space or dash stands between a word and the next.
  private func isJoined(_ words: [Range<Int>], _ index: Int, _ bytes: Span<UInt8>) -> Bool {
    guard words.indices.contains(index), index + 1 < words.count else { return false }
    let end = words[index].upperBound
    return words[index + 1].lowerBound == end + 1 && (bytes[end] == 0x20 || bytes[end] == 0x2D)
  }

  /// Whether two words beside each other both have four digits.
  private func isFour(_ words: [Range<Int>], _ index: Int, _ bytes: Span<UInt8>) -> Bool {
    isJoined(words, index, bytes) && words[index].count == 4 && words[index + 1].count == 4
  }

  private func isCard(_ span: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    var digits: [Int] = []
    for place in span where Bytes.isDigit(bytes[place]) { digits.append(Int(bytes[place] - 0x30)) }
    return CardNumber.isValid(digits)
  }

  /// Whether the groups of four around this one are nothing but cards.
  private func areCards(_ words: [Range<Int>], _ index: Int, _ bytes: Span<UInt8>) -> Bool {
    var (first, end) = (index, index)
    while isFour(words, first - 1, bytes) { first -= 1 }
    while isFour(words, end, bytes) { end += 1 }
    guard (end + 1 - first) % 4 == 0, (index - first) % 4 == 0 else { return false }
    return stride(from: first, to: end, by: 4).allSatisfy {
      isCard(words[$0].lowerBound..<words[$0 + 3].upperBound, bytes)
    }
  }
}
