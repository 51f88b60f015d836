/// What the checks, the context and the look of a value make of a match.
struct Verdict {
  var tier: Tier
  var confidence: Int
  /// The rule's own check says so.
  var isProven: Bool

  /// Nil when it is none.
  ///
  /// - Parameter fits: whether a value is by itself what the rule's pattern describes.
  init?(_ rule: Rule, _ value: [UInt8], near: [UInt8], isPaired: Bool, fits: ([UInt8]) -> Bool) {
    let isNear = !rule.context.isEmpty && Self.contains(rule.context, near)
    if rule.needsContext && !isNear || rule.needsCompanion && !isPaired { return nil }
    let check = rule.validator?.judge(value) ?? .plausible
    if check == .refuted { return nil }
    var tier = rule.tier
    if check == .doubtful { tier = tier.moved(-1) }
    if isNear && !rule.needsContext { tier = tier.moved(1) }
    if isPaired && !rule.needsCompanion { tier = tier.moved(1) }
    if let least = rule.entropy, Entropy.bits(value) < least { tier = .hint }
    if rule.kind == .secret {
      if Self.isMadeUp(value) { tier = Self.isPadded(rule, value, fits) ? min(tier, .likely) : .hint }
      if SampleText.isPublished(value) || rule.validator == nil && Self.isPath(value) { tier = .hint }
      // A prefix that fits says more than letters that count: people make tests of it.
      if check != .proven, SampleText.isSequence(value.map { Bytes.lowered($0) }) {
        tier = rule.keywords.isEmpty ? min(tier, .likely) : .hint
      }
    }
    if !rule.keywords.isEmpty, rule.validator == nil, !Self.isRandom(value) || near.last == 0x2F { tier = .hint }
    (self.tier, isProven) = (tier, check == .proven)
    confidence =
      [35, 65, 90][tier.rawValue] + (check == .proven ? 8 : (check == .doubtful ? -8 : 0)) + (isNear ? 2 : 0)
  }

  private static func contains(_ words: [String], _ text: [UInt8]) -> Bool {
    let lowered = text.map { Bytes.lowered($0) }
    return words.contains { Bytes.contains(lowered, $0.utf8) }
  }

  /// Behind the name of a service almost anything may stand.
  private static func isRandom(_ value: [UInt8]) -> Bool {
    value.count { Bytes.isDigit($0) } >= 2 && Entropy.bits(value) >= 2.9 && !AssignedSecret.isName(value)
      && !isText(value)
  }

  /// `ptr_container/detail/config`: behind a prefix that a name may have, too.
  private static func isPath(_ value: [UInt8]) -> Bool {
    value.count { "_/.-".utf8.contains($0) } >= 2 && value.count < 80
      && (AssignedSecret.isWordy(value) || AssignedSecret.isConstant(value))
  }

  /// Dates, lines, paths.
  private static func isText(_ value: [UInt8]) -> Bool {
    value.contains { Bytes.isSpace($0) } || value.count < 30 && AssignedSecret.isIdentity(value)
      || value.count { $0 == 0x2F } > 2 && value.count { $0 == 0x2F } > value.count / 16
  }

  /// Whether a whole value is left behind a prefix without what looks made up: then that was only added to it.
  private static func isPadded(_ rule: Rule, _ value: [UInt8], _ fits: ([UInt8]) -> Bool) -> Bool {
    guard !rule.prefixes.isEmpty else { return false }
    let rest = withoutMadeUp(value)
    guard fits(rest), !isMadeUp(rest), !SampleText.isSequence(rest.map { Bytes.lowered($0) }) else { return false }
    if let least = rule.entropy, Entropy.bits(rest) < least { return false }
    return [.plausible, .proven].contains(rule.validator?.judge(rest) ?? .plausible)
  }

  /// Without a row of one letter at its end, and without the words; also where taking one out makes another.
  private static func withoutMadeUp(_ value: [UInt8]) -> [UInt8] {
    let tail = value.reversed().prefix { $0 == value.last }.count
    var (rest, lowered) = ([UInt8](), [UInt8]())
    for byte in value.dropLast(tail < 4 ? 0 : tail) {
      rest.append(byte)
      lowered.append(Bytes.lowered(byte))
      guard let word = madeUp.first(where: { lowered.suffix($0.utf8.count).elementsEqual($0.utf8) }) else { continue }
      rest.removeLast(word.utf8.count)
      lowered.removeLast(word.utf8.count)
    }
    return rest
  }

  private static let madeUp = ["example", "xxxxxx", "placeholder", "your-", "your_", "......", "******", "redacted"]

  /// Values that documentation uses: a letter again and again, or the word itself.
  private static func isMadeUp(_ value: [UInt8]) -> Bool {
    let tail = value.suffix(max(4, value.count / 2))
    if tail.allSatisfy({ $0 == tail.first || $0 == 0x2A || $0 == 0x2E }) { return true }
    let lowered = value.prefix(256).map { Bytes.lowered($0) }
    return madeUp.contains { Bytes.contains(lowered, $0.utf8) }
  }
}
