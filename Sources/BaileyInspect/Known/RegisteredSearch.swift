/// What one lane is searched for besides the rules: known values, registered records and registered sources.
struct RegisteredSearch {
  private var values: KnownSearch?
  private var records: [RecordMatcher]
  private var sources: [FingerprintMatcher]

  /// Nil when nothing is registered.
  init?(_ options: InspectionOptions) {
    values = options.known.flatMap { $0.isEmpty ? nil : KnownSearch($0) }
    records = options.records.filter { !$0.isEmpty }.map { RecordMatcher($0, options.recordMatching) }
    sources = options.sources.filter { $0.count > 0 }.map { FingerprintMatcher($0) }
    if values == nil, records.isEmpty, sources.isEmpty { return nil }
  }

  mutating func search(_ bytes: Span<UInt8>, _ from: Int, _ to: Int, _ lane: Lane) {
    for found in values?.search(bytes, to, start: lane.start) ?? [] { lane.tell(found.place, found.disguise) }
    for index in records.indices {
      for found in records[index].take(bytes.extracting(from..<to)) { lane.tell(found) }
    }
    for index in sources.indices {
      for found in sources[index].take(bytes.extracting(from..<to)) { lane.tell(found) }
    }
  }

  mutating func finish(_ lane: Lane) {
    for index in records.indices {
      for found in records[index].finish() { lane.tell(found) }
    }
  }

  /// What of the rules is no known value, which is told already.
  func rest(of matches: [Match]) -> [Match] {
    guard let values, !values.recent.isEmpty else { return matches }
    return matches.filter { !values.covers($0.span) }
  }
}

extension Lane {
  fileprivate func tell(_ place: KnownSearch.Place, _ disguise: String) {
    guard let known = context.options.known else { return }
    let value = known.value(place.value)
    let (root, disguises) = origins.place(of: place.span)
    context.tell(
      Finding(
        rule: "known-value", title: "A secret whose value is known", kind: .secret, tier: .certain, confidence: 100,
        span: root,
        disguises: disguises + (disguise.isEmpty ? [] : [disguise]), sample: Mask.sample(value),
        fingerprint: context.mask.fingerprint(value), notes: ["name": known.names[place.value]]))
  }

  fileprivate func tell(_ match: RecordMatcher.Match) {
    let (root, disguises) = origins.place(of: match.span)
    context.tell(
      Finding(
        rule: "exact-data", title: "A record of a registered list", kind: .personal, tier: match.tier,
        confidence: [35, 65, 95][match.tier.rawValue], span: root, disguises: disguises,
        sample: Mask.sample(match.value),
        fingerprint: context.mask.fingerprint(match.value),
        notes: ["records": match.list, "columns": match.columns.joined(separator: ", ")]))
  }

  fileprivate func tell(_ match: FingerprintMatcher.Match) {
    let (root, disguises) = origins.place(of: Int(match.range.lowerBound)..<Int(match.range.upperBound))
    context.tell(
      Finding(
        rule: "source-fingerprint", title: "A part of a registered source", kind: .identifier, tier: .likely,
        confidence: 70,
        span: root, disguises: disguises, sample: "", fingerprint: context.mask.fingerprint(Array(match.source.utf8)),
        notes: ["source": match.source, "hashes": String(match.hits)]))
  }
}

/// Findings that were told of registered things, each once a place, whichever lane it was met in.
struct ToldPlaces {
  private var places: [(rule: String, fingerprint: String, span: Range<Int>)] = []
  private static let most = 256

  /// False for what was told for this place, by the same rule or as the known value that it is.
  mutating func isNew(_ finding: Finding) -> Bool {
    let isRegistered = ["known-value", "exact-data", "source-fingerprint"].contains(finding.rule)
    if !isRegistered, places.isEmpty { return true }
    let isTold = places.contains {
      $0.fingerprint == finding.fingerprint && ($0.rule == finding.rule || $0.rule == "known-value")
        && $0.span.overlaps(finding.span)
    }
    guard isRegistered, !isTold else { return !isTold }
    if places.count == Self.most { places.removeFirst(Self.most / 2) }
    places.append((finding.rule, finding.fingerprint, finding.span))
    return true
  }
}
