/// What the checks, the context and the look of a value make of a match.
struct Verdict {
  var tier: Tier
  var confidence: Int

  /// Nil when it is none.
  init?(_ rule: Rule, _ value: [UInt8], near: [UInt8]) {
    let isNear = !rule.context.isEmpty && Self.contains(rule.context, near)
    if rule.needsContext && !isNear { return nil }
    let check = rule.validator?.judge(value) ?? .plausible
    if check == .refuted { return nil }
    var tier = rule.tier
    if check == .doubtful { tier = tier.moved(-1) }
    if isNear && !rule.needsContext { tier = tier.moved(1) }
    if let least = rule.entropy, Entropy.bits(value) < least { tier = .hint }
    if rule.kind == .secret, Self.isMadeUp(value) { tier = .hint }
    if !rule.keywords.isEmpty, rule.validator == nil, !Self.isRandom(value) { tier = .hint }
    self.tier = tier
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
