import BaileyCore

/// A manifest above which nothing may be granted.
///
/// What can be cut beforehand (paths, variables, ports, features) is cut here. Network rules stay, but for what they let pass unread, and
/// `CeilingJudge` refuses at each connection what the ceiling does not cover.
struct Ceiling {
  private let limit: Manifest

  init(_ document: ManifestDocument) { limit = document.manifest }

  /// - Parameter profiles: whose environment rules are harmless by construction and stay.
  func cut(_ manifest: inout Manifest, keeping profiles: [ManifestDocument]) {
    manifest.files = manifest.files.flatMap(cut)
    manifest.network = manifest.network.map(cut)
    for index in manifest.network.indices where manifest.network[index].access != .deny {
      manifest.network[index].request.cut(to: over(manifest.network[index]))
    }
    let harmless = Set(profiles.flatMap(\.manifest.environment.pass))
    manifest.environment.pass.removeAll { !harmless.contains($0) && !covers(variable: $0) }
    manifest.environment.set = manifest.environment.set.filter { name, value in
      limit.environment.set[name] == value || covers(variable: name)
    }
    manifest.environment.secrets.removeAll { !limit.environment.secrets.contains($0) }
    manifest.secrets.removeAll { wish in !limit.secrets.contains { $0.name == wish.name } }
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

  /// A rule lets nothing pass unread that the ceiling does not: what was for `tcp`, or for an address, becomes what can be read.
  private func cut(_ rule: NetworkRule) -> NetworkRule {
    if rule.access == .deny { return rule }
    let covering = limit.network.filter { $0.access != .deny && $0.covers(rule) }
    let transports = Set(covering.map(\.transport))
    var kept = rule
    if !covering.contains(where: \.isOpaque), !transports.contains(.tcp) { kept.isOpaque = false }
    switch rule.transport {
    case .tcp where !transports.contains(.tcp), .any where transports.isDisjoint(with: [.any, .tcp]):
      kept.transport = transports.count == 1 ? transports.first ?? .any : .any
    case .tcp, .any, .tls, .http: break
    }
    return kept
  }

  /// The rules of the ceiling that something which a rule grants may fall under.
  private func over(_ rule: NetworkRule) -> [RequestRule] {
    limit.network.filter { $0.access != .deny && $0.overlaps(rule) }.map(\.request)
  }

  private func covers(variable name: String) -> Bool {
    limit.environment.pass.contains { EnvironmentSpelling.matches(name, rule: $0) }
  }
}

extension RequestRule {
  /// Numbers that only the gate can hold to become no larger than the largest of the ceiling's for the same hosts.
  fileprivate mutating func cut(to ceilings: [RequestRule]) {
    maxBody = Self.smaller(maxBody, ceilings.map(\.maxBody))
    maxResponse = Self.smaller(maxResponse, ceilings.map(\.maxResponse))
    uploadBudget = Self.smaller(uploadBudget, ceilings.map(\.uploadBudget))
  }

  private static func smaller(_ own: Int64?, _ ceilings: [Int64?]) -> Int64? {
    let stated = ceilings.compactMap(\.self)
    guard stated.count == ceilings.count, let largest = stated.max() else { return own }
    return min(own ?? largest, largest)
  }
}

extension EnvironmentSpelling {
  /// Whether a rule (a name, or a prefix and `*`) covers a name, or another rule as a whole.
  package static func matches(_ name: String, rule: String) -> Bool {
    rule.hasSuffix("*") ? name.hasPrefix(rule.dropLast()) : name == rule
  }
}
