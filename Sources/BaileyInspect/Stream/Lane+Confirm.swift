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
      if ends(found, limit, bytes) { judge(rule, found, bytes) }
      return
    }
    let isBegun = trigger.isLoose || begins(at: place.lowerBound, bytes)
    // What was unpacked by chance runs words together.
    let mayBeGlued = trigger.glue == .proven || trigger.glue != .never && origins.isRoot
    guard isBegun || mayBeGlued, let found = attempt(rule, trigger, place, limit, bytes) else { return }
    let isEnded = ends(found, limit, bytes)
    if isBegun && isEnded { return judge(rule, found, bytes) }
    guard !found.value.isEmpty, mayBeGlued, trigger.glue != .oneSide || isBegun || isEnded else { return }
    judge(rule, found, bytes, isGlued: true, mustBeProven: trigger.glue == .proven)
  }

  /// A pattern that looks as far ahead as this may find nothing so often in a block; then no more is tried, and that is told.
  private static let farReach = 1024
  private static let mostFailures = 64

  private func attempt(
    _ rule: Int, _ trigger: Trigger, _ place: Range<Int>, _ limit: Int, _ bytes: Span<UInt8>
  ) -> (whole: Range<Int>, value: Range<Int>)? {
    if trigger.reach > Self.farReach, failures[rule, default: 0] == Self.mostFailures {
      let origin = origins.place(of: (start + place.lowerBound)..<(start + place.upperBound))
      context.tellEvasion(
        "inspection-failed", "More that begins like a secret than is looked into", .likely, origin.root,
        origin.disguises)
      return nil
    }
    let found = context.scratch.matcher(rule)?.match(bytes, at: place.lowerBound, before: limit)
    if found == nil, trigger.reach > Self.farReach { failures[rule, default: 0] += 1 }
    return found
  }

  private func tryKeyword(_ rule: Int, _ trigger: Trigger, _ place: Range<Int>, _ bytes: Span<UInt8>) {
    let limit = min(place.upperBound + trigger.reach, bytes.count)
    guard let found = context.scratch.matcher(rule)?.match(bytes, at: place.upperBound, before: limit),
      ends(found, limit, bytes)
    else { return }
    judge(rule, found, bytes)
  }

  /// - Parameter isGlued: more of the same stands beside it, so that it may be there by chance.
  func tryShape(
    _ shape: Rule.Shape, _ range: Range<Int>, digits: Int = 0, _ bytes: Span<UInt8>, isGlued: Bool = false
  ) {
    let limit = range.upperBound
    context.rules.eachRule(of: shape, digits: digits) { rule in
      guard let found = context.scratch.matcher(rule)?.match(bytes, at: range.lowerBound, before: limit),
        ends(found, limit, bytes)
      else { return }
      judge(rule, found, bytes, isGlued: isGlued)
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
    guard let found = context.scratch.matcher(rule)?.match(turned, at: at, before: text.count),
      ends(found, text.count, turned)
    else { return }
    judge(rule, found, turned) { match in
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

  /// - Parameter isGlued: letters stand right beside the match: it is a tier lower.
  private func judge(
    _ index: Int, _ found: (whole: Range<Int>, value: Range<Int>), _ bytes: Span<UInt8>, isGlued: Bool = false,
    mustBeProven: Bool = false, _ adapt: (inout Match) -> Void = { _ in }
  ) {
    let rule = context.rules.rules[index]
    let value = Array(bytes.extracting(found.value))
    let near = Array(bytes.extracting(max(0, found.whole.lowerBound - Self.contextReach)..<found.value.lowerBound))
    let isPaired = hasCompanion(index, found.whole, bytes)
    let verdict = Verdict(rule, value, near: near, isPaired: isPaired) { value in
      let matcher = context.scratch.matcher(index)
      return matcher?.match(value.span, at: 0, before: value.count).map { $0.value == value.indices } ?? false
    }
    guard let verdict, verdict.isProven || !mustBeProven else { return }
    if context.options.allowlist.honoursComments, isExcused(found.value, bytes) {
      context.excused[Excuse(kind: rule.kind, tier: verdict.tier), default: 0] += 1
      return
    }
    var match = Match(
      rule: index, span: (start + found.value.lowerBound)..<(start + found.value.upperBound), value: value,
      tier: isGlued ? verdict.tier.moved(-1) : verdict.tier,
      confidence: max(1, verdict.confidence - (isGlued ? 25 : 0)))
    adapt(&match)
    matches.append(match)
  }

  /// How far from a match its companion may stand.
  private static let companionReach = 256

  private func hasCompanion(_ index: Int, _ whole: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    guard let companion = context.rules.companions[index], let matcher = context.scratch.matcher(companion) else {
      return false
    }
    let low = max(0, whole.lowerBound - Self.companionReach)
    let high = min(bytes.count, whole.upperBound + Self.companionReach)
    return matcher.find(bytes, from: low, before: whole.lowerBound) != nil
      || matcher.find(bytes, from: whole.upperBound, before: high) != nil
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
