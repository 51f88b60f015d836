/// A value that a rule found in a lane, before findings are compared.
struct Match {
  var rule: Int
  /// In the lane.
  var span: Range<Int>
  var value: [UInt8]
  var tier: Tier
  var confidence: Int
  /// A turn of the letters, if there was one.
  var turn: String?
}

extension Lane {
  /// Drops what says the same as another match, and tells the rest.
  func settle() {
    guard !matches.isEmpty else { return }
    let ranked = matches.sorted { left, right in
      if left.tier != right.tier { return left.tier > right.tier }
      if left.span.count != right.span.count { return left.span.count > right.span.count }
      return (left.span.lowerBound, left.rule) < (right.span.lowerBound, right.rule)
    }
    var kept: [Match] = []
    // What was told before hides nothing that is more certain.
    for match in ranked
    where !(kept + recent).contains(where: { $0.tier >= match.tier && $0.span.overlaps(match.span) }) {
      kept.append(match)
    }
    kept.sort { $0.span.lowerBound < $1.span.lowerBound }
    for match in kept { tell(match) }
    recent = Array((recent + kept).suffix(16))
    matches.removeAll(keepingCapacity: true)
  }

  private func tell(_ match: Match) {
    let rule = context.rules.rules[match.rule]
    let (root, disguises) = origins.place(of: match.span)
    context.tell(
      Finding(
        rule: rule.id, title: rule.title, kind: rule.kind, tier: match.tier, confidence: match.confidence, span: root,
        disguises: disguises + (match.turn.map { [$0] } ?? []), sample: Mask.sample(match.value),
        fingerprint: context.mask.fingerprint(match.value),
        notes: rule.validator == .jwt ? claims(match.value) : [:]))
  }

  /// What a token says of itself, without what would be a finding itself.
  private func claims(_ value: [UInt8]) -> [String: String] {
    var options = InspectionOptions()
    options.known = context.options.known
    return WebToken.claims(value).filter { claim in
      Inspection.findings(
        in: Array(claim.value.utf8), rules: context.rules, options: options, scratch: context.scratch
      ).isEmpty
    }
  }
}
