import BaileyCore

/// Refusals and ends.
extension Exchange {
  func finishIfComplete() {
    if isSending, isAnswerSent { complete() }
  }

  /// The answer is whole. A server that answered before it has all of the request does not get the rest.
  private func complete() {
    report(socket?.refusal)
    let isWhole = isRequestSent
    // Both are let go first: the end of a stream that is flushed comes back at once.
    let (agent, server) = drop()
    socket?.sayGoodbye(server)
    server?.flush()
    if isWhole { server?.release() } else { server?.cancel() }
    agent?.flush()
    agent?.finish(isWhole: isWhole)
  }

  /// The server's side is gone. Before an answer that is an error to tell; after a part of one, only a broken end is honest.
  ///
  /// - Parameter isUntouched: the server did nothing with the request, or had ended a connection that was kept before it came.
  func serverEnded(isUntouched: Bool = false) {
    guard !isAnswerRead else { return }
    server = nil
    if isUntouched, state == .exchanging, isRequestSent, let head = repeatable { return tryAgain(head) }
    switch state {
    case .exchanging where hasAnswered:
      fail(Refusal("connection-lost", "the server closed the connection in the middle of its answer"))
    case .exchanging:
      fail(Refusal("connection-failed", "the server closed the connection without an answer"))
    case .tunnel: answer(.end([]))
    case .previewing, .deciding, .dialling, .over: break
    }
  }

  /// The agent's side is gone.
  func agentGone(_ reason: Refusal = Refusal("client-gone", "the client closed the connection")) {
    report(reason)
    drop().server?.cancel()
  }

  func report(_ reason: Refusal?) {
    guard let ruling else { return }
    self.ruling = nil
    var detail = notes.read { $0.detail }
    (detail["sent"], detail["received"]) = (.int(sent), .int(received))
    if let status { detail["status"] = .int(Int64(status)) }
    if let endpoint { detail["address"] = .string(endpoint) }
    if let reason { detail["reason"] = reason.detail }
    session.complete(ruling, Outcome(succeeded: reason == nil, detail: .object(detail)))
  }

  /// Refuses before anybody was asked, on the gate's own account.
  func refuse(_ refusal: Refusal, observing action: Action?) {
    session.observe(action ?? origin.unreadable(session.subject), refusal)
    speak(refusal)
  }

  /// Ends an allowed request that did not work out, or one that was not all there to be decided.
  func fail(_ refusal: Refusal) {
    guard state != .over else { return }
    if state == .previewing, let early { session.observe(early.action, refusal) }
    report(refusal)
    speak(refusal)
  }

  /// A refusal after the answer has begun is a broken end.
  func speak(_ refusal: Refusal) {
    let (agent, server) = drop()
    socket?.end(refusal)
    socket?.sayGoodbye(server)
    server?.cancel()
    if let socket, let agent { return socket.sayGoodbye(agent) }
    if hasAnswered { agent?.abort(refusal) } else { agent?.speak(refusal, host: target) }
  }
}

extension HTTPOrigin {
  /// What can be said of a request that could not be read.
  func unreadable(_ subject: Subject) -> Action {
    var resource: [String: JSON] = ["scheme": .string(scheme.rawValue)]
    switch self {
    case .proxy: break
    case .secure(let claim, let port):
      resource["host"] = .string(claim.text)
      resource["port"] = .int(Int64(port))
    case .transparent(let claim, let port, _):
      resource["host"] = claim.map { .string($0.text) } ?? .null
      resource["port"] = .int(Int64(port))
    }
    return Action(.httpRequest, subject, resource: .object(resource))
  }
}
