import BaileyCore
import BaileyLinux
import Synchronization

/// One connection of the agent, from accept to its end, on its loop's thread.
///
/// learn → decide → resolve → dial → (verify) → relay. Bytes of the client stay in the kernel until they are judged.
final class Connection: LoopSource {
  enum Stage: Equatable {
    /// Waiting for the client to say what it wants.
    case learning
    /// The same inside a CONNECT or SOCKS5 tunnel that is dialled already.
    case verifying
    case socksGreeting, socksRequest
    case deciding, resolving, dialling
    /// The upstream proxy has been asked for a tunnel.
    case tunnelling
    /// The server may speak; the client's first bytes are still looked at.
    case guarded
    case relaying
    /// Refused; waiting for the client to read why.
    case lingering
    case closed
  }

  let session: SessionCore
  let thread: LoopThread
  let door: Door
  let client: Int32
  /// Over the session's limit: it gets a refusal in its own language, and nothing else.
  let isSurplus: Bool
  var identifier: UInt64 = 0
  var stage = Stage.learning
  var deadline: Int64
  /// What the connection is for, as far as it is known before the client has said a word: synthetic name, address, CONNECT, SOCKS5.
  var claim: NamedHost?
  var port: UInt16 = 0
  /// How a refusal must be written.
  var voice = Voice.silence
  var ruling: Ruling?
  /// Policies in force when it was asked for, then whether they still are.
  var policies = 0
  var standing: Standing?
  /// Other policies are being asked; nothing moves meanwhile.
  var isReconsidered = false
  /// TLS that passes unopened.
  var isOpaque = false
  var action: Action?
  var candidates: [IPAddress] = []
  var upstream: Int32 = -1
  var dialled: Endpoint?
  /// Through which the server is reached, and whether it has made the tunnel.
  var route: ProxyRoute?
  var isTunnelled = false
  /// The synthetic address that this connection keeps in the table.
  var held: IPAddress?
  var up = Flow()
  var down = Flow()

  /// The ClientHello that was judged; see `Connection+Retry`.
  var hello: ClientHello?
  var retry = Retry.none

  /// The language in which the client expects an answer at this moment.
  enum Voice { case silence, tls, http, socks }

  private init(_ thread: LoopThread, _ session: SessionCore, _ client: Int32, _ door: Door, isSurplus: Bool) {
    self.thread = thread
    self.session = session
    self.client = client
    self.door = door
    self.isSurplus = isSurplus
    deadline = thread.after(session.options.learning)
    identifier = thread.register(self)
  }

  static func serve(
    _ thread: LoopThread, _ session: SessionCore, _ client: Int32, _ door: Door, isSurplus: Bool = false
  ) {
    let connection = Connection(thread, session, client, door, isSurplus: isSurplus)
    Socket.tune(client)
    do {
      try thread.watch(client, [.input, .output, .peerClosed, .edgeTriggered], connection.identifier)
    } catch {
      return connection.abort()
    }
    connection.begin()
  }

  private func begin() {
    switch door {
    case .capture: beginCapture()
    case .hostPort(let number):
      port = number
      claim = IPAddress(bytes: [127, 0, 0, 1]).map { .address($0) }
      decide(transport: "host-port")
    case .proxy, .dnsDatagrams, .dnsStreams: break
    }
  }

  private func beginCapture() {
    guard let target = session.options.originalDestination(client), target != Socket.localEndpoint(client) else {
      return reset()
    }
    port = target.port
    switch adopt(target.address) {
    case .failure(let refusal): refuse(refusal, address: target.address)
    case .success(let host):
      claim = host
      if session.rules.serverSpeaksFirst(host, port) { decide(transport: "tcp") }
    }
  }

  /// The name that a synthetic address stands for; any other address stands for itself.
  func adopt(_ address: IPAddress) -> Result<NamedHost, Refusal> {
    guard SyntheticNames.isSynthetic(address) else { return .success(.address(address)) }
    let name = session.names.withLock { names -> HostName? in
      guard let name = names.name(of: address) else { return nil }
      names.connected(address)
      return name
    }
    guard let name else { return .failure(.unknownAddress) }
    held = address
    return .success(.name(name))
  }

  func ready(_ events: Readiness, second: Bool) {
    // An edge comes only once, so an early end is noted whatever the stage.
    if !events.isDisjoint(with: [.peerClosed, .hangUp, .error]) { (second ? down : up).isEnding = true }
    switch stage {
    case .learning, .verifying: learn()
    case .socksGreeting, .socksRequest: continueSOCKS()
    case .dialling: if second { finishDialling(events) }
    case .tunnelling: if second { continueTunnelling() }
    case .guarded, .relaying: relay(events, second: second)
    case .lingering: discard()
    case .deciding, .resolving, .closed: break
    }
    if events.contains(.error) || events.contains(.hangUp) { noticeDeath(second: second) }
  }

  /// Both directions are gone. While a decision is open there is nobody left to serve.
  private func noticeDeath(second: Bool) {
    guard !second else { return }
    switch stage {
    case .learning, .verifying, .socksGreeting, .socksRequest, .resolving, .dialling, .tunnelling:
      end(Refusal("client-gone", "the client closed the connection"))
    case .deciding, .guarded, .relaying, .lingering, .closed: break
    }
  }

  func receive(_ message: LoopMessage) {
    switch message {
    case .ruled(_, let ruling, _): ruled(ruling)
    case .resolved(_, let result): resolved(result)
    case .reconsidered: reconsidered()
    case .serve, .answered, .close: break
    }
  }

  func expire() {
    switch stage {
    case .learning, .verifying, .socksGreeting, .socksRequest: refuse(.silent)
    case .dialling: dialNext(after: Refusal("connection-timeout", "no address accepted the connection in time"))
    case .tunnelling: refuse(Refusal("connection-timeout", "the upstream proxy did not answer in time"))
    case .guarded where awaitsFirstBytes: refuse(.silent)
    case .guarded, .relaying: end(Refusal("idle", "nothing moved for too long"))
    case .lingering: finish()
    case .deciding, .resolving, .closed: deadline = 0
    }
  }

  /// In `guarded`: the client has sent a beginning that could still become a protocol with a name.
  var awaitsFirstBytes = false
  /// Bytes read and thrown away after a refusal.
  var discarded = 0
  static let maximumDiscarded = 1 << 20
  /// How often a beginning was looked at; see `looksAgain`.
  private var looks = 0
  private static let maximumLooks = 1000

  /// Each look reads the whole beginning again, so one that comes in crumbs costs its square. No honest client sends 64 KiB in so many.
  func looksAgain() -> Bool {
    looks += 1
    return looks <= Self.maximumLooks
  }

  func abort() { end(Refusal("session-ended", "the session has ended")) }
}

extension Connection {
  /// Closes at once, with the outcome of an allowed action.
  func end(_ reason: Refusal?) {
    guard stage != .closed else { return }
    report(reason)
    if reason != nil { Socket.resetOnClose(client) }
    finish()
  }

  func reset() {
    Socket.resetOnClose(client)
    finish()
  }

  func report(_ reason: Refusal?) {
    guard let ruling, ruling.isAllowed else { return }
    self.ruling = nil
    var detail: [String: JSON] = ["sent": .int(up.moved), "received": .int(down.moved)]
    if let dialled { detail["address"] = .string(dialled.description) }
    if let reason { detail["reason"] = reason.detail }
    session.complete(ruling, Outcome(succeeded: reason == nil, detail: .object(detail)))
  }

  /// Gives up both descriptors and the place in the loop.
  func finish() {
    guard stage != .closed else { return }
    releaseClient()
    Socket.close(client)
  }

  /// As `finish`, but the client's descriptor stays open for its next owner.
  func releaseClient(keepsPlace: Bool = false) {
    stage = .closed
    thread.unwatch(client)
    closeUpstream()
    if let held { session.names.withLock { $0.disconnected(held) } }
    held = nil
    thread.forget(identifier)
    if !keepsPlace { session.dismiss() }
  }

  /// Gives up the connection that a CONNECT or SOCKS5 tunnel has made to the server, for its first request.
  func takeUpstream() -> DialledSocket? {
    guard upstream >= 0, let dialled else { return nil }
    thread.unwatch(upstream)
    defer { upstream = -1 }
    return DialledSocket(owning: upstream, dialled)
  }

  func closeUpstream() {
    guard upstream >= 0 else { return }
    thread.unwatch(upstream)
    Socket.close(upstream)
    upstream = -1
  }
}
