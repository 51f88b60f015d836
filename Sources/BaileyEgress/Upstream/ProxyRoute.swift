import BaileyCore

/// How connections of a session reach servers through the upstream proxy: by CONNECT (RFC 9110 section 9.3.6), whatever is spoken inside.
///
/// The gate has decided before, and proves the server inside the tunnel as it would without one. The proxy looks names up, so addresses
/// they lead to are not checked here.
struct ProxyRoute: Sendable {
  let proxy: UpstreamProxy
  /// Names of the settings, which lead to this machine.
  private let names: Set<HostName>
  private let password: (any SecretValue)?

  /// - Throws: `egress-settings`, and what a broker throws: a proxy's password must be there at the start.
  static func find(_ settings: EgressSettings, _ broker: (any SecretBroker)?) async throws(Fault) -> ProxyRoute? {
    guard let proxy = settings.upstreamProxy else { return nil }
    let names = Set(settings.names.keys)
    guard let credentials = proxy.credentials else { return ProxyRoute(proxy: proxy, names: names, password: nil) }
    guard let broker else { throw Fault("secrets-missing", why: "this controller keeps no secrets") }
    let (card, value) = try await broker.value(of: credentials.secret)
    guard case .name(let host) = proxy.host,
      card.rule.covers(host: host, port: proxy.port, method: "CONNECT", path: "/"), card.rule.places.contains(.basic)
    else {
      throw Fault(
        "egress-settings", subject: credentials.secret, why: "this secret may not go to the upstream proxy",
        hint: "`bailey secrets add` it with the proxy's name as --host and its port as --port")
    }
    return ProxyRoute(proxy: proxy, names: names, password: value)
  }

  var host: NamedHost {
    switch proxy.host {
    case .name(let name): .name(name)
    case .address(let address): .address(address)
    }
  }

  func serves(_ host: NamedHost) -> Bool {
    switch host {
    case .name(let name): !names.contains(name) && proxy.serves(name)
    case .address(let address): proxy.serves(address)
    }
  }

  /// The request for a tunnel, credentials included: never logged, and written to the proxy alone.
  func request(for host: NamedHost, _ port: UInt16) -> [UInt8] {
    let authority = "\(host.bracketed):\(port)"
    let head = Array("CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n".utf8)
    return head + authorization + [13, 10]
  }

  private var authorization: [UInt8] {
    guard let credentials = proxy.credentials, let password else { return [] }
    var pair = Array((credentials.username + ":").utf8)
    password.lend { value in for index in value.indices { pair.append(value[index]) } }
    return Array("Proxy-Authorization: Basic \(Base64.encode(pair))\r\n".utf8)
  }
}

/// What a proxy said to CONNECT.
enum ProxyAnswer: Equatable {
  case undecided
  /// The tunnel begins behind so many bytes.
  case tunnel(Int)
  case refused(Refusal)

  /// Of a head, bytes.
  static let limit = 16 << 10

  /// A success has no body, whatever its fields say (RFC 9110 section 9.3.6).
  init(_ bytes: some RandomAccessCollection<UInt8>) {
    do throws(ResponseHeadError) {
      guard let head = try ResponseHead.parse(bytes.prefix(Self.limit)) else {
        self = bytes.count < Self.limit ? .undecided : .refused(.proxyMalformed)
        return
      }
      self = (200...299).contains(head.status) ? .tunnel(head.length) : .refused(.proxy(head.status))
    } catch {
      self = .refused(.proxyMalformed)
    }
  }
}

extension Refusal {
  static func proxy(_ status: Int) -> Refusal {
    status == 407
      ? Refusal(
        "upstream-proxy-refused",
        "the upstream proxy does not take the credentials of egress.yaml, or wants some (407)",
        hint: "the person looks at `upstream_proxy`, and at `bailey secrets rotate`")
      : Refusal("upstream-proxy-refused", "the upstream proxy answered CONNECT with \(status)")
  }

  static let proxyMalformed = Refusal("upstream-proxy-refused", "the upstream proxy's answer is malformed")
  static let proxyGone = Refusal("upstream-proxy-refused", "the upstream proxy closed the connection")
}

extension SessionCore {
  /// The upstream proxy, where a host is reached through it.
  func route(to host: NamedHost) -> ProxyRoute? { route.flatMap { $0.serves(host) ? $0 : nil } }

  /// Addresses to dial for a host: its own, not checked yet, or those of the proxy.
  func lookUp(_ host: NamedHost, through route: ProxyRoute?) async -> Result<[IPAddress], ResolveError> {
    switch route?.host ?? host {
    case .address(let address): return .success([address])
    case .name(let name):
      do throws(ResolveError) { return .success(try await resolver.addresses(of: name)) } catch {
        return .failure(error)
      }
    }
  }

  /// Of these the ones that may be dialled. A proxy is where the person said.
  func dialable(_ addresses: [IPAddress], _ port: UInt16, through route: ProxyRoute?) -> [IPAddress] {
    route == nil ? rules.dialable(addresses, port) : Array(addresses.prefix(8))
  }
}
