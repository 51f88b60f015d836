import BaileyCore

extension ManifestReader {
  /// A text such as `api.github.com:443`, or a map with `host` or `address`.
  mutating func readNetwork(_ node: YAMLNode) {
    guard case .mapping(let entry, let mark) = node else {
      guard let whole = text(node, "an entry of network") else { return }
      addNetwork(whole, access: .allow, node.mark)
      return
    }
    let keys =
      ["host", "address", "port", "ports", "protocol", "access", "opaque", "allow", "ask", "deny"] + Self.requestKeys
    let members = members(node, of: "an entry of network", keys: keys)
    guard members.count == entry.count else { return }
    if let short = members.first(where: { Effect(rawValue: $0.key) != nil }) {
      guard members.count == 1 else {
        fail("manifest-value", "`\(short.key)` stands alone in its entry", short.mark)
        return
      }
      guard let whole = text(short.value, "a host") else { return }
      addNetwork(whole, access: Effect(rawValue: short.key) ?? .deny, short.value.mark)
      return
    }
    readNetworkMap(members, mark)
  }

  private mutating func readNetworkMap(_ members: [YAMLMember], _ mark: Mark) {
    let before = issues.count
    let targets = members.filter { $0.key == "host" || $0.key == "address" }
    guard targets.count == 1, let target = readTarget(targets[0]) else {
      if targets.count != 1 {
        fail("manifest-value", "an entry of network names one `host` or one `address`", mark)
      }
      return
    }
    var rule = NetworkRule(target: target, source: place(targets[0].value.mark))
    for member in members {
      switch member.key {
      case "port", "ports":
        let nodes: [YAMLNode] = if case .sequence(let nodes, _) = member.value { nodes } else { [member.value] }
        rule.ports += nodes.compactMap { ports($0) }
      case "access": rule.access = choice(member.value, "access") ?? .deny
      case "protocol": rule.transport = transport(member.value) ?? .any
      case "opaque": rule.isOpaque = truth(member.value, "opaque") ?? false
      default: break
      }
    }
    if rule.isOpaque, rule.access == .deny || rule.transport == .http {
      fail("manifest-value", "`opaque` is for TLS that is allowed or asked about", mark)
    }
    rule.request = readRequest(members)
    check(rule, mark)
    if issues.count == before { document.manifest.network.append(rule) }
  }

  private mutating func readTarget(_ member: YAMLMember) -> NetworkRule.Target? {
    guard let spelling = text(member.value, member.key) else { return nil }
    guard let target = target(spelling, member.value.mark) else { return nil }
    if case .host = target, member.key == "address" {
      fail("manifest-address", "`\(printable(spelling))` is a name, not an address", member.value.mark)
      return nil
    }
    return target
  }

  private mutating func transport(_ node: YAMLNode) -> NetworkRule.Transport? {
    if case .scalar("https", _, _) = node { return .tls }
    return choice(node, "protocol")
  }

  private mutating func addNetwork(_ whole: String, access: Effect, _ mark: Mark) {
    do throws(NetworkSpelling.Failure) {
      var rule = try NetworkSpelling.rule(whole, source: place(mark))
      rule.access = access
      document.manifest.network.append(rule)
    } catch {
      fail(error.code, "`\(printable(whole))`: \(error.why)", mark, hint: error.hint)
    }
  }

  private mutating func target(_ spelling: String, _ mark: Mark) -> NetworkRule.Target? {
    do throws(NetworkSpelling.Failure) {
      return try NetworkSpelling.target(spelling)
    } catch {
      fail(error.code, "`\(printable(spelling))`: \(error.why)", mark, hint: error.hint)
      return nil
    }
  }
}
