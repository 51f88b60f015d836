/// A proxy that stands between this machine and its servers, as `egress.yaml` names it.
///
/// It is asked for tunnels alone, and spoken to in clear: what passes through is TLS to the server, or what would be in clear anyway.
package struct UpstreamProxy: Sendable, Equatable {
  package enum Host: Sendable, Equatable { case name(HostName), address(IPAddress) }
  /// What is reached without it.
  package enum Exception: Sendable, Equatable { case host(HostPattern), addresses(AddressRange) }

  package struct Credentials: Sendable, Equatable {
    package var username: String
    /// The name of a secret, whose value is the password.
    package var secret: String

    package init(username: String, secret: String) { (self.username, self.secret) = (username, secret) }
  }

  package var host: Host
  package var port: UInt16
  package var credentials: Credentials?
  package var exceptions: [Exception]

  package init(host: Host, port: UInt16, credentials: Credentials? = nil, exceptions: [Exception] = []) {
    (self.host, self.port, self.credentials, self.exceptions) = (host, port, credentials, exceptions)
  }

  package func serves(_ name: HostName) -> Bool {
    !exceptions.contains { exception in
      if case .host(let pattern) = exception { return pattern.matches(name) }
      return false
    }
  }

  /// This machine is never reached through it.
  package func serves(_ address: IPAddress) -> Bool {
    address.addressClass != .loopback
      && !exceptions.contains { exception in
        if case .addresses(let range) = exception { return range.contains(address) }
        return false
      }
  }
}
