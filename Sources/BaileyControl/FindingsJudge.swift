import BaileyCore

/// What Bailey itself says to what the inspection found: the one place of that rule.
///
/// It stands beside all policies, so that who has none is safe, too. Into a project a secret goes with the person's yes. Through the gate a
/// certain secret does not go, and a likely one asks; what cannot be read counts as a secret. Personal data is left to policies.
struct FindingsJudge: Judge {
  func judge(_ action: Action) -> [Reason] {
    guard let findings = action.resource["findings"] else { return [] }
    return switch action.verb {
    case .workspaceApply: changes(findings)
    // What a name says its look-up tells.
    case .httpRequest, .netConnect: request(findings)
    default: []
    }
  }

  private func changes(_ findings: JSON) -> [Reason] {
    guard let count = findings["secrets"]?.int, count > 0 else { return [] }
    let paths = (findings["paths"]?.array ?? []).compactMap(\.string)
    let place = paths.first.map { $0 + (paths.count > 1 ? " and \(paths.count - 1) more" : "") } ?? "the changes"
    return [
      Reason(
        .ask, "secret-in-changes", "the inspection found \(count == 1 ? "a secret" : "\(count) secrets") in \(place)")
    ]
  }

  private func request(_ findings: JSON) -> [Reason] {
    func count(_ name: String) -> Int64 { findings[name]?.int ?? 0 }
    let (certain, likely) = (count("secrets"), count("suspects"))
    guard certain + likely > 0 else { return [] }
    // Only what is read can be told to be a secret.
    let isRead = certain + likely > count("unreadable")
    let said = sentence(findings)
    var reason = isRead ? Reason(.ask, "secret-in-request", said) : Reason(.ask, "request-unreadable", said)
    if certain > 0 { reason.effect = .deny }
    return [reason]
  }

  private func sentence(_ findings: JSON) -> String {
    let places = (findings["found"]?.array ?? []).compactMap(PassageFindings.Place.init(json:))
    guard let told = places.strictest else { return "the inspection found a secret in this request" }
    let (finding, place) = (told.finding, told.name)
    return "\(place) holds what looks like this: \(finding.title) (\(finding.rule), \(finding.tier.rawValue))"
  }
}
