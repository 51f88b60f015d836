package import BaileyCore

extension NetworkRule {
  /// Whether a rule that allows or asks speaks of this destination.
  ///
  /// A name is matched by host rules, an address without a name by address rules.
  package func grants(_ destination: Destination) -> Bool {
    guard covers(port: destination.port), speaks(destination.transport) else { return false }
    if let host = destination.host { return names(host) }
    return destination.address.map(names) ?? false
  }

  /// Whether a deny rule speaks of this destination: by name or by address, and without ports for every port.
  package func denies(_ destination: Destination) -> Bool {
    guard ports.isEmpty || covers(port: destination.port) else { return false }
    guard transport == .any || speaks(destination.transport) || mayCarry(destination.transport) else { return false }
    switch target {
    case .host(let pattern): return destination.host.map(pattern.matches) ?? false
    case .address(let range): return destination.address.map(range.contains) ?? false
    }
  }

  /// As `denies`, and of what it says of requests: a rule for some of them denies no connection.
  func denies(_ destination: Destination, _ facts: RequestFacts?) -> Bool {
    denies(destination) && (request.isPlain || facts.map(request.denies) ?? false)
  }

  /// Whether a rule that grants a destination admits the request there; connections it always does.
  func admits(_ facts: RequestFacts?) -> Bool { facts.map { request.refusal(of: $0) == nil } ?? true }

  /// Whether it denies all that it speaks of.
  var isDenial: Bool { access == .deny && request.isPlain }

  /// Whether this is an address rule that opens `address` for the look-up of a name that another rule allows.
  package func opens(_ address: IPAddress, port: UInt16) -> Bool {
    access == .allow && covers(port: port) && names(address)
  }

  /// Whether all that another rule speaks of, by target and port, lies within this one.
  func covers(_ other: NetworkRule) -> Bool {
    let usual: [ClosedRange<UInt16>] = [80...80, 443...443]
    let (own, others) = (ports.isEmpty ? usual : ports, other.ports.isEmpty ? usual : other.ports)
    let isPort = others.allSatisfy { inner in
      own.contains { $0.contains(inner.lowerBound) && $0.contains(inner.upperBound) }
    }
    guard isPort else { return false }
    switch (target, other.target) {
    case (.host(let pattern), .host(let inner)):
      return pattern == inner || pattern.isWildcard && pattern.matches(inner.name)
    case (.address(let range), .address(let inner)):
      return range.prefix <= inner.prefix && range.contains(inner.base)
    default: return false
    }
  }

  /// Whether something may fall under both, ports aside.
  func overlaps(_ other: NetworkRule) -> Bool {
    switch (target, other.target) {
    case (.host(let one), .host(let two)):
      one == two || one.isWildcard && one.matches(two.name) || two.isWildcard && two.matches(one.name)
        || one.isWildcard && two.isWildcard && one.name == two.name
    case (.address(let one), .address(let two)): one.contains(two.base) || two.contains(one.base)
    default: false
    }
  }

  /// `tcp` passes everything. The name of a CONNECT or SOCKS5 request stands before the protocol inside is known: the gate holds the
  /// bytes to the rule's transport, and asks as `tcp`, `address` or `opaque` where they may pass unread.
  private func speaks(_ spoken: String) -> Bool {
    switch (transport, spoken) {
    case (_, "host-port"): false
    case (.tcp, _), (_, "connect"), (_, "socks5"): true
    case (_, "opaque"): isOpaque
    case (.any, "tls"), (.any, "http"), (.any, "address"), (.tls, "tls"), (.http, "http"): true
    default: false
    }
  }

  /// What passes unread may be what a deny speaks of.
  private func mayCarry(_ spoken: String) -> Bool {
    spoken == "tcp" || spoken == "address" || spoken == "opaque" && transport == .tls
  }
}
