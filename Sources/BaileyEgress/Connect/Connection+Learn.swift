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
    case .http2:
      refuse(Refusal("http2-clear", "HTTP/2 without TLS is not served", hint: "use HTTP/1.1 or TLS"), as: .silence)
    case .socks5: beginSOCKS()
    case .socks4: refuseSOCKS4()
    case .other: isAtProxy ? refuse(Self.notProxy, as: .silence) : learnOther()
    }
  }

  private static let tlsToProxy = Refusal(
    "proxy-request-malformed", "the proxy itself is spoken to without TLS", hint: "use http:// in the proxy variables")
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

  /// TLS to an address has no server name; TLS to a name must have one, or the rule must be for any bytes.
  private func learnUnnamedTLS() {
    guard let claim else { return refuse(.nameMissing) }
    switch claim {
    case .address(let address) where session.rules.names(address, port): proceed(claim, .tls, transport: "address")
    case .name where session.rules.serverSpeaksFirst(claim, port): proceed(claim, .other, transport: "tcp")
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
      return beginRelay()
    }
    claim = host
    decide(transport: transport)
  }

  /// Plain HTTP is decided request by request, in its own pipeline, which takes the descriptor over.
  private func handOff() {
    voice = .http
    if let claim, stage == .verifying, !session.rules.spoken(claim, port).contains(.http) {
      return refuse(.spoken(.http))
    }
    handOff(to: .transparent(claim, port: port, isStrict: door == .proxy))
  }

  func handOff(to origin: HTTPOrigin) {
    if isSurplus { return refuse(.tooManyConnections, as: .http) }
    report(nil)
    let (session, client) = (session, client)
    releaseClient(keepsPlace: true)
    HTTPFront.serve(session, client, origin)
  }
}
