import BaileyCore
import BaileyLinux

/// What the client wants, from bytes that stay in the kernel.
extension Connection {
  func learn() {
    let bytes: [UInt8]
    do throws(Errno) {
      let count = try thread.buffer.receive(from: client, limit: RequestHead.limit, peek: true)
      if count == 0 { return end(Refusal("client-gone", "the client closed the connection")) }
      bytes = thread.buffer.bytes(0, count)
    } catch .tryAgain {
      return
    } catch {
      return end(Refusal("client-gone", "the connection broke"))
    }
    guard looksAgain() else { return refuse(.silent) }
    judge(bytes)
  }

  private var isAtProxy: Bool { door == .proxy && claim == nil }

  private func judge(_ bytes: [UInt8]) {
    switch FirstBytes(bytes, socks: isAtProxy) {
    case .undecided: voice = .http
    case .tls: isAtProxy ? refuse(Self.tlsToProxy, as: .tls) : learnTLS(bytes)
    case .http: isAtProxy ? learnProxyRequest(bytes) : handOff()
    case .http2: isAtProxy ? refuse(Self.clearToProxy, as: .silence) : handOff(.http2)
    case .socks5: beginSOCKS()
    case .socks4: refuseSOCKS4()
    case .other: isAtProxy ? refuse(Self.notProxy, as: .silence) : learnOther()
    }
  }

  private static let tlsToProxy = Refusal(
    "proxy-request-malformed", "the proxy itself is spoken to without TLS", hint: "use http:// in the proxy variables")
  private static let clearToProxy = Refusal(
    "http2-clear", "the proxy itself is not spoken to in HTTP/2", hint: "use HTTP/1.1 and CONNECT")
  private static let notProxy = Refusal(
    "proxy-request-malformed", "this is neither HTTP nor SOCKS5", hint: "use CONNECT, an absolute URL or SOCKS5")

  private func learnTLS(_ bytes: [UInt8]) {
    voice = .tls
    let hello: ClientHello
    do throws(ClientHelloError) {
      guard let parsed = try ClientHello.parse(bytes) else { return }
      hello = parsed
    } catch {
      return refuse(.tlsMalformed)
    }
    if hello.hidesName { return refuse(.nameHidden) }
    self.hello = hello
    guard let raw = hello.serverName else { return learnUnnamedTLS() }
    guard let name = try? HostName(raw) else { return refuse(.host(raw)) }
    switch agreed(with: .name(name)) {
    case .failure(let refusal): refuse(refusal)
    case .success(let host): proceed(host, .tls, transport: "tls")
    }
  }

  /// TLS to an address has no server name; TLS to a name must have one.
  private func learnUnnamedTLS() {
    guard let claim else { return refuse(.nameMissing) }
    switch claim {
    case .address(let address) where session.rules.names(address, port): proceed(claim, .tls, transport: "tls")
    default: refuse(.nameMissing)
    }
  }

  private func learnOther() {
    guard let claim else { return refuse(.nameMissing) }
    switch claim {
    case .address(let address) where session.rules.names(address, port): proceed(claim, .other, transport: "address")
    default: refuse(.nameMissing)
    }
  }

  /// What the protocol names must be what the connection was made for.
  ///
  /// A captured connection to a bare address is the one exception: there the name decides, and is looked up anew; the agent's address
  /// is not dialled.
  func agreed(with inside: NamedHost) -> Result<NamedHost, Refusal> {
    HostAgreement(claim: claim, isStrict: door == .proxy).agree(inside)
  }

  private func proceed(_ host: NamedHost, _ spoken: SpokenProtocol, transport: String) {
    if stage == .verifying {
      guard session.rules.spoken(host, port).contains(spoken) else { return refuse(.spoken(spoken)) }
      return isOpened ? open() : beginRelay()
    }
    claim = host
    decide(transport: transport)
  }

  /// Whether the gate answers the ClientHello itself, to read what is inside.
  var isOpened: Bool {
    guard hello != nil, let claim else { return false }
    return !session.rules.isOpaque(claim, port) && !session.rules.serverSpeaksFirst(claim, port)
  }

  /// Hands the connection to the HTTP pipeline with a certificate for the name that was judged.
  func open() {
    voice = .tls
    guard let claim else { return refuse(.nameMissing) }
    do throws(Refusal) {
      let context = try session.interception.leaf(for: claim)
      guard session.openings.enter() else { throw .tooManyOpened }
      let opening = TLSOpening(context: context, ruling: ruling)
      ruling = nil
      handOff(to: .secure(claim, port: port), opening)
    } catch {
      refuse(error)
    }
  }

  /// Plain HTTP is decided request by request, in its own pipeline, which takes the descriptor over.
  private func handOff(_ version: HTTPVersion = .http11) {
    voice = version == .http2 ? .silence : .http
    if let claim, stage == .verifying, !session.rules.spoken(claim, port).contains(.http) {
      return refuse(.spoken(.http))
    }
    handOff(to: .transparent(claim, port: port, isStrict: door == .proxy), version: version)
  }

  func handOff(to origin: HTTPOrigin, _ opening: TLSOpening? = nil, version: HTTPVersion = .http11) {
    // Whoever opens has been decided, and so is none.
    if isSurplus, opening == nil {
      return refuse(.tooManyConnections, as: version == .http2 ? .silence : .http)
    }
    report(nil)
    let dialled = takeUpstream()
    let (session, client) = (session, client)
    releaseClient(keepsPlace: true)
    HTTPFront.serve(session, client, origin, opening, dialled, version)
  }
}
