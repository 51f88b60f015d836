import BaileyCore
import BaileyLinux

/// The tunnel: both directions, half-closes, the budget and the first bytes of what only a `tcp` rule allows.
extension Connection {
  func beginRelay() {
    stage = .relaying
    awaitsFirstBytes = false
    watchForRetry()
    pump()
  }

  func beginGuarded() {
    stage = .guarded
    deadline = thread.after(session.options.idle)
    voice = .silence
    inspectFirstBytes()
    if stage == .guarded { pump() }
  }

  func relay(_ events: Readiness, second: Bool) {
    let flow = second ? down : up
    if !events.isDisjoint(with: [.input, .peerClosed, .hangUp, .error]) { flow.isReadable = true }
    if stage == .guarded, !second { inspectFirstBytes() }
    if stage == .guarded || stage == .relaying { pump() }
  }

  private func pump() {
    guard stands else { return }
    if retry != .none { inspectRetry() }
    guard stage == .guarded || stage == .relaying else { return }
    let (session, buffer, isOpaque) = (session, thread.buffer, isOpaque)
    let upward =
      stage == .guarded
      ? FlowResult.waiting
      : up.move(buffer, from: client, to: upstream) { isOpaque ? session.countUnread($0) : session.countSent($0) }
    let downward = down.move(buffer, from: upstream, to: client) {
      session.countReceived($0)
      return true
    }
    settle(upward, downward)
  }

  /// Whether the policies that allowed this are in force; others are asked, and then it goes on or ends.
  private var stands: Bool {
    guard !isReconsidered else { return false }
    guard let question = standing?.question() else { return true }
    isReconsidered = true
    let (loop, identifier) = (thread.loop, identifier)
    Task {
      await question()
      loop.post(.reconsidered(source: identifier))
    }
    return false
  }

  func reconsidered() {
    isReconsidered = false
    guard stage == .guarded || stage == .relaying else { return }
    do throws(Refusal) {
      try standing?.settle()
      pump()
    } catch { end(error) }
  }

  private func settle(_ upward: FlowResult, _ downward: FlowResult) {
    if upward == .overBudget {
      let refusal = isOpaque ? Refusal.unreadBudget : .budget
      return up.moved + down.moved == 0 ? refuse(refusal) : end(refusal)
    }
    if upward == .failed || downward == .failed { return end(Refusal("connection-lost", "the connection broke")) }
    if upward == .finished, downward == .finished { return end(nil) }
    if upward == .more || downward == .more { thread.yield(identifier) }
    if !awaitsFirstBytes {
      let isHalf = upward == .finished || downward == .finished
      deadline = thread.after(isHalf ? session.options.halfClosedIdle : session.options.idle)
    }
  }

  /// A `tcp` rule lets any bytes through, yet what names a host must name this one.
  private func inspectFirstBytes() {
    let bytes: [UInt8]
    do throws(Errno) {
      let count = try thread.buffer.receive(from: client, limit: RequestHead.limit, peek: true)
      bytes = thread.buffer.bytes(0, count)
      if count == 0 { return beginRelay() }
    } catch .tryAgain {
      return
    } catch {
      return end(Refusal("client-gone", "the connection broke"))
    }
    guard looksAgain() else { return refuse(.silent) }
    switch FirstBytes(bytes, socks: false) {
    case .undecided: up.isEnding ? beginRelay() : waitForMore()
    case .tls: inspectTLS(bytes)
    case .http: inspectHTTP(bytes)
    case .http2: refuse(.nameMissing)
    case .other, .socks4, .socks5: beginRelay()
    }
  }

  /// What begins like TLS or HTTP must come to its name in time: a pause is no way to be taken for something else.
  private func waitForMore() {
    guard !awaitsFirstBytes else { return }
    awaitsFirstBytes = true
    deadline = thread.after(session.options.learning)
  }

  private func inspectTLS(_ bytes: [UInt8]) {
    do throws(ClientHelloError) {
      guard let hello = try ClientHello.parse(bytes) else { return waitForMore() }
      if hello.hidesName { return refuse(.nameHidden, as: .tls) }
      self.hello = hello
      check(hello.serverName, as: .tls)
    } catch {
      refuse(.tlsMalformed, as: .tls)
    }
  }

  private func inspectHTTP(_ bytes: [UInt8]) {
    do throws(RequestHeadError) {
      guard let head = try RequestHead.parse(bytes) else { return waitForMore() }
      guard let text = head.values("host").first, let authority = Authority(text) else {
        return refuse(.http(.host), as: .http)
      }
      check(authority.host.text, as: .http)
    } catch {
      refuse(.http(error), as: .http)
    }
  }

  /// No name at all is what the `tcp` rule is for.
  private func check(_ text: String?, as voice: Voice) {
    if let text {
      guard let host = try? NamedHost(text) else { return refuse(.host(text), as: voice) }
      if let claim, claim != host { return refuse(.mismatch(host.text, claim.text), as: voice) }
    }
    beginRelay()
  }
}
