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

/// Something that was found wrong at the start and went on without.
package struct KnownFault: HealthProbe {
  package let name: String
  package let fault: Fault

  package init(_ name: String, _ fault: Fault) {
    self.name = name
    self.fault = fault
  }

  package func examine() async -> [HealthFinding] {
    let place = fault.subject.map { "\(printable($0)): " } ?? ""
    return [HealthFinding(name, .warn, "\(place)\(fault.why) [\(fault.code)]", fix: fault.hint)]
  }
}

/// Looks at what Bailey stands on.
package protocol HealthProbe: Sendable {
  func examine() async -> [HealthFinding]
}
