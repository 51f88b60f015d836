import BaileyCore
import NIOCore

/// One request and its answer: decided before its first byte goes on, then passed both ways, each side read only while the other can take it.
///
/// It knows no version of HTTP: what came on the wire is `AgentStream` and `ServerStream`. On the event loop of the agent's connection.
final class Exchange {
  enum State: Equatable { case previewing, deciding, dialling, exchanging, tunnel, over }

  let session: SessionCore
  let origin: HTTPOrigin
  /// As it came.
  let head: RequestHead
  let servers: Servers
  var agent: (any AgentStream)?
  var server: (any ServerStream)?
  var state = State.deciding
  var target: HTTPTarget?
  var ruling: Ruling?
  /// Those in force when it was asked for.
  var policies = 0
  var candidates: [IPAddress] = []
  /// What a connection to the server must be for.
  var key: ServerKey?
  /// Others may wait for the connection that is made here; this one has waited for theirs.
  var (isDialling, hasWaited) = (false, false)
  var needsHTTP1 = false

  /// Of a request that wants to speak WebSocket, and what came of it.
  var offer: WebSocketOffer?
  private var agreement = WebSocketAgreement()
  var socket: WebSocketTunnel?
  var inspector: (any StreamInspector)?
  /// What is read of the body before the decision, and what rules say of the rest.
  var early: EarlyBody?
  var limits = RequestLimits()

  /// To the server, and to the agent.
  var up = Passage()
  var down = Passage()
  /// Bytes that wait in both, as the session counts them.
  var held = 0

  /// The address that was dialled.
  var endpoint: String?
  var sent: Int64 = 0
  var received: Int64 = 0
  var status: Int?
  /// The answer's head has gone to the agent.
  var hasAnswered = false
  /// Ends have been read, and passed on.
  var (isRequestRead, isRequestSent) = (false, false)
  var (isAnswerRead, isAnswerSent) = (false, false)
  var timer: Scheduled<Void>?
  private var pausing: Scheduled<Void>?
  private var lastRequested = NIODeadline.now()
  /// Of the passages: what was waited for in one that is gone is nothing to the next.
  private var generation = 0
  /// The head has gone to the server: before that nothing can be an answer.
  private var isHeadSent = false
  /// The request as the server has it, as long as it can be sent again: it has no body, and nothing was heard.
  var repeatable: RequestHead?
  var isRepeated = false
  /// What guards leave for each other and for the record.
  let notes = ExchangeNotes()
  private var lastMoved = NIODeadline.now()

  init(_ head: RequestHead, _ agent: any AgentStream, _ session: SessionCore, _ origin: HTTPOrigin, _ servers: Servers)
  {
    self.head = head
    self.agent = agent
    self.session = session
    self.origin = origin
    self.servers = servers
  }

  deinit { if head.version == .http2 { session.dismissStream() } }

  /// Once, after `init`; may end the exchange at once.
  func start() {
    var asked: Action?
    do throws(Refusal) {
      let target = try HTTPTarget(head, origin, keepsEncodedSlash: session.rules.keepsEncodedSlash)
      self.target = target
      let facts = session.facts(of: head, target)
      limits = session.limits(target, facts)
      var action = session.action(target, facts)
      asked = action
      if case .address(let address) = target.host, !session.rules.names(address, target.port) {
        return refuse(.notDialable(target.host.text, [address]), observing: action)
      }
      if head.wantsWebSocket { offer = try WebSocketOffer(head) }
      try session.guards.describe(context(target), &action)
      preview(action, BodyPreview(head, target))
    } catch {
      refuse(error, observing: asked)
    }
  }

  /// The agent's side may read on: the server takes what comes. Before there is one, what comes shows whether the client left.
  var wantsRequest: Bool {
    guard isSending else { return true }
    return !up.isWaiting && server?.isWritable ?? true
  }

  /// The server's side may read on.
  var wantsAnswer: Bool { !down.isWaiting && agent?.isWritable ?? false }

  /// What the agent sends is taken.
  var isSending: Bool { state == .exchanging || state == .tunnel || state == .previewing }

  // MARK: ways through

  /// What comes from the agent.
  func request(_ part: MessagePart) {
    guard isSending, !isRequestRead else { return }
    if case .end(let trailers) = part {
      isRequestRead = true
      if let refusal = refusal(of: trailers) { return fail(refusal) }
    }
    if state == .previewing { preview(part) } else { pass(part) }
  }

  func pass(_ part: MessagePart) {
    guard isSending else { return }
    do throws(Refusal) {
      if up.isOpen { return try forward(part) }
      try follow(try up.take(part), toServer: true)
      awaitPause()
    } catch { fail(error) }
  }

  /// What comes from the server.
  func answer(_ part: MessagePart) {
    guard isSending, !isAnswerRead else { return }
    repeatable = nil
    if case .end = part { isAnswerRead = true }
    do throws(Refusal) {
      guard isHeadSent else { throw Refusal("connection-failed", "the server answered before it was asked") }
      if case .response(let head) = part, head.status == 101, let offer { agreement = try offer.agree(head) }
      if down.isOpen { deliver(part) } else { try follow(try down.take(part), toServer: false) }
    } catch { fail(error) }
  }

  private func follow(_ step: Passage.Step, toServer: Bool) throws(Refusal) {
    for part in step.passed where isSending { if toServer { try forward(part) } else { deliver(part) } }
    guard isSending else { return }
    if socket?.beginsParting() == true { arm(TimeAmount(session.options.lingering)) }
    guard session.settle(up.heldBytes + down.heldBytes, counted: &held) else { throw .busy }
    if let wait = step.wait { self.wait(wait, toServer) }
  }

  private func wait(_ operation: @escaping @Sendable () async -> Void, _ toServer: Bool) {
    guard let loop = agent?.loop else { return }
    let bound = NIOLoopBound(self, eventLoop: loop)
    let generation = generation
    Task {
      await operation()
      loop.execute { bound.value.resume(toServer, generation) }
    }
  }

  private func resume(_ toServer: Bool, _ generation: Int) {
    guard isSending, generation == self.generation else { return }
    moved()
    do throws(Refusal) {
      try follow(toServer ? try up.resume() : try down.resume(), toServer: toServer)
    } catch { return fail(error) }
    if toServer { awaitPause() }
    flush()
    if toServer { agent?.wantMore() } else { server?.wantMore() }
  }

  /// One timer is enough: when it is due too early, it goes on for the rest. Once is enough, too: what a pause gives not, the next does not.
  private func awaitPause() {
    guard isSending else { return }
    lastRequested = .now()
    guard pausing == nil, let after = up.pausesAfter else { return }
    pause(in: TimeAmount(after))
  }

  private func pause(in time: TimeAmount) {
    guard let loop = agent?.loop else { return }
    let bound = NIOLoopBound(self, eventLoop: loop)
    pausing = loop.scheduleTask(in: time) { bound.value.paused() }
  }

  private func paused() {
    pausing = nil
    guard isSending, let after = up.pausesAfter else { return }
    let left = TimeAmount(after) - (NIODeadline.now() - lastRequested)
    if left > .zero { return pause(in: left) }
    do throws(Refusal) { try follow(try up.paused(), toServer: true) } catch { return fail(error) }
    flush()
  }

  func context(_ target: HTTPTarget) -> ExchangeContext {
    ExchangeContext(session: session, target: target, head: head, notes: notes)
  }

  func flush() {
    server?.flush()
    agent?.flush()
  }

  func forward(_ part: MessagePart) throws(Refusal) {
    guard let server else { return }
    try server.send(part) { count throws(Refusal) in
      guard session.countSent(count) else { throw .budget }
      sent += Int64(count)
    }
    moved()
    switch part {
    case .request(let head):
      isHeadSent = true
      offer?.limit(to: head)
      if head.isRepeatable, !isRepeated { repeatable = head }
    case .end:
      isRequestSent = true
      finishIfComplete()
    case .response, .data: break
    }
  }

  private func deliver(_ part: MessagePart) {
    guard let agent else { return }
    if case .response(let head) = part {
      status = head.status
      if !head.isInterim { hasAnswered = true }
    }
    let count = agent.send(part)
    session.countReceived(count)
    received += Int64(count)
    moved()
    switch part {
    case .response(let head) where head.status == 101: becomeTunnel()
    case .end: isAnswerSent = true
    default: return
    }
    finishIfComplete()
  }

  private func becomeTunnel() {
    guard let target, let ruling else { return }
    state = .tunnel
    generation += 1
    (isRequestRead, isRequestSent) = (false, false)
    let guards = session.guards.tunnel(context(target), ruling)
    let socket = WebSocketTunnel(agreement, inspector: inspector ?? NoInspector())
    self.socket = socket
    up = Passage([standing(ruling), WebSocketGuard(socket, from: .agent)] + limits.tunnel(session) + guards.toServer)
    down = Passage([standing(ruling), WebSocketGuard(socket, from: .server)] + guards.toAgent)
    agent?.advance()
  }

  /// One for each direction.
  func standing(_ ruling: Ruling) -> StandingGuard {
    StandingGuard(Standing(session.mediator, ruling, by: policies))
  }

  // MARK: time

  func arm(_ duration: TimeAmount) {
    timer?.cancel()
    guard let loop = agent?.loop else { return }
    let bound = NIOLoopBound(self, eventLoop: loop)
    timer = loop.scheduleTask(in: duration) { bound.value.expire() }
  }

  func moved() { lastMoved = .now() }

  private func expire() {
    if let refusal = socket?.refusal { return fail(refusal) }
    let left = TimeAmount(session.options.idle) - (NIODeadline.now() - lastMoved)
    if left > .zero { return arm(left) }
    let refusal = Refusal("idle", "nothing moved for too long")
    report(refusal)
    let (agent, server) = drop()
    server?.cancel()
    agent?.abort(refusal)
  }

  /// Lets both sides go: nothing comes from here any more.
  func drop() -> (agent: (any AgentStream)?, server: (any ServerStream)?) {
    defer { (agent, server) = (nil, nil) }
    settleDialling()
    state = .over
    timer?.cancel()
    pausing?.cancel()
    generation += 1
    (up, down, early, repeatable) = (Passage(), Passage(), nil, nil)
    _ = session.settle(0, counted: &held)
    return (agent, server)
  }
}
