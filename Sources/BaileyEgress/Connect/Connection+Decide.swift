import BaileyCore
import BaileyLinux

/// From the decision to a dialled connection.
extension Connection {
  /// - Parameter learned: how the name was learned; what may pass unread is asked for as that instead.
  func decide(transport learned: String) {
    if isSurplus { return refuse(.tooManyConnections) }
    let transport = unread ?? learned
    isOpaque = transport == "opaque"
    var action = Action.connect(
      session.subject, host: claim?.name?.text, address: claimedAddress?.description, port: port, transport: transport)
    if let region = session.region(of: claim) { action.add(["region": .string(region)]) }
    if let name = claim?.name { session.guards.describe(name, session, &action) }
    self.action = action
    stage = .deciding
    deadline = 0
    let (session, loop, identifier) = (session, thread.loop, identifier)
    policies = session.mediator.policies
    Task {
      let ruling = await session.mediator.request(action)
      loop.post(.ruled(source: identifier, ruling, session))
    }
  }

  private var unread: String? {
    if case .hostPort = door { return nil }
    return claim.flatMap { session.rules.unread($0, port, isTLS: hello != nil) }
  }

  var claimedAddress: IPAddress? {
    if case .address(let address) = claim { return address }
    return nil
  }

  func ruled(_ ruling: Ruling) {
    guard stage == .deciding else { return }
    guard ruling.isAllowed else { return speak(Refusal(ruling)) }
    self.ruling = ruling
    standing = Standing(session.mediator, ruling, by: policies)
    if isOpened { return open() }
    switch claim {
    case .name: lookUp()
    case .address(let address): dialAddress(address)
    case nil: refuse(.nameMissing)
    }
  }

  private func lookUp() {
    guard let claim else { return refuse(.nameMissing) }
    stage = .resolving
    route = session.route(to: claim)
    let (session, loop, identifier, route) = (session, thread.loop, identifier, route)
    Task { loop.post(.resolved(source: identifier, await session.lookUp(claim, through: route))) }
  }

  func resolved(_ result: Result<[IPAddress], ResolveError>) {
    guard stage == .resolving, let claim else { return }
    switch result {
    case .failure(let error): refuse(.resolving(error, (route?.host ?? claim).text))
    case .success(let addresses):
      candidates = session.dialable(addresses, port, through: route)
      if candidates.isEmpty { return refuse(.notDialable(claim.text, addresses)) }
      dialNext(after: nil)
    }
  }

  private func dialAddress(_ address: IPAddress) {
    if case .hostPort = door {
      candidates = [address]
    } else {
      guard session.rules.names(address, port) else { return refuse(.notDialable("\(address)", [address])) }
      candidates = session.rules.dialable([address], port)
      if !candidates.isEmpty, session.route(to: .address(address)) != nil { return lookUp() }
    }
    if candidates.isEmpty { return refuse(.notDialable("\(address)", [address])) }
    dialNext(after: nil)
  }

  /// Dials the next of the checked addresses. What was checked is what is dialled: nothing is looked up again.
  func dialNext(after failure: Refusal?) {
    closeUpstream()
    stage = .dialling
    guard !candidates.isEmpty else {
      return refuse(failure ?? Refusal("connection-failed", "no address accepted the connection"))
    }
    let endpoint = Endpoint(candidates.removeFirst(), route?.proxy.port ?? port)
    deadline = thread.after(session.options.dialling)
    do throws(Errno) {
      upstream = try Socket.stream(for: endpoint)
      Socket.tune(upstream)
      dialled = endpoint
      let isConnected = try Socket.connect(upstream, to: endpoint)
      try thread.watch(upstream, [.input, .output, .peerClosed, .edgeTriggered], identifier, second: true)
      if isConnected { connected() }
    } catch {
      dialNext(after: Self.dialFailure(endpoint, error))
    }
  }

  private static func dialFailure(_ endpoint: Endpoint, _ error: Errno) -> Refusal {
    Refusal("connection-failed", "\(endpoint) did not accept the connection (errno \(error.rawValue))")
  }

  func finishDialling(_ events: Readiness) {
    guard let dialled else { return }
    if let error = Socket.takeError(upstream) { return dialNext(after: Self.dialFailure(dialled, error)) }
    if events.contains(.output) { connected() }
  }

  func connected() {
    candidates = []
    if let route, !isTunnelled { return askForTunnel(route) }
    guard door == .proxy else { return door == .capture && isServerFirst ? beginGuarded() : beginRelay() }
    let answer = voice == .socks ? SOCKSRequest.reply(SOCKSRequest.accepted) : Self.established
    guard (try? Socket.send(answer, to: client)) == answer.count else {
      return end(Refusal("client-gone", "the client did not take the answer"))
    }
    voice = .silence
    if isServerFirst { return beginGuarded() }
    stage = .verifying
    deadline = thread.after(session.options.learning)
    learn()
  }

  private static let established = Array("HTTP/1.1 200 Connection Established\r\n\r\n".utf8)

  private var isServerFirst: Bool { claim.map { session.rules.serverSpeaksFirst($0, port) } ?? false }
}
