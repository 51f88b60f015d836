/// The permissions of a session, as read from YAML, JSON, a profile and the command line.
///
/// A plain value: reading and merging are BaileyPolicy's, turning it into mounts is BaileySandbox's. Every rule knows where it
/// was written, so that a decision can name the line.
package struct Manifest: Sendable, Equatable {
  package var name = ""
  package var workspace = WorkspaceMode.staged
  package var files: [FileRule] = []
  package var network: [NetworkRule] = []
  package var environment = EnvironmentRules()
  /// What the agent uses and never sees.
  package var secrets: [SecretWish] = []
  package var limits = Limits()
  package var recording = RecordingRules()
  /// Patterns of files that the agent must not read, matched in every directory of the project.
  package var sensitive: [Glob] = []
  /// Kernel features the session may start without; every start says which are missing.
  package var optional: Set<Feature> = []
  /// Ports of servers inside that become reachable on the host's loopback.
  package var publish: [UInt16] = []
  /// Services on the host's loopback that become reachable inside.
  package var hostPorts: [UInt16] = []
  /// SHA-256 of the canonical form, lower-case hex: what trust and the log refer to. Set by the reader.
  package var digest = ""

  package init() {}
}

/// How the project appears inside, and how its changes come out.
package enum WorkspaceMode: String, Sendable, CaseIterable {
  case staged, direct, copy
  case readOnly = "read-only"
}

package struct FileRule: Sendable, Equatable {
  package enum Access: String, Sendable, CaseIterable { case read, write, deny }

  /// Absolute and lexically normal, or relative to the project; `~/` has been expanded.
  package var path: String
  package var access: Access
  package var source: SourceLocation

  package init(path: String, access: Access, source: SourceLocation) {
    self.path = path
    self.access = access
    self.source = source
  }
}

package struct NetworkRule: Sendable, Equatable {
  /// What may be spoken: `any` and `tls` and `http` need a name in the protocol; `tcp` also passes protocols in which the server speaks first.
  package enum Transport: String, Sendable, CaseIterable { case any, tls, http, tcp }

  package enum Target: Sendable, Equatable {
    case host(HostPattern)
    case address(AddressRange)
  }

  package var target: Target
  /// Empty means 443 and 80.
  package var ports: [ClosedRange<UInt16>]
  package var transport: Transport
  package var access: Effect
  /// TLS passes unopened: for programs that accept only the server's own certificate. Name and bytes are judged, requests are not.
  package var isOpaque: Bool
  /// What it says of single requests, if anything.
  package var request = RequestRule()
  package var source: SourceLocation

  package init(
    target: Target, ports: [ClosedRange<UInt16>] = [], transport: Transport = .any, access: Effect = .allow,
    isOpaque: Bool = false, source: SourceLocation
  ) {
    self.target = target
    self.ports = ports
    self.transport = transport
    self.access = access
    self.isOpaque = isOpaque
    self.source = source
  }
}

package struct EnvironmentRules: Sendable, Equatable {
  /// Names, or prefixes ending in `*`, that pass from the caller. A secret-looking name passes only when spelled out in `secrets`.
  package var pass: [String] = []
  package var set: [String: String] = [:]
  package var secrets: [String] = []

  package init() {}
}

/// Ceilings of a session. `nil` is the built-in default, which `bailey doctor` prints.
package struct Limits: Sendable, Equatable {
  package var processes: Int?
  /// Bytes.
  package var memory: Int64?
  /// Open descriptors of one process.
  package var files: Int?
  /// Bytes of one file.
  package var fileSize: Int64?
  /// Seconds of processor time, all processes together.
  package var cpuSeconds: Int?
  package var wallSeconds: Int?
  /// Bytes sent through the gate, all connections together.
  package var uploadBytes: Int64?
  /// Tokens of models, sent and received, all requests together.
  package var tokens: Int64?
  /// Millionths of a US dollar that models cost, by the prices of `egress.yaml`.
  package var cost: Int64?

  package init() {}
}

/// A kernel feature that a sandbox stands on.
package enum Feature: String, Sendable, CaseIterable {
  case userNamespaces = "user-namespaces"
  case overlay, landlock, seccomp
  case seccompNotify = "seccomp-notify"
  case nftables
  case idmappedMounts = "idmapped-mounts"
  case cgroup
}
