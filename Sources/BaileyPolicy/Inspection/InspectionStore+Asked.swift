package import BaileyCore
import BaileyInspect

extension InspectionStore: SecretFinder {
  /// Certain and likely secrets, whatever the lists of what is accepted say: the log is read elsewhere, too.
  package func secrets(in text: [UInt8], of session: SessionID?) -> [Range<Int>]? {
    guard let rules = (try? current())?.rules else { return nil }
    var options = InspectionOptions()
    // Records are not unpacked without end.
    options.maximumExpansion = 4 << 20
    options.known = known.values(of: session)
    let loan = scratches.lend(rules)
    let found = Inspection.findings(in: text, rules: rules, options: options, scratch: loan.scratch)
    var places: [Range<Int>] = []
    let spans = found.lazy.filter(Self.isSecret).map { $0.span.clamped(to: 0..<text.count) }
    for span in spans.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = places.last, last.upperBound >= span.lowerBound {
        places[places.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
      } else {
        places.append(span)
      }
    }
    return places
  }

  /// What stayed packed hides whatever is in it.
  private static func isSecret(_ finding: Finding) -> Bool {
    finding.tier > .hint && (finding.kind == .secret || finding.kind == .evasion)
  }
}

extension InspectionStore: ContentInspector {
  /// The comment that accepts a line never counts here: an agent wrote what is inspected.
  package func begin(_ path: String, of session: SessionID) throws(Fault) -> any ContentInspection {
    let loaded = try current()
    var options = InspectionOptions()
    (options.allowlist, options.path) = (loaded.accepted.always, path)
    options.allowlist.honoursComments = false
    options.known = known.values(of: session)
    let loan = scratches.lend(loaded.rules)
    return PlacedInspection(Inspection(loaded.rules, options: options, scratch: loan.scratch), loan) {
      !loaded.accepted.personally($0, path)
    }
  }
}

extension InspectionStore {
  package func basis(of session: SessionID?) -> InspectionBasis {
    InspectionBasis(rules: generation, known: known.number(of: session))
  }

  package func know(_ secrets: [KnownSecret], of session: SessionID) { known.add(secrets, of: session) }

  package func knows(_ session: SessionID) -> Bool { known.isTold(session) }

  package func forget(_ session: SessionID) { known.forget(session) }
}

extension InspectionStore: HealthProbe {
  package func examine() async -> [HealthFinding] {
    let loaded = try? current()
    let said = loaded.map { "\($0.rules.rules.count) rules, \($0.own) of them of this site" }
    guard let fault else { return [HealthFinding("inspection", .ok, said ?? "")] }
    let place = fault.subject.map { "\(printable($0)): " } ?? ""
    let follows = said.map { "what was loaded before stays in force: " + $0 } ?? "no session starts"
    return [
      HealthFinding(
        "inspection", loaded == nil ? .fail : .warn, "\(place)\(fault.why) [\(fault.code)]; \(follows)", fix: fault.hint
      )
    ]
  }
}

/// Keeps what is found within bounds, however much there is.
private final class PlacedInspection: ContentInspection {
  private let inspection: Inspection
  private let loan: ScratchLoan
  private let counts: (Finding) -> Bool
  private var found: [PlacedFinding] = []
  private var more = 0
  /// Of those, the strictest of each label.
  private var strictest: [ContentFinding] = []

  init(_ inspection: Inspection, _ loan: ScratchLoan, _ counts: @escaping (Finding) -> Bool) {
    (self.inspection, self.loan, self.counts) = (inspection, loan, counts)
  }

  func feed(_ bytes: [UInt8]) {
    inspection.feed(bytes)
    take(inspection.takeFindings())
  }

  func finish() -> [PlacedFinding] {
    take(inspection.finish())
    found.sort { $0.offset < $1.offset }
    let end = found.last?.offset ?? 0
    for one in strictest {
      let rest = ContentFinding(rule: "more-findings", title: "\(more) more findings", kind: one.kind, tier: one.tier)
      found.append(PlacedFinding(rest, at: end))
    }
    return found
  }

  private func take(_ findings: [Finding]) {
    for finding in findings where counts(finding) {
      let placed = PlacedFinding(finding)
      if found.count < ContentLimits.findings {
        found.append(placed)
      } else {
        more += 1
        strictest = (strictest + [placed.finding]).strictest
      }
    }
  }
}

extension PlacedFinding {
  init(_ finding: Finding) {
    let kind = ContentFinding.Kind(rawValue: finding.kind.rawValue) ?? .secret
    let tier: ContentFinding.Tier =
      finding.tier == .certain ? .certain : finding.tier == .likely ? .likely : .hint
    var placed = ContentFinding(rule: finding.rule, title: finding.title, kind: kind, tier: tier)
    placed.sample = finding.sample
    placed.disguises = finding.disguises
    if finding.rule == "known-value" { placed.notes = finding.notes }
    placed.fingerprint = finding.fingerprint
    self.init(placed, at: finding.span.lowerBound)
  }
}
