/// From a literal to a match.
extension Lane {
  func confirm(_ hit: LiteralHit, _ bytes: Span<UInt8>) {
    for trigger in context.rules.triggers[hit.literal] {
      let end = hit.end - start
      let place = (end - trigger.length)..<end
      guard place.lowerBound >= 0 else { continue }
      switch (trigger.use, trigger.turn) {
      case (.prefix(let rule), .none): tryPrefix(rule, trigger, place, bytes)
      case (.prefix(let rule), _): tryTurned(rule, trigger, place, bytes)
      case (.keyword(let rule), _): tryKeyword(rule, trigger, place, bytes)
      case (.container(let format), _): open(format, place, bytes)
      }
    }
  }

  private func tryPrefix(_ rule: Int, _ trigger: Trigger, _ place: Range<Int>, _ bytes: Span<UInt8>) {
    let limit = min(place.lowerBound + trigger.reach, bytes.count)
    if trigger.around > 0 {
      let from = max(0, place.lowerBound - trigger.around)
      guard let found = context.scratch.matcher(rule)?.find(bytes, from: from, before: limit),
        found.whole.lowerBound <= place.lowerBound, found.whole.upperBound >= place.upperBound
      else { return }
      return judge(rule, found, limit, bytes)
    }
    guard trigger.isLoose || begins(at: place.lowerBound, bytes),
      let found = context.scratch.matcher(rule)?.match(bytes, at: place.lowerBound, before: limit)
    else { return }
    judge(rule, found, limit, bytes)
  }

  private func tryKeyword(_ rule: Int, _ trigger: Trigger, _ place: Range<Int>, _ bytes: Span<UInt8>) {
    let limit = min(place.upperBound + trigger.reach, bytes.count)
    guard let found = context.scratch.matcher(rule)?.match(bytes, at: place.upperBound, before: limit) else { return }
    judge(rule, found, limit, bytes)
  }

  func tryShape(_ shape: Rule.Shape, _ range: Range<Int>, digits: Int = 0, _ bytes: Span<UInt8>) {
    let limit = range.upperBound
    context.rules.eachRule(of: shape, digits: digits) { rule in
      guard let found = context.scratch.matcher(rule)?.match(bytes, at: range.lowerBound, before: limit) else { return }
      judge(rule, found, limit, bytes)
    }
  }

  /// The same backwards or with its letters turned: the text is turned back, and the match mapped to where it stood.
  private func tryTurned(_ rule: Int, _ trigger: Trigger, _ place: Range<Int>, _ bytes: Span<UInt8>) {
    let reach = trigger.reach
    let isReversed = trigger.turn == .reversed
    guard isReversed ? endsWord(at: place.upperBound, bytes) : begins(at: place.lowerBound, bytes) else { return }
    let (low, high) =
      isReversed
      ? (max(0, place.upperBound - reach), min(bytes.count, place.upperBound + 64))
      : (max(0, place.lowerBound - 64), min(bytes.count, place.lowerBound + reach))
    let part = Array(bytes.extracting(low..<high))
    let text = isReversed ? part.reversed() : part.map { Turned.rot13($0) }
    let at = isReversed ? high - place.upperBound : place.lowerBound - low
    let turned = text.span
    guard let found = context.scratch.matcher(rule)?.match(turned, at: at, before: text.count) else { return }
    judge(rule, found, text.count, turned) { match in
      let value = found.value
      let range =
        isReversed
        ? (high - value.upperBound)..<(high - value.lowerBound) : (low + value.lowerBound)..<(low + value.upperBound)
      match.span = (self.start + range.lowerBound)..<(self.start + range.upperBound)
      match.turn = isReversed ? "reversed" : "rot13"
    }
  }

  /// No word goes over into this one. The letter of an escape is no word.
  private func begins(at place: Int, _ bytes: Span<UInt8>) -> Bool {
    guard place > 0, Bytes.isWord(bytes[place]), Bytes.isWord(bytes[place - 1]) else { return true }
    guard place > 1, bytes[place - 2] == 0x5C else { return false }
    return [0x6E, 0x72, 0x74].contains(bytes[place - 1])
  }

  private func endsWord(at place: Int, _ bytes: Span<UInt8>) -> Bool {
    place >= bytes.count || !Bytes.isWord(bytes[place])
  }

  /// How far before a value its context may stand.
  private static let contextReach = 96

  private func judge(
    _ index: Int, _ found: (whole: Range<Int>, value: Range<Int>), _ limit: Int, _ bytes: Span<UInt8>,
    _ adapt: (inout Match) -> Void = { _ in }
  ) {
    guard ends(found, limit, bytes) else { return }
    let rule = context.rules.rules[index]
    let value = Array(bytes.extracting(found.value))
    let near = Array(bytes.extracting(max(0, found.whole.lowerBound - Self.contextReach)..<found.value.lowerBound))
    guard let verdict = Verdict(rule, value, near: near) else { return }
    if context.options.allowlist.honoursComments, isExcused(found.value, bytes) { return }
    var match = Match(
      rule: index, span: (start + found.value.lowerBound)..<(start + found.value.upperBound), value: value,
      tier: verdict.tier,
      confidence: verdict.confidence)
    adapt(&match)
    matches.append(match)
  }

  /// No word goes on behind the match, unless its reach ended it.
  private func ends(_ found: (whole: Range<Int>, value: Range<Int>), _ limit: Int, _ bytes: Span<UInt8>) -> Bool {
    let end = found.whole.upperBound
    guard end > 0, end < limit, end == found.value.upperBound else { return !found.value.isEmpty }
    return !(Bytes.isWord(bytes[end - 1]) && Bytes.isWord(bytes[end]))
  }

  private func isExcused(_ value: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    var end = value.upperBound
    while end < bytes.count, bytes[end] != 0x0A, end < value.upperBound + 512 { end += 1 }
    let rest = Array(bytes.extracting(value.upperBound..<end))
    return rest.indices.contains { rest[$0...].starts(with: Allowlist.comment) }
  }
}
