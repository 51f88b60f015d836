package import BaileyCore

extension NetworkRule {
  /// Whether a rule that allows or asks speaks of this destination.
  ///
  /// A name is matched by host rules, an address without a name by address rules. Without ports the rule is for 443 and 80.
  package func grants(_ destination: Destination) -> Bool {
    guard coversPort(destination.port), speaks(destination.transport) else { return false }
    switch target {
    case .host(let pattern): return destination.host.map(pattern.matches) ?? false
    case .address(let range): return destination.host == nil && (destination.address.map(names(range)) ?? false)
    }
  }

  /// Whether a deny rule speaks of this destination: by name or by address, and without ports for every port.
  package func denies(_ destination: Destination) -> Bool {
    guard ports.isEmpty || coversPort(destination.port) else { return false }
    guard transport == .any || speaks(destination.transport) else { return false }
    switch target {
    case .host(let pattern): return destination.host.map(pattern.matches) ?? false
    case .address(let range): return destination.address.map(range.contains) ?? false
    }
  }

  /// Whether this is an address rule that opens `address` for the look-up of a name that another rule allows.
  package func opens(_ address: IPAddress, port: UInt16) -> Bool {
    guard case .address(let range) = target, access == .allow else { return false }
    return coversPort(port) && names(range)(address)
  }

  private func coversPort(_ port: UInt16) -> Bool {
    ports.isEmpty ? port == 443 || port == 80 : ports.contains { $0.contains(port) }
  }

  /// `tcp` passes everything; the name of a CONNECT or SOCKS5 request stands before the protocol inside is known, and the gate
  /// holds the bytes to the rule's transport.
  private func speaks(_ spoken: String) -> Bool {
    switch (transport, spoken) {
    case (_, "host-port"): false
    case (.tcp, _), (_, "connect"), (_, "socks5"), (_, "address"): true
    case (.any, "tls"), (.any, "http"), (.tls, "tls"), (.http, "http"): true
    default: false
    }
  }

  /// A range names a special address only if the range itself lies in that kind of space: `0.0.0.0/0` is for public ones.
  private func names(_ range: AddressRange) -> (IPAddress) -> Bool {
    { address in
      guard range.contains(address) else { return false }
      return address.addressClass == .global || range.base.addressClass == address.addressClass
    }
  }
}
