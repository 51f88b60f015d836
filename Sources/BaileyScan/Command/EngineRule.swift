internal import BaileyInspect

/// What the engine tells without a rule that stands in a file; docs/inspection.md has the limits behind it.
struct EngineRule {
  var id: String
  var title: String
  var kind: Rule.Kind
  var tier: Tier

  static let all = [
    EngineRule(id: "bomb", title: "Unpacks to far more than it is", kind: .evasion, tier: .certain),
    EngineRule(id: "broken-encoding", title: "Is not what its encoding says", kind: .evasion, tier: .likely),
    EngineRule(id: "exact-data", title: "A record of a registered list", kind: .personal, tier: .certain),
    EngineRule(id: "inspection-failed", title: "There was no memory to inspect", kind: .evasion, tier: .certain),
    EngineRule(id: "nested-too-deep", title: "More disguises than are taken off", kind: .evasion, tier: .likely),
    EngineRule(id: "source-fingerprint", title: "A part of a registered source", kind: .identifier, tier: .likely),
    EngineRule(id: "unreadable-archive", title: "An archive that cannot be read", kind: .evasion, tier: .likely),
  ]

  var details: [(name: String, value: String)] {
    [("id", id), ("title", title), ("kind", kind.rawValue), ("tier", tier.name)]
  }
}
