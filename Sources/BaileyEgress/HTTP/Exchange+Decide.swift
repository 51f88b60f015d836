import BaileyCore
import BaileyLinux
import NIOCore

/// Decision, look-up and dialling.
extension Exchange {
  func decide(_ action: Action) {
    guard let loop = agent?.loop else { return }
    let bound = NIOLoopBound(self, eventLoop: loop)
    let session = session
    policies = session.mediator.policies
    Task {
      let ruling = await session.mediator.request(action)
      loop.execute { bound.value.ruled(ruling) }
    }
  }

  private func ruled(_ ruling: Ruling) {
    guard state == .deciding, let target else {
      if ruling.isAllowed { session.complete(ruling, Outcome(succeeded: false, detail: ["reason": "client-gone"])) }
      return
    }
    guard ruling.isAllowed else { return speak(Refusal(ruling)) }
    self.ruling = ruling
    key = ServerKey(target, head.version)
    state = .dialling
    obtain()
  }

  /// A connection that is there, or that another exchange is making, or a new one.
  private func obtain() {
    guard state == .dialling, let key, let target, let loop = agent?.loop else { return }
    let bound = NIOLoopBound(self, eventLoop: loop)
    if let opened = servers.reuse(key, asksForWebSocket: head.wantsWebSocket, loop) {
      return follow(opened) { exchange, error in
        exchange.needsHTTP1 = error is NeedsHTTP1
        exchange.resolve(target)
      }
    }
    if !hasWaited, let wait = servers.wait(key, loop) {
      hasWaited = true
      return wait.whenComplete { _ in bound.value.obtain() }
    }
    isDialling = !hasWaited
    // All requests of a tunnel have its host and port, so its connection serves the first of them. One that has died meanwhile is made anew,
    // to the same address.
    guard let socket = servers.takeDialled() else { return resolve(target) }
    let address = socket.endpoint.address
    candidates = [address]
    if socket.isOver { return dial() }
    follow(servers.adopt(socket, key, asksForWebSocket: head.wantsWebSocket, loop)) { exchange, error in
      exchange.notDialled(error, address)
    }
  }

  private func follow(_ opened: Servers.Opened, otherwise: @escaping @Sendable (Exchange, any Error) -> Void) {
    guard let loop = agent?.loop else { return }
    let bound = NIOLoopBound(self, eventLoop: loop)
    opened.whenComplete { result in
      switch result {
      case .success(let server): bound.value.dialled(server.value)
      case .failure(let error): otherwise(bound.value, error)
      }
    }
  }

  /// Those who wait for this connection look again.
  func settleDialling() {
    guard isDialling, let key, let loop = agent?.loop else { return }
    isDialling = false
    servers.dialled(key, loop)
  }

  private func resolve(_ target: HTTPTarget) {
    guard let loop = agent?.loop, state == .dialling else { return }
    let bound = NIOLoopBound(self, eventLoop: loop)
    let session = session
    let route = session.route(to: target.host)
    if case .address(let address) = target.host, session.rules.dialable([address], target.port).isEmpty {
      return fail(.notDialable(target.host.text, [address]))
    }
    Task {
      let result = await session.lookUp(target.host, through: route)
      loop.execute { bound.value.resolved(result, through: route) }
    }
  }

  private func resolved(_ result: Result<[IPAddress], ResolveError>, through route: ProxyRoute?) {
    guard state == .dialling, let target else { return }
    switch result {
    case .failure(let error): fail(.resolving(error, (route?.host ?? target.host).text))
    case .success(let addresses):
      candidates = session.dialable(addresses, target.port, through: route)
      if candidates.isEmpty { return fail(.notDialable(target.host.text, addresses)) }
      dial()
    }
  }

  /// Dials the checked addresses in order.
  private func dial() {
    guard let loop = agent?.loop, let target, state == .dialling else { return }
    guard !candidates.isEmpty else {
      return fail(Refusal("connection-failed", "no address of \(target.host.text) accepted the connection"))
    }
    let address = candidates.removeFirst()
    guard let key else { return }
    let opened = servers.dial(
      address, key, asksForWebSocket: head.wantsWebSocket && !needsHTTP1, onlyHTTP1: needsHTTP1, loop)
    follow(opened) { exchange, error in exchange.notDialled(error, address) }
  }

  /// A server that does not prove its name is not tried at another address: a person should hear of it.
  private func notDialled(_ error: any Error, _ address: IPAddress) {
    if error is NeedsHTTP1, !needsHTTP1 {
      needsHTTP1 = true
      candidates.insert(address, at: 0)
    }
    if error is TooManyServers { return fail(.tooManyServers) }
    if let refusal = error as? Refusal, state == .dialling { return fail(refusal) }
    guard case .untrusted(let why)? = error as? HTTPFailure else { return dial() }
    guard state == .dialling, let target else { return }
    fail(
      Refusal(
        "server-untrusted", "\(target.host.text) does not prove over TLS who it is: \(why)",
        hint: "if its authority is your organisation's, name it in egress.yaml"))
  }

  /// Once (RFC 9110 section 9.2.2), over another connection.
  func tryAgain(_ head: RequestHead) {
    guard let key, let loop = agent?.loop else { return }
    (isRepeated, hasWaited, isRequestSent) = (true, false, false)
    state = .dialling
    servers.forget(key)
    let bound = NIOLoopBound(self, eventLoop: loop)
    // The connection hears of its end after its streams.
    loop.execute { bound.value.obtain() }
  }

  private func dialled(_ server: any ServerStream) {
    guard state == .dialling, let target, let ruling else { return server.cancel() }
    settleDialling()
    self.server = server
    endpoint = server.endpoint
    state = .exchanging
    if isRepeated { return sendAgain() }
    let context = context(target)
    up = Passage([standing(ruling)] + limits.request(session) + session.guards.request(context, ruling))
    inspector = session.guards.inspector(context, ruling)
    let events = inspector.map { [EventGuard($0)] } ?? []
    down = Passage([standing(ruling)] + limits.response() + session.guards.response(context, ruling) + events)
    moved()
    arm(TimeAmount(session.options.idle))
    server.begin(self)
    begin(target)
    agent?.advance()
    self.server?.flush()
  }

  /// What guards made of it goes out as it is.
  private func sendAgain() {
    guard let head = repeatable else { return }
    repeatable = nil
    server?.begin(self)
    do throws(Refusal) {
      try forward(.request(head))
      try forward(.end([]))
    } catch { return fail(error) }
    server?.flush()
    agent?.advance()
  }
}

extension RequestHead {
  /// Nothing is lost or done twice when it is sent again.
  var isRepeatable: Bool { ["GET", "HEAD", "OPTIONS"].contains(method) && framing == .none && !wantsWebSocket }
}
