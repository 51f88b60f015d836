import BaileyCore

/// A manifest above which nothing may be granted.
///
/// What can be cut beforehand (paths, variables, ports, features) is cut here; network rules stay as they are, and `CeilingJudge`
/// refuses at each connection what the ceiling does not cover.
struct Ceiling {
  private let limit: Manifest

  init(_ document: ManifestDocument) { limit = document.manifest }

  /// - Parameter profiles: whose environment rules are harmless by construction and stay.
  func cut(_ manifest: inout Manifest, keeping profiles: [ManifestDocument]) {
    manifest.files = manifest.files.flatMap(cut)
    let harmless = Set(profiles.flatMap(\.manifest.environment.pass))
    manifest.environment.pass.removeAll { !harmless.contains($0) && !covers(variable: $0) }
    manifest.environment.set = manifest.environment.set.filter { name, value in
      limit.environment.set[name] == value || covers(variable: name)
    }
    manifest.environment.secrets.removeAll { !limit.environment.secrets.contains($0) }
    manifest.optional.formIntersection(limit.optional)
    manifest.publish.removeAll { !limit.publish.contains($0) }
    manifest.hostPorts.removeAll { !limit.hostPorts.contains($0) }
  }

  /// What of a grant lies under the ceiling: all of it, the parts that the ceiling names, or nothing.
  private func cut(_ rule: FileRule) -> [FileRule] {
    if rule.access == .deny || !ExactText(rule.path).isAbsolute { return [rule] }
    return limit.files.compactMap { allowed in
      guard allowed.access != .deny else { return nil }
      var kept = rule
      if allowed.access == .read { kept.access = .read }
      if PathSpelling.isPath(rule.path, within: allowed.path) { return kept }
      guard PathSpelling.isPath(allowed.path, within: rule.path) else { return nil }
      kept.path = allowed.path
      return kept
    }
  }

  private func covers(variable name: String) -> Bool {
    limit.environment.pass.contains { EnvironmentSpelling.matches(name, rule: $0) }
  }
}

extension EnvironmentSpelling {
  /// Whether a rule (a name, or a prefix and `*`) covers a name, or another rule as a whole.
  package static func matches(_ name: String, rule: String) -> Bool {
    rule.hasSuffix("*") ? name.hasPrefix(rule.dropLast()) : name == rule
  }
}
