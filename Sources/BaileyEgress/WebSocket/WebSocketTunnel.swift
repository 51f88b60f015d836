import NIOCore

/// An opened WebSocket, both directions, without I/O.
///
/// Where the gate ends it, each side gets a close frame. What the server had been sent before is still answered: when the agent is at
/// fault, the server is told first, and its farewell becomes the gate's towards the agent.
final class WebSocketTunnel {
  private enum State: Equatable {
    case open
    /// The server is told, and its end is waited for.
    case parting
    case over
  }

  private var fromAgent: WebSocketLane
  private var fromServer: WebSocketLane
  private var state = State.open
  private var isTimed = false
  /// Why the gate ends it.
  private(set) var refusal: Refusal?
  /// Close frames that have not been sent; empty for a side that has got one from the other.
  private(set) var toAgent: [UInt8] = []
  private(set) var toServer: [UInt8] = []

  init(_ agreement: WebSocketAgreement, limits: WebSocketLimits = WebSocketLimits(), inspector: any StreamInspector) {
    fromAgent = WebSocketLane(sender: .agent, agreement: agreement, limits: limits, inspector: inspector)
    fromServer = WebSocketLane(sender: .server, agreement: agreement, limits: limits, inspector: inspector)
  }

  /// `true` once, when the server's end begins to be waited for.
  func beginsParting() -> Bool {
    defer { isTimed = isTimed || state == .parting }
    return state == .parting && !isTimed
  }

  /// Nothing more is to be read or sent.
  var isOver: Bool { state == .over }

  /// What the verdict waits for on this side; then comes `resume`.
  func question(_ side: WebSocketSide) -> (@Sendable () async -> Refusal?)? { lane(side).question }

  /// Bytes that wait for the end of their messages.
  func heldBytes(_ side: WebSocketSide) -> Int { lane(side).heldBytes }

  private func lane(_ side: WebSocketSide) -> WebSocketLane { side == .agent ? fromAgent : fromServer }

  /// Reads what one side sent, and leaves what cannot be read yet.
  ///
  /// - Returns: what goes to the other side.
  func take(_ input: inout ByteBuffer, from side: WebSocketSide) -> ByteBuffer {
    var out = ByteBuffer()
    guard isReading(side) else {
      input = out
      return out
    }
    do throws(WebSocketFailure) {
      if side == .agent { try fromAgent.take(&input, into: &out) } else { try fromServer.take(&input, into: &out) }
    } catch { part(error, side, &out) }
    if state == .parting, fromServer.isClosed { finish(&out) }
    return out
  }

  /// The inspector's verdict where it had to be waited for; what has come since is to be taken afterwards.
  func resume(_ refusal: Refusal?, _ side: WebSocketSide) -> ByteBuffer {
    var out = ByteBuffer()
    guard isReading(side) else { return out }
    do throws(WebSocketFailure) {
      if side == .agent {
        try fromAgent.resume(refusal, into: &out)
      } else {
        try fromServer.resume(refusal, into: &out)
      }
    } catch { part(error, side, &out) }
    if state == .parting, fromServer.isClosed { finish(&out) }
    return out
  }

  private func isReading(_ side: WebSocketSide) -> Bool { state == .open || state == .parting && side == .server }

  /// The server said nothing more.
  ///
  /// - Returns: what goes to the agent before the end.
  func serverEnded() -> ByteBuffer {
    var out = ByteBuffer()
    if state == .parting { finish(&out) }
    return out
  }

  /// Ends the conversation for a reason from outside; both close frames are to be sent.
  func end(_ refusal: Refusal) {
    guard state != .over else { return }
    if self.refusal == nil { prepare(.refused(refusal), nil) }
    state = .over
  }

  private func part(_ failure: WebSocketFailure, _ side: WebSocketSide, _ out: inout ByteBuffer) {
    if refusal != nil { return finish(&out) }
    prepare(failure, side)
    guard side == .agent else { return finish(&out) }
    out.writeBytes(toServer)
    toServer = []
    fromServer.dropsClose = true
    state = .parting
  }

  private func finish(_ out: inout ByteBuffer) {
    out.writeBytes(toAgent)
    toAgent = []
    state = .over
  }

  /// Who is at fault gets the code; the other side only hears that this is the end, the agent with the reason.
  private func prepare(_ failure: WebSocketFailure, _ side: WebSocketSide?) {
    let isServersFault = side == .server && failure.code != .policy
    let words = WebSocketClose.words(failure.refusal)
    refusal = failure.refusal
    if !fromServer.isClosed {
      toAgent = WebSocketClose.frame(isServersFault ? .internalError : failure.code, words, from: .server)
    }
    if !fromAgent.isClosed {
      toServer = WebSocketClose.frame(side == .server ? failure.code : .goingAway, from: .agent)
    }
  }

  // MARK: what is left to say

  func sayGoodbye(_ server: (any ServerStream)?) {
    guard let server, !toServer.isEmpty else { return }
    try? server.send(.data(ByteBuffer(bytes: toServer))) { _ in }
    server.flush()
    toServer = []
  }

  func sayGoodbye(_ agent: any AgentStream) {
    if !toAgent.isEmpty { _ = agent.send(.data(ByteBuffer(bytes: toAgent))) }
    toAgent = []
    agent.finish(isWhole: false)
  }
}
