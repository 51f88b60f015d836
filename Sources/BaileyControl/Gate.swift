package import BaileyCore

/// The one decision: a value in, a value out, over a snapshot of judges.
///
/// Holds no clock and no state, so that a recorded action can be decided again by another gate.
package struct Gate: Sendable {
  package var judges: [any Judge]

  package init(judges: [any Judge]) { self.judges = judges }

  /// Deny over ask over allow; nothing said is deny.
  package func decide(_ action: Action) -> Decision {
    Decision(combining: judges.flatMap { $0.judge(action) })
  }
}
