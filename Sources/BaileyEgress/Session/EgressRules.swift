import BaileyCore

/// What a client speaks, as far as the gate tells protocols apart.
enum SpokenProtocol: Sendable, Hashable { case tls, http, other }

/// What must be known of the manifest's rules before, between and after decisions. It never allows anything by itself.
struct EgressRules: Sendable {
  private let rules: [NetworkRule]
  /// Whose they are: 0 is the session's, ceilings follow.
  private let layer: Int

  init(_ rules: [NetworkRule], layer: Int = 0) { (self.rules, self.layer) = (rules, layer) }

  /// Whether the server may speak first: only a rule of transport `tcp` for this very destination says so.
  func serverSpeaksFirst(_ host: NamedHost, _ port: UInt16) -> Bool {
    closest(host, port).contains { $0.transport == .tcp } && !mustRead(host, port)
  }

  /// The transport of `Action.connect` where bytes may pass unread, however the name was learned; `nil` where all is read.
  ///
  /// - Parameter isTLS: a ClientHello was seen; before that a tunnel to an address may carry anything.
  func unread(_ host: NamedHost, _ port: UInt16, isTLS: Bool) -> String? {
    if serverSpeaksFirst(host, port) { return host.name == nil ? "address" : "tcp" }
    if host.name == nil, !isTLS, spoken(host, port).contains(.other) { return "address" }
    return isOpaque(host, port) ? "opaque" : nil
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
      case (.any, .address) where !rule.request.isPlain: result.formUnion([.tls, .http])
      case (.tcp, _), (.any, .address): result.formUnion([.tls, .http, .other])
      }
    }
    return mustRead(host, port) ? result.subtracting([.other]) : result
  }

  /// Whether TLS with this destination passes unopened: the rule that names it most closely says so.
  func isOpaque(_ host: NamedHost, _ port: UInt16) -> Bool {
    closest(host, port).contains(where: \.isOpaque) && !mustRead(host, port)
  }

  /// A rule denies some requests there, so all must be read. Such rules name hosts.
  private func mustRead(_ host: NamedHost, _ port: UInt16) -> Bool {
    rules.contains { rule in
      guard rule.access == .deny, !rule.request.isPlain, rule.ports.isEmpty || rule.covers(port: port) else {
        return false
      }
      guard case .host(let pattern) = rule.target, let name = host.name else { return false }
      return pattern.matches(name)
    }
  }

  /// Whether `%2F` within a path passes: a rule that grants the destination says so.
  func keepsEncodedSlash(_ host: NamedHost, _ port: UInt16) -> Bool {
    granting(host, port).contains(where: \.request.keepsEncodedSlash)
  }

  /// Whether a rule grants this request. Where none does a policy allowed it.
  func admits(_ host: NamedHost, _ port: UInt16, _ facts: RequestFacts) -> Bool {
    rules.contains { grants($0, host, port) && $0.request.refusal(of: facts) == nil }
  }

  /// What the gate must count of a request: of the rules that admit it, the widest. Without such a rule a policy allowed it, and nothing is.
  func limits(_ host: NamedHost, _ port: UInt16, _ facts: RequestFacts) -> RequestLimits {
    let admitting = rules.enumerated().filter { _, rule in
      grants(rule, host, port) && rule.request.refusal(of: facts) == nil
    }
    let requests = admitting.map(\.element.request)
    let budgets = admitting.compactMap { index, rule in
      rule.request.uploadBudget.map { UploadBudget(owner: .init(layer: layer, rule: index), bytes: $0) }
    }
    let isLimited = !requests.isEmpty && requests.allSatisfy { $0.methods != nil }
    return RequestLimits(
      maxBody: Self.widest(requests.map(\.maxBody)), maxResponse: Self.widest(requests.map(\.maxResponse)),
      budgets: budgets.isEmpty || budgets.count < admitting.count ? [] : [budgets],
      watchesMethod: isLimited || deniesMethods(host, port))
  }

  private func deniesMethods(_ host: NamedHost, _ port: UInt16) -> Bool {
    rules.contains { rule in
      guard rule.access == .deny, rule.request.methods != nil, rule.ports.isEmpty || rule.covers(port: port) else {
        return false
      }
      return switch host {
      case .name(let name): rule.names(name)
      case .address(let address): rule.names(address)
      }
    }
  }

  private static func widest(_ limits: [Int64?]) -> Int64? {
    let stated = limits.compactMap(\.self)
    return stated.count == limits.count ? stated.max() : nil
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

  /// Of the addresses that a name leads to, those that may be dialled: public ones, and special ones that a rule names. The first eight:
  /// each may take its time to refuse.
  func dialable(_ addresses: [IPAddress], _ port: UInt16) -> [IPAddress] {
    Array(addresses.lazy.filter { !denies($0, port) && ($0.addressClass == .global || opens($0, port)) }.prefix(8))
  }

  /// Metadata services, multicast and addresses that two stacks may read differently stay closed, whatever the rules say.
  private static let neverReached: Set<AddressClass> = [.metadata, .unspecified, .multicast, .embedded, .reserved]

  private func opens(_ address: IPAddress, _ port: UInt16) -> Bool {
    guard !Self.neverReached.contains(address.addressClass) else { return false }
    return rules.contains { $0.access == .allow && $0.covers(port: port) && $0.names(address) }
  }

  private func denies(_ address: IPAddress, _ port: UInt16) -> Bool {
    rules.contains { rule in
      guard case .address(let range) = rule.target, rule.access == .deny, rule.request.isPlain else { return false }
      return range.contains(address) && (rule.ports.isEmpty || rule.covers(port: port))
    }
  }

  /// Of the rules that grant this those that name it most closely: they say how it passes, and a wider one does not.
  private func closest(_ host: NamedHost, _ port: UInt16) -> [NetworkRule] {
    let granting = granting(host, port)
    let nearest = granting.map(\.closeness).max()
    return granting.filter { $0.closeness == nearest }
  }

  private func granting(_ host: NamedHost, _ port: UInt16) -> [NetworkRule] {
    rules.filter { grants($0, host, port) }
  }

  private func grants(_ rule: NetworkRule, _ host: NamedHost, _ port: UInt16) -> Bool {
    guard rule.access != .deny, rule.covers(port: port) else { return false }
    return switch host {
    case .name(let name): rule.names(name)
    case .address(let address): rule.names(address)
    }
  }
}
