/// What was found in one request or answer on its way through the gate: as policies are told of it, and as it is recorded.
///
/// It never holds a value.
package struct PassageFindings: Sendable, Equatable {
  /// Findings that are told each by itself; there may be more.
  package static let told = 64

  package struct Place: Sendable, Equatable {
    package var finding: ContentFinding
    /// `url`, `header:NAME`, `body`, `message`, `trailer:NAME`.
    package var name: String
  }

  /// Those that weigh most come first where not all have room.
  package private(set) var places: [Place] = []
  package private(set) var facts = FindingFacts()
  /// Likely secrets.
  package private(set) var suspects = 0
  /// What could not be read, and so may hide a secret; certain ones are among `secrets`, likely ones among `suspects`.
  package private(set) var unreadable = 0
  /// Rules above a hint, at most as many as are told.
  package private(set) var weightyRules: Set<String> = []
  package private(set) var count = 0

  package init() {}

  package var isEmpty: Bool { count == 0 }

  /// Whether policy has to hear of it: anything above a hint.
  package var matters: Bool { facts.weight > 0 }

  package mutating func add(_ finding: ContentFinding, in place: String) {
    count += 1
    facts.note([finding], at: place)
    if finding.tier != .hint, weightyRules.count < Self.told { weightyRules.insert(finding.rule) }
    if finding.mayHide, finding.tier == .likely { suspects += 1 }
    if finding.kind == .evasion, finding.tier != .hint { unreadable += 1 }
    keep(Place(finding: finding, name: place))
  }

  private mutating func keep(_ place: Place) {
    if places.count < Self.told { return places.append(place) }
    guard place.finding.tier != .hint, let hint = places.lastIndex(where: { $0.finding.tier == .hint }) else { return }
    places[hint] = place
  }

  package var json: JSON {
    var members = facts.members(naming: "places")
    members["suspects"] = .int(Int64(suspects))
    members["unreadable"] = .int(Int64(unreadable))
    members["found"] = .array(places.map(\.json))
    return .object(members)
  }
}

extension [PassageFindings.Place] {
  /// The one that says most about why, if any is above a hint: secrets before all else.
  package var strictest: PassageFindings.Place? {
    func one(_ tier: ContentFinding.Tier, _ isSecret: Bool) -> PassageFindings.Place? {
      first { $0.finding.tier == tier && $0.finding.mayHide == isSecret }
    }
    return one(.certain, true) ?? one(.likely, true) ?? one(.certain, false) ?? one(.likely, false)
  }
}

extension PassageFindings.Place {
  package init?(json: JSON) {
    guard let finding = ContentFinding(json: json), let name = json["place"]?.string else { return nil }
    (self.finding, self.name) = (finding, name)
  }

  /// The fingerprint is told only of what nobody can guess.
  package var json: JSON {
    var members = finding.json.object ?? [:]
    members["place"] = .string(printable(name))
    if finding.kind == .secret, finding.tier == .certain, finding.rule != "known-value", !finding.fingerprint.isEmpty {
      members["fingerprint"] = .string(finding.fingerprint)
    }
    return .object(members)
  }
}
