import BaileyCore

/// What a session has done so far, as policies read it in `input.context`.
///
/// Every part is bounded. It goes into the recorded action, so that the decision can be repeated.
struct SessionFacts: Sendable {
  static let recentActions = 16
  static let countedHosts = 1_000
  static let namedHosts = 32
  /// Of the person and the administrator; those of the project have as many of their own, so that they take no place from these.
  static let maximumLabels = 32
  static let longestLabel = 64
  static let projectPrefix = "project:"
  /// Of labels that no policy gave, but what came through the gate.
  static let seenPrefix = "seen:"

  private var allowed: [Verb: Int64] = [:]
  private var denied: [Verb: Int64] = [:]
  private var uploaded: Int64 = 0
  private var hosts: Set<ExactText> = []
  /// The first hosts, in order.
  private var named: [JSON] = []
  private var recent: [JSON] = []
  private var labels: Set<ExactText> = []
  /// By what came through the gate; their names are Bailey's own.
  private var seen: Set<ExactText> = []
  /// What remote judges are being asked about. It counts as allowed for others meanwhile, and not at all if they deny it.
  private var pending: [Int: Action] = [:]
  private var nextPending = 0

  func added(to context: JSON) -> JSON {
    var seen = self
    for (_, action) in pending.sorted(by: { $0.key < $1.key }) { seen.count(action, .allow) }
    return seen.settled(context)
  }

  private func settled(_ context: JSON) -> JSON {
    context.setting("counters", counters)
      .setting("history", ["recent": .array(recent), "hosts": .array(named)])
      .setting("labels", .array(labels.union(seen).union(context.labels).sortedTexts().map(JSON.string)))
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

  /// - Returns: the decision that holds: a label that has no place is a deny, since rules that read it would be silent.
  mutating func note(_ action: Action, _ decision: Decision) -> Decision {
    var decision = decision
    if decision.effect == .allow, !label(decision.obligations) { decision = Self.full }
    count(action, decision.effect)
    return decision
  }

  private static let full = Decision(combining: [
    Reason(.deny, "labels-full", "a policy gives the session a label that has no place: too many, or too long")
  ])

  mutating func reserve(_ action: Action) -> Int {
    nextPending += 1
    pending[nextPending] = action
    return nextPending
  }

  /// What remote judges made of an action that was reserved.
  mutating func settle(_ reservation: Int, _ action: Action, _ decision: Decision) -> Decision {
    pending[reservation] = nil
    return note(action, decision)
  }

  private mutating func count(_ action: Action, _ effect: Effect) {
    let isAllowed = effect == .allow
    if isAllowed { allowed[action.verb, default: 0] += 1 } else { denied[action.verb, default: 0] += 1 }
    let host = action.resource["host"] ?? action.resource["address"]
    remember(action.verb, effect, host)
    if isAllowed, let host = host?.string { reach(host) }
  }

  /// Bytes that have left, once a connection or request is over.
  mutating func note(_ outcome: Outcome) {
    let (sum, isOver) = uploaded.addingReportingOverflow(max(0, outcome.detail["sent"]?.int ?? 0))
    uploaded = isOver ? .max : sum
  }

  /// The agent is about to see what these say. It never unsees it.
  mutating func expose(to names: Set<String>) {
    for name in names where seen.count < Self.maximumLabels { seen.insert(ExactText(Self.seenPrefix + name)) }
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
  ///
  /// - Returns: false, and nothing is labelled, if one has no place.
  private mutating func label(_ obligations: [JSON]) -> Bool {
    let all = labels.union(obligations.compactMap { $0["label"]?.string }.filter { !$0.isEmpty }.map(ExactText.init))
    let project = all.filter { Self.isProjects($0) }
    guard project.count <= Self.maximumLabels, all.count - project.count <= Self.maximumLabels,
      all.allSatisfy({ Self.length($0) <= Self.longestLabel })
    else { return false }
    labels = all
    return true
  }

  private static func isProjects(_ label: ExactText) -> Bool { label.text.utf8.starts(with: projectPrefix.utf8) }

  /// Without the prefix, which the policy did not write.
  private static func length(_ label: ExactText) -> Int {
    label.text.utf8.count - (isProjects(label) ? projectPrefix.utf8.count : 0)
  }
}

extension JSON {
  /// Of the action itself, as of what was found in it.
  fileprivate var labels: [ExactText] { (self["labels"]?.array ?? []).compactMap(\.string).map(ExactText.init) }
}
