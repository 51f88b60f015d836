import BaileyCore
import BaileyTLS
import NIOSSL

/// How the gate proves servers to itself in one session: the system's authorities and those of the settings, TLS 1.2 at least.
///
/// A context with the system's authorities takes milliseconds to make, so sessions share the one without a client's key. Those with one are
/// the session's own, and gone with it.
struct UpstreamTLS: Sendable {
  /// One identity towards servers: with HTTP/2 offered, and where nothing but HTTP/1 is.
  private struct Contexts {
    let all: NIOSSLContext
    let onlyHTTP1: NIOSSLContext
  }

  private let plain: Contexts
  private let clients: [(client: EgressSettings.Client, contexts: Contexts)]

  /// - Throws: what is wrong with a certificate, so that it shows before the session starts.
  init(_ contexts: TLSContexts, _ simple: TLSContexts, _ settings: EgressSettings) throws(HTTPFailure) {
    var security = HTTPSecurity(authorities: settings.authorities.isEmpty ? nil : settings.authorities)
    security.trustsSystem = true
    plain = Contexts(all: try contexts.context(security), onlyHTTP1: try simple.context(security))
    var clients: [(EgressSettings.Client, Contexts)] = []
    for client in settings.clients {
      security.identity = client.identity
      clients.append((client, Contexts(all: try contexts.make(security), onlyHTTP1: try simple.make(security))))
    }
    self.clients = clients
  }

  func context(for host: NamedHost, _ port: UInt16, onlyHTTP1: Bool = false) -> NIOSSLContext {
    let contexts = find(host, port)?.contexts ?? plain
    return onlyHTTP1 ? contexts.onlyHTTP1 : contexts.all
  }

  /// Whose certificate a server of this host would be shown: the pattern under which the settings name it.
  func client(for host: NamedHost, _ port: UInt16) -> String? { find(host, port)?.client.host.description }

  private func find(_ host: NamedHost, _ port: UInt16) -> (client: EgressSettings.Client, contexts: Contexts)? {
    guard let name = host.name else { return nil }
    return clients.first { $0.client.port == port && $0.client.host.matches(name) }
  }
}
