package import BaileyCore

/// Speaks for the merged manifest: each allow and each deny names the line that said so.
///
/// Silent where no rule speaks of an action, which leaves it denied unless a policy allows it. What a policy cannot open is denied here:
/// addresses without a name, names that lead to special addresses, ports of the host, the project, another manifest than was asked for.
package struct ManifestJudge: Judge {
  private let manifest: Manifest
  /// Ports of the host's loopback that the person named on the command line of this start.
  private let personsPorts: Set<UInt16>

  private let project: String?

  /// - Parameter project: where the project lies: a grant there would lead past its staged view and its masks.
  package init(_ manifest: Manifest, project: String? = nil, personsPorts: [UInt16] = []) {
    self.manifest = manifest
    self.project = project
    self.personsPorts = Set(personsPorts)
  }

  package func judge(_ action: Action) -> [Reason] {
    switch action.verb {
    case .netConnect, .httpRequest: connection(action)
    case .dnsQuery: look(up: action)
    case .fileMount: mount(action)
    case .sessionStart: start(action)
    case .workspaceApply: apply()
    case .secretUse: use(action)
    default: []
    }
  }

  private func connection(_ action: Action) -> [Reason] {
    let destination: Destination
    do { destination = try Destination(action) } catch { return [error.reason] }
    let facts = RequestFacts(of: action)
    if let rule = manifest.network.first(where: { $0.access == .deny && $0.denies(destination, facts) }) {
      return [Reason(.deny, "manifest-denies", "\(destination.text) is denied", source: rule.source)]
    }
    if destination.isHostPort { return [hostPort(destination)] }
    if let reason = unnamed(destination) { return [reason] }
    let granting = manifest.network.filter { $0.access != .deny && $0.grants(destination) }
    let matching = granting.filter { $0.admits(facts) }
    if matching.isEmpty, let reason = closest(granting, facts) { return [reason] }
    if let rule = matching.first(where: { $0.access == .allow }) {
      return [Reason(.allow, "manifest-allows", "\(destination.text) is allowed", source: rule.source)]
    }
    if let rule = matching.first {
      return [Reason(.ask, "manifest-asks", "\(destination.text) needs approval", source: rule.source)]
    }
    return [nothingAllows(destination)]
  }

  /// What the rule says that came nearest to admitting the request. Where a rule speaks of the host, no policy allows what it leaves out.
  private func closest(_ rules: [NetworkRule], _ facts: RequestFacts?) -> Reason? {
    guard let facts else { return nil }
    let refusals = rules.compactMap { rule -> RequestRefusal? in
      guard var refusal = rule.request.refusal(of: facts) else { return nil }
      refusal.reason.source = rule.source
      return refusal
    }
    return refusals.max { $0.progress < $1.progress }?.reason
  }

  /// A service of the host's loopback is opened by its port under `host_ports` and by nothing else: no rule of `network` does it.
  private func hostPort(_ destination: Destination) -> Reason {
    let port = destination.port
    guard manifest.hostPorts.contains(port) else {
      return Reason(
        .deny, "nothing-allows",
        "port \(port) of this machine is not opened; `--allow-host-port \(port)` or host_ports in the manifest would")
    }
    return personsPorts.contains(port)
      ? Reason(
        .allow, "person-grants", "the person opens port \(port) of this machine",
        source: SourceLocation(file: "--allow-host-port"))
      : Reason(.allow, "manifest-allows", "port \(port) of this machine is in host_ports")
  }

  /// A name that leads to anything but a public address needs a rule for that address as well.
  private func unnamed(_ destination: Destination) -> Reason? {
    guard let host = destination.host, let address = destination.address, address.addressClass != .global else {
      return nil
    }
    if manifest.network.contains(where: { $0.opens(address, port: destination.port) }) { return nil }
    return Reason(
      .deny, "address-not-named",
      "\(host) leads to \(address), \(address.addressClass.phrase) that no rule names")
  }

  private func nothingAllows(_ destination: Destination) -> Reason {
    // The gate must know of an address before any byte flows, so only the manifest opens one.
    guard destination.host != nil else {
      return Reason(.deny, "nothing-allows", hint(destination, destination.text))
    }
    let rules = manifest.network.filter { rule in
      guard rule.access == .allow, case .host(let pattern) = rule.target, let host = destination.host else {
        return false
      }
      return pattern.matches(host)
    }
    guard let near = rules.first else {
      let isUsual = [80, 443].contains(destination.port)
      return .nothingAllows(hint(destination, isUsual ? destination.host?.text ?? destination.text : destination.text))
    }
    let spoken = destination.transport == "tcp" ? " or not for a protocol without a name (`tcp://`)" : ""
    return .nothingAllows(
      "the rule for \(near.targetText) is not for port \(destination.port)\(spoken)", source: near.source)
  }

  private func hint(_ destination: Destination, _ word: String) -> String {
    "no rule allows \(destination.text); `--allow-host \(word)` or a line under network in the manifest would"
  }

  /// A name may be looked up if some rule could allow a connection to it.
  private func look(up action: Action) -> [Reason] {
    guard let raw = action.resource["name"]?.string, let name = try? HostName(raw) else {
      return [Reason(.deny, "host-malformed", "the question holds no host name")]
    }
    let rules = manifest.network.filter { rule in
      if case .host(let pattern) = rule.target { return pattern.matches(name) }
      return false
    }
    if let rule = rules.first(where: { $0.isDenial && $0.ports.isEmpty && $0.transport == .any }) {
      return [Reason(.deny, "manifest-denies", "\(name) is denied", source: rule.source)]
    }
    if let rule = rules.first(where: { $0.access != .deny }) {
      return [Reason(.allow, "manifest-allows", "\(name) may be looked up", source: rule.source)]
    }
    return [
      .nothingAllows("no rule allows \(name); `--allow-host \(name)` or a line under network in the manifest would")
    ]
  }

  /// A live grant is the person's own order; a deny of the manifest still holds.
  private func mount(_ action: Action) -> [Reason] {
    guard let path = action.resource["path"]?.string else {
      return [Reason(.deny, "action-malformed", "the action names no path")]
    }
    if let project, PathSpelling.isPath(path, within: project) || PathSpelling.isPath(project, within: path) {
      return [
        Reason(
          .deny, "grant-in-project",
          "\(printable(path)) is, or holds, part of the project, which the session sees by its own view")
      ]
    }
    let denied = manifest.files.first { rule in
      guard rule.access == .deny else { return false }
      return PathSpelling.isPath(path, within: rule.path) || PathSpelling.isPath(rule.path, within: path)
    }
    if let denied {
      let what = "\(printable(path)) is, or holds, the denied path \(printable(denied.path))"
      return [Reason(.deny, "manifest-denies", what, source: denied.source)]
    }
    return [Reason(.allow, "person-grants", "the person grants this path to the running session")]
  }

  private func start(_ action: Action) -> [Reason] {
    guard action.resource["manifest_sha256"]?.string == manifest.digest, !manifest.digest.isEmpty else {
      return [Reason(.deny, "manifest-differs", "the session was not asked for with this manifest")]
    }
    return [Reason(.allow, "person-starts", "the person starts this session with this manifest")]
  }

  private func use(_ action: Action) -> [Reason] {
    guard let name = action.resource["name"]?.string, let asks = action.resource["asks"]?.bool else {
      return [Reason(.deny, "action-malformed", "the action names no secret")]
    }
    guard let wish = manifest.secrets.first(where: { $0.name == name }) else {
      return [.nothingAllows("the manifest does not name the secret \(printable(name)) under secrets")]
    }
    return asks
      ? [Reason(.ask, "secret-asks", "the secret \(name) wants each use to be asked for", source: wish.source)]
      : [Reason(.allow, "manifest-allows", "the secret \(name) may be used", source: wish.source)]
  }

  private func apply() -> [Reason] {
    switch manifest.workspace {
    case .staged, .copy: [Reason(.allow, "person-applies", "the person applies changes that were shown")]
    case .readOnly: [Reason(.deny, "workspace-read-only", "the session had the project read-only")]
    case .direct: [Reason(.deny, "workspace-direct", "the session wrote to the project directly; nothing is staged")]
    }
  }
}
