package import BaileyCore

/// The one decision: a value in, a value out, over a snapshot of judges.
///
/// Holds no clock and no state, so that a recorded action can be decided again by another gate.
package struct Gate: Sendable {
  package var judges: [any Judge]

  /// Asked only when no judge denies.
  package var remoteJudges: [any RemoteJudge]

  /// Which policies in Rego the judges speak for.
  let versions: PolicyVersions

  package init(
    judges: [any Judge], remoteJudges: [any RemoteJudge] = [],
    versions: @escaping PolicyVersions = PolicyJudges().versions
  ) {
    self.versions = versions
    self.judges = judges
    self.remoteJudges = remoteJudges
  }

  /// Whether an action must carry what its session did before.
  package var readsFacts: Bool {
    judges.contains { $0.readsFacts } || remoteJudges.contains { $0.readsFacts }
  }

  /// Another number as soon as a judge speaks for other policies.
  package var generation: Int { judges.reduce(0) { $0 &+ $1.generation } }

  /// Deny over ask over allow; nothing said is deny.
  package func decide(_ action: Action) -> Decision { Self.combined(opinions(on: action)) }

  func opinions(on action: Action) -> [Opinion] { judges.map { $0.opinion(action) } }

  /// What is denied here is told to nobody else.
  func asksFurther(after opinions: [Opinion]) -> Bool {
    remoteJudges.contains(where: \.readsFacts)
      && !opinions.flatMap(\.reasons).contains { $0.effect == .deny && !$0.isFallback }
  }

  /// The decision with what remote judges say as well, all asked at once.
  func consult(_ action: Action, after opinions: [Opinion]) async -> Decision {
    guard asksFurther(after: opinions) else { return Self.combined(opinions) }
    let heard = await withTaskGroup(of: (Int, Opinion).self) { group in
      for (index, judge) in remoteJudges.enumerated() { group.addTask { (index, await judge.opinion(action)) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    return Self.combined(opinions + heard.sorted { $0.0 < $1.0 }.map(\.1))
  }

  static func combined(_ opinions: [Opinion]) -> Decision {
    Decision(combining: opinions.flatMap(\.reasons), obligations: opinions.flatMap(\.obligations))
  }
}
