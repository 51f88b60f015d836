import BaileyCore

/// What a client speaks, as far as the gate tells protocols apart.
enum SpokenProtocol: Sendable, Hashable { case tls, http, other }

/// What must be known of the manifest's rules before, between and after decisions. It never allows anything by itself.
struct EgressRules: Sendable {
  private let rules: [NetworkRule]

  init(_ rules: [NetworkRule]) { self.rules = rules }

  /// Whether the server may speak first: only a rule of transport `tcp` for this very destination says so.
  func serverSpeaksFirst(_ host: NamedHost, _ port: UInt16) -> Bool {
    granting(host, port).contains { $0.transport == .tcp }
  }

  /// An address without a name needs a rule that names the address.
  func names(_ address: IPAddress, _ port: UInt16) -> Bool { !granting(.address(address), port).isEmpty }

  /// What may be spoken with a destination that has been allowed.
  ///
  /// A name that no rule of the manifest covers was allowed by a policy: what carries the name may be spoken.
  func spoken(_ host: NamedHost, _ port: UInt16) -> Set<SpokenProtocol> {
    var result: Set<SpokenProtocol> = []
    let granting = granting(host, port)
    if granting.isEmpty, case .name = host { return [.tls, .http] }
    for rule in granting {
      switch (rule.transport, host) {
      case (.tls, _): result.insert(.tls)
      case (.http, _): result.insert(.http)
      case (.any, .name): result.formUnion([.tls, .http])
      case (.tcp, _), (.any, .address): result.formUnion([.tls, .http, .other])
      }
    }
    return result
  }

  enum Mention { case written, wildcard, none }

  /// Whether some rule writes this name out, or covers it.
  func mention(of name: HostName) -> Mention {
    let patterns = rules.compactMap { rule -> HostPattern? in
      if case .host(let pattern) = rule.target, pattern.matches(name) { return pattern }
      return nil
    }
    if patterns.isEmpty { return .none }
    return patterns.allSatisfy(\.isWildcard) ? .wildcard : .written
  }

  /// Of the addresses that a name leads to, those that may be dialled: public ones, and special ones that a rule names.
  func dialable(_ addresses: [IPAddress], _ port: UInt16) -> [IPAddress] {
    addresses.filter { !denies($0, port) && ($0.addressClass == .global || opens($0, port)) }
  }

  /// Metadata services, multicast and addresses that two stacks may read differently stay closed, whatever the rules say.
  private static let neverReached: Set<AddressClass> = [.metadata, .unspecified, .multicast, .embedded, .reserved]

  private func opens(_ address: IPAddress, _ port: UInt16) -> Bool {
    guard !Self.neverReached.contains(address.addressClass) else { return false }
    return rules.contains { rule in
      guard case .address(let range) = rule.target, rule.access == .allow else { return false }
      return covers(rule, port) && names(range, address)
    }
  }

  private func denies(_ address: IPAddress, _ port: UInt16) -> Bool {
    rules.contains { rule in
      guard case .address(let range) = rule.target, rule.access == .deny else { return false }
      return range.contains(address) && (rule.ports.isEmpty || covers(rule, port))
    }
  }

  private func granting(_ host: NamedHost, _ port: UInt16) -> [NetworkRule] {
    rules.filter { rule in
      guard rule.access != .deny, covers(rule, port) else { return false }
      switch (rule.target, host) {
      case (.host(let pattern), .name(let name)): return pattern.matches(name)
      case (.address(let range), .address(let address)): return names(range, address)
      default: return false
      }
    }
  }

  private func covers(_ rule: NetworkRule, _ port: UInt16) -> Bool {
    rule.ports.isEmpty ? port == 443 || port == 80 : rule.ports.contains { $0.contains(port) }
  }

  /// `0.0.0.0/0` is for public addresses; a special one needs a range that lies in its own kind of space.
  private func names(_ range: AddressRange, _ address: IPAddress) -> Bool {
    guard range.contains(address) else { return false }
    return address.addressClass == .global || range.base.addressClass == address.addressClass
  }
}
