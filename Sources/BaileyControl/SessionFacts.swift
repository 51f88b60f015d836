import BaileyCore

/// What a session has done so far, as policies read it in `input.context`.
///
/// Every part is bounded. It goes into the recorded action, so that the decision can be repeated.
struct SessionFacts: Sendable {
  static let recentActions = 16
  static let countedHosts = 1_000
  static let namedHosts = 32
  static let maximumLabels = 32

  private var allowed: [Verb: Int64] = [:]
  private var denied: [Verb: Int64] = [:]
  private var uploaded: Int64 = 0
  private var hosts: Set<ExactText> = []
  /// The first hosts, in order.
  private var named: [JSON] = []
  private var recent: [JSON] = []
  private var labels: Set<ExactText> = []

  func added(to context: JSON) -> JSON {
    context.setting("counters", counters)
      .setting("history", ["recent": .array(recent), "hosts": .array(named)])
      .setting("labels", .array(labels.sortedTexts().map(JSON.string)))
  }

  private var counters: JSON {
    [
      "allowed": Self.json(allowed), "denied": Self.json(denied), "uploaded_bytes": .int(uploaded),
      "hosts": .int(Int64(hosts.count)),
    ]
  }

  private static func json(_ counts: [Verb: Int64]) -> JSON {
    .object(Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, .int($0.value)) }))
  }

  mutating func note(_ action: Action, _ decision: Decision) {
    let isAllowed = decision.effect == .allow
    if isAllowed { allowed[action.verb, default: 0] += 1 } else { denied[action.verb, default: 0] += 1 }
    let host = action.resource["host"] ?? action.resource["address"]
    remember(action.verb, decision.effect, host)
    guard isAllowed else { return }
    if let host = host?.string { reach(host) }
    for obligation in decision.obligations { label(obligation) }
  }

  /// What remote judges made of an action that was noted as allowed.
  mutating func settle(_ action: Action, _ decision: Decision) {
    guard decision.effect == .allow else { return note(action, decision) }
    for obligation in decision.obligations { label(obligation) }
  }

  /// Bytes that have left, once a connection or request is over.
  mutating func note(_ outcome: Outcome) {
    let (sum, isOver) = uploaded.addingReportingOverflow(max(0, outcome.detail["sent"]?.int ?? 0))
    uploaded = isOver ? .max : sum
  }

  private mutating func remember(_ verb: Verb, _ effect: Effect, _ host: JSON?) {
    if recent.count == Self.recentActions { recent.removeFirst() }
    let entry: JSON = ["action": .string(verb.rawValue), "effect": .string(effect.rawValue)]
    recent.append(host.map { entry.setting("host", $0) } ?? entry)
  }

  private mutating func reach(_ host: String) {
    guard hosts.count < Self.countedHosts, hosts.insert(ExactText(host)).inserted else { return }
    if named.count < Self.namedHosts { named.append(.string(host)) }
  }

  /// A policy labels the session by the obligation `{"label": …}` on what it lets happen. No label is ever taken back.
  private mutating func label(_ obligation: JSON) {
    guard let text = obligation["label"]?.string, (1...64).contains(text.utf8.count),
      labels.count < Self.maximumLabels
    else { return }
    labels.insert(ExactText(text))
  }
}
