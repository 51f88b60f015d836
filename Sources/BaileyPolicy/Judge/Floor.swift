package import BaileyCore

/// What nobody can relax: no manifest, no administrator, no yes of the person.
///
/// Denies or is silent. THREATMODEL says why each entry is here. Paths are compared as they are written: whoever asks resolves
/// symbolic links first, and asks about the resolved path.
package struct Floor: Judge {
  let paths: ProtectedPaths

  /// - Parameters:
  ///   - home: the person's real home.
  ///   - ownDirectories: Bailey's state, configuration and runtime directories.
  package init(home: String, ownDirectories: [String]) {
    paths = ProtectedPaths(home: home, ownDirectories: ownDirectories)
  }

  package func judge(_ action: Action) -> [Reason] {
    switch action.verb {
    case .netConnect, .httpRequest: connection(action)
    case .dnsQuery: look(up: action)
    case .fileMount: mount(action)
    case .sessionStart, .workspaceApply: project(action)
    default: []
    }
  }

  private func connection(_ action: Action) -> [Reason] {
    let destination: Destination
    do { destination = try Destination(action) } catch { return [error.reason] }
    if let host = destination.host, let reason = Self.refusal(of: host) { return [reason] }
    guard let address = destination.address, Self.neverReached.contains(address.addressClass) else { return [] }
    return [Reason(.deny, "floor-address", "\(address) is \(address.addressClass.phrase), which is never reached")]
  }

  /// Loopback, link-local, private and shared addresses are not here: a manifest may name them one by one.
  private static let neverReached: Set<AddressClass> = [.metadata, .unspecified, .multicast, .embedded, .reserved]

  private func look(up action: Action) -> [Reason] {
    guard let raw = action.resource["name"]?.string, let host = try? HostName(raw) else {
      return [Reason(.deny, "host-malformed", "the question holds no host name")]
    }
    return Self.refusal(of: host).map { [$0] } ?? []
  }

  private static func refusal(of host: HostName) -> Reason? {
    if host.text == "localhost" || host.text.hasSuffix(".localhost") {
      return Reason(
        .deny, "floor-loopback", "\(host) is the sandbox itself; `--allow-host-port PORT` reaches a service of the host"
      )
    }
    if metadataNames.contains(host.text) {
      return Reason(.deny, "floor-metadata", "\(host) hands out the credentials of this machine")
    }
    return nil
  }

  private static let metadataNames: Set<String> = [
    "metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal",
    "metadata.tencentyun.com", "metadata.platformequinix.com",
  ]

  private func mount(_ action: Action) -> [Reason] {
    guard let path = action.resource["path"]?.string else {
      return [Reason(.deny, "action-malformed", "the action names no path")]
    }
    let refusal = paths.refusal(path, writing: action.resource["access"]?.string != "read")
    return refusal.map { [Reason(.deny, "floor-path", $0)] } ?? []
  }

  private func project(_ action: Action) -> [Reason] {
    guard let path = action.resource["project"]?.string else {
      return [Reason(.deny, "action-malformed", "the action names no project")]
    }
    // Not as a grant for writing: what is applied has been shown, and dotfiles are projects too.
    return paths.refusal(path, writing: false).map { [Reason(.deny, "floor-path", $0)] } ?? []
  }
}

extension Floor {
  /// The grants of a manifest that the floor refuses, each with its place; such a manifest does not start a session.
  ///
  /// - Parameter realPath: resolves symbolic links; `nil` where nothing exists yet.
  package func refusals(of rules: [FileRule], realPath: (String) -> String?) -> [ManifestIssue] {
    rules.compactMap { rule in
      guard rule.access != .deny, ExactText(rule.path).isAbsolute else { return nil }
      let candidates = [rule.path, realPath(rule.path)].compactMap(\.self)
      guard let why = candidates.compactMap({ paths.refusal($0, writing: rule.access == .write) }).first else {
        return nil
      }
      return ManifestIssue("floor-path", why, hint: "name a directory that holds nothing of the kind", at: rule.source)
    }
  }
}
