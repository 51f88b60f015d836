/// One thing that `bailey doctor` looked at.
package struct HealthFinding: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable { case ok, warn, fail }

  package var name: String
  package var state: State
  /// What follows from it for the person.
  package var consequence: String
  /// A command or setting that mends it.
  package var fix: String?

  package init(_ name: String, _ state: State, _ consequence: String, fix: String? = nil) {
    self.name = name
    self.state = state
    self.consequence = consequence
    self.fix = fix
  }
}

/// Looks at what Bailey stands on.
package protocol HealthProbe: Sendable {
  func examine() async -> [HealthFinding]
}
