package import BaileyCore

/// Denies what a ceiling does not cover. Never allows: what it says nothing against needs another judge's allow.
package struct CeilingJudge: Judge {
  private let limit: ManifestDocument

  package init(_ limit: ManifestDocument) { self.limit = limit }

  package func judge(_ action: Action) -> [Reason] {
    switch action.verb {
    case .netConnect, .httpRequest:
      guard let destination = try? Destination(action) else { return [above("this destination")] }
      if destination.isHostPort {
        return limit.manifest.hostPorts.contains(destination.port) ? [] : [above(destination.text)]
      }
      let facts = RequestFacts(of: action)
      let covers = limit.manifest.network.contains {
        $0.access != .deny && $0.grants(destination) && $0.admits(facts)
      }
      return covers ? [] : [above(destination.text)]
    case .dnsQuery:
      guard let name = action.resource["name"]?.string.flatMap({ try? HostName($0) }) else {
        return [above("this name")]
      }
      return couldAllow(name) ? [] : [above(name.text)]
    case .fileMount:
      guard let path = action.resource["path"]?.string else { return [above("this path")] }
      return covers(path, writing: action.resource["access"]?.string != "read") ? [] : [above(printable(path))]
    default: return []
    }
  }

  private func couldAllow(_ name: HostName) -> Bool {
    limit.manifest.network.contains { rule in
      guard rule.access != .deny, case .host(let pattern) = rule.target else { return false }
      return pattern.matches(name)
    }
  }

  private func covers(_ path: String, writing: Bool) -> Bool {
    limit.manifest.files.contains { rule in
      rule.access != .deny && (rule.access == .write || !writing) && PathSpelling.isPath(path, within: rule.path)
    }
  }

  private func above(_ what: String) -> Reason {
    Reason(
      .deny, "above-ceiling", "\(what) is not within the ceiling of \(printable(limit.file))",
      source: SourceLocation(file: limit.file))
  }
}
