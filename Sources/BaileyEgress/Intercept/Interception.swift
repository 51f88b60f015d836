import BaileyCore
import NIOSSL

/// What a session needs to open TLS: its own authority towards the agent, and proof of servers towards the network.
struct Interception: Sendable {
  let authority: SessionAuthority
  let upstream: UpstreamTLS
  let trust: SandboxTrust
  let residency: Residency

  /// - Throws: `egress-authority`.
  init(ceiling: [NetworkRule]? = nil, _ settings: EgressSettings, _ host: HostTrust) throws(Fault) {
    residency = settings.residency
    do throws(HTTPFailure) { upstream = try UpstreamTLS(host.contexts, host.simpleContexts, settings) } catch {
      throw Self.fault("the authorities for servers cannot be used: \(error)")
    }
    do { authority = try SessionAuthority(ceiling: ceiling) } catch {
      throw Self.fault("the session's authority cannot be made: \(error)")
    }
    do { trust = try TrustStores.make(authority, settings, host) } catch {
      throw Self.fault("the host's authorities, or those of egress.yaml, are no PEM that can be read")
    }
  }

  private static func fault(_ why: String) -> Fault {
    Fault(
      "egress-authority", why: why, hint: "look at the certificates that egress.yaml names, and at the system's own")
  }

  /// - Throws: what the agent is told instead of a certificate.
  func leaf(for host: NamedHost) throws(Refusal) -> NIOSSLContext {
    do { return try authority.context(for: host) } catch is AuthorityEnded {
      throw Refusal(
        "authority-ended", "the session's authority has come to its end after 30 days", hint: "start a new session")
    } catch {
      throw Refusal("certificate-unmade", "the gate cannot make a certificate for \(host.text)")
    }
  }
}
