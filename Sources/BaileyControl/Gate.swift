package import BaileyCore

/// The one decision: a value in, a value out, over a snapshot of judges.
///
/// Holds no clock and no state, so that a recorded action can be decided again by another gate.
package struct Gate: Sendable {
  package var judges: [any Judge]

  package init(judges: [any Judge]) { self.judges = judges }

  /// Whether an action must carry what its session did before.
  package var readsFacts: Bool { judges.contains { $0.readsFacts } }

  /// Deny over ask over allow; nothing said is deny.
  package func decide(_ action: Action) -> Decision {
    let opinions = judges.map { $0.opinion(action) }
    return Decision(combining: opinions.flatMap(\.reasons), obligations: opinions.flatMap(\.obligations))
  }
}
