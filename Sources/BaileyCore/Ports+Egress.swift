/// Opens the gate to the network for sessions.
package protocol EgressGate: Sendable {
  /// Makes a session's own authority, before its sandbox, which is to trust it.
  ///
  /// - Parameters:
  ///   - rules: the manifest's network rules, for what must be known before bytes flow (transport, address ranges); each
  ///     connection is still decided by a mediator.
  ///   - ceilings: of each the rules beyond which nothing can ever be allowed; none where policies can open further hosts.
  ///   - credentials: what is put into requests in place of placeholders.
  /// - Throws: `egress-settings`, `egress-authority`, `egress-unavailable`.
  func prepare(
    subject: Subject, rules: [NetworkRule], ceilings: [[NetworkRule]], credentials: SessionCredentials?
  ) async throws(Fault) -> any PreparedEgress
}

extension EgressGate {
  /// Both steps in one, for where no sandbox lies between them.
  package func open(
    subject: Subject, channels: [SandboxChannel: Int32], rules: [NetworkRule], uploadBudget: Int64?,
    mediator: any Mediator
  ) async throws(Fault) -> any EgressSession {
    try await prepare(subject: subject, rules: rules, ceilings: [], credentials: nil)
      .open(channels: channels, uploadBudget: uploadBudget, mediator: mediator)
  }
}

/// A gate for one session that is not open yet.
package protocol PreparedEgress: Sendable {
  /// What the sandbox's programs are to trust.
  var trust: SandboxTrust { get }
  /// Serves the channels of one sandbox until `close`.
  func open(
    channels: [SandboxChannel: Int32], uploadBudget: Int64?, models: ModelBudget, mediator: any Mediator
  ) async throws(Fault) -> any EgressSession
}

extension PreparedEgress {
  /// Without a limit for models.
  package func open(channels: [SandboxChannel: Int32], uploadBudget: Int64?, mediator: any Mediator)
    async throws(Fault) -> any EgressSession
  {
    try await open(channels: channels, uploadBudget: uploadBudget, models: ModelBudget(), mediator: mediator)
  }
}

package protocol EgressSession: Sendable {
  var traffic: Traffic { get }
  /// Closes every connection and listener of the session.
  func close() async
}

package struct Traffic: Sendable, Equatable {
  package var sent: Int64
  package var received: Int64
  package var connections: Int64

  package init(sent: Int64 = 0, received: Int64 = 0, connections: Int64 = 0) {
    self.sent = sent
    self.received = received
    self.connections = connections
  }
}

/// Certificates for the programs of one sandbox. Nothing in it is secret.
package struct SandboxTrust: Sendable, Equatable {
  /// The session's own authority, PEM.
  package var authority: [UInt8]
  /// The host's authorities, those of the settings and the session's, PEM.
  package var bundle: [UInt8]
  /// The same as a Java key store.
  package var keyStore: [UInt8]

  package init(authority: [UInt8], bundle: [UInt8], keyStore: [UInt8]) {
    self.authority = authority
    self.bundle = bundle
    self.keyStore = keyStore
  }
}

/// What the administrator and the person say of servers, for all sessions: `egress.yaml`.
package struct EgressSettings: Sendable, Equatable {
  /// What servers of these hosts are shown on this port when they ask for a certificate.
  package struct Client: Sendable, Equatable {
    package var host: HostPattern
    package var port: UInt16
    package var identity: HTTPSecurity.Identity

    package init(host: HostPattern, port: UInt16 = 443, identity: HTTPSecurity.Identity) {
      self.host = host
      self.port = port
      self.identity = identity
    }
  }

  /// Certificates, PEM, that are trusted beside the system's.
  package var authorities: [UInt8] = []
  /// The first that matches counts.
  package var clients: [Client] = []
  /// Names that are not looked up but lead to this machine's loopback, for tests. A rule must name the address as well.
  package var names: [HostName: IPAddress] = [:]
  package var residency = Residency()
  package var models = ModelSettings()
  package var upstreamProxy: UpstreamProxy?

  package init() {}
}
