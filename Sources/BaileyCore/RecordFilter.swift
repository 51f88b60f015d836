/// Which records are wanted: all that is said must hold, and of a list any one.
package struct RecordFilter: Sendable, Equatable {
  package var session: SessionID?
  package var kinds: [Record.Kind] = []
  package var verbs: [Verb] = []
  package var agents: [String] = []
  package var effects: [Effect] = []
  package var reasons: [String] = []
  package var hosts: [HostFilter] = []
  package var paths: [Glob] = []
  /// Nanoseconds since 1970-01-01 UTC, inclusive.
  package var since: Int64?
  /// The same, exclusive.
  package var until: Int64?
  /// Only what was refused.
  package var isDenial = false

  package init() {}

  package var isEmpty: Bool { self == RecordFilter() }

  package func matches(_ facets: RecordFacets) -> Bool {
    isIn(session.map { [$0.text] } ?? [], facets.session) && isIn(kinds.map(\.rawValue), facets.kind)
      && isIn(verbs.map(\.rawValue), facets.verb) && isIn(agents, facets.agent)
      && isIn(effects.map(\.rawValue), facets.effect)
      && any(reasons, facets.reasons) { $0.utf8.elementsEqual($1.utf8) }
      && any(hosts, facets.hosts) { $0.matches($1) } && any(paths, facets.paths) { $0.matches($1) }
      && facets.time >= since ?? .min && (until.map { facets.time < $0 } ?? true)
      && (!isDenial || facets.isDenial)
  }

  /// Nothing wanted is anything; texts are equal byte by byte, as the index has them.
  private func isIn(_ wanted: [String], _ value: String?) -> Bool {
    guard !wanted.isEmpty else { return true }
    guard let value else { return false }
    return wanted.contains { $0.utf8.elementsEqual(value.utf8) }
  }

  private func any<Wanted, Value>(_ wanted: [Wanted], _ values: [Value], _ fits: (Wanted, Value) -> Bool) -> Bool {
    wanted.isEmpty || values.contains { value in wanted.contains { fits($0, value) } }
  }
}

/// A name or address, or `*.` before a domain for every name below it.
package struct HostFilter: Sendable, Equatable {
  package let text: String

  package init(_ text: String) { self.text = text.lowercased() }

  /// With the dot; `nil` for one that is exact.
  package var suffix: String? { text.hasPrefix("*.") ? String(text.dropFirst()) : nil }

  /// - Parameter host: in lower case.
  package func matches(_ host: String) -> Bool {
    guard let suffix else { return host.utf8.elementsEqual(text.utf8) }
    return host.utf8.count > suffix.utf8.count && host.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }
}
