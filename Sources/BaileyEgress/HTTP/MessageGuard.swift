import BaileyCore

/// Reads one direction of one exchange on its way, and may alter it, hold parts of it back, ask or refuse.
///
/// On the exchange's event loop. Never blocks: what takes time goes into `GuardStep.wait`.
protocol MessageGuard {
  /// Bytes that are held back at this moment; they count against what a session may hold.
  var heldBytes: Int { get }

  /// Called with each part in order, and not while it waits.
  ///
  /// - Throws: what ends the exchange: the agent reads it, the server gets no end of the request.
  mutating func take(_ part: MessagePart) throws(Refusal) -> GuardStep

  /// What it waited for has come.
  mutating func resume() throws(Refusal) -> GuardStep

  /// How long after the last part `paused` is to be called if no other comes; `nil` is not at all.
  var pausesAfter: Duration? { get }
  mutating func paused() throws(Refusal) -> GuardStep
}

extension MessageGuard {
  var pausesAfter: Duration? { nil }
  func paused() throws(Refusal) -> GuardStep { .pass([]) }
}

enum GuardStep {
  /// These parts go on: more, fewer or others than came. Whoever changes a body's length sets `framing` of its head to `chunked`.
  case pass([MessagePart])
  /// Nothing goes on, and nothing more is read of this direction, until this returns; then comes `resume`.
  case wait(@Sendable () async -> Void)
}

/// Makes the guards of each exchange. The first of them is the first to see a part.
protocol MessageGuards: Sendable {
  /// Before the decision: adds to the action what policy should know of the request, or refuses it outright.
  func describe(_ context: ExchangeContext, _ action: inout Action) throws(Refusal)
  /// Before a connection is decided: adds to the action what policy should know of the name that is to be looked up.
  func describe(_ name: HostName, _ session: SessionCore, _ action: inout Action)
  /// The request was allowed: these see it before the server does.
  func request(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard]
  /// These see the answer before the agent does.
  func response(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard]
  /// Sees what a WebSocket says and the events of an answer, message by message.
  func inspector(_ context: ExchangeContext, _ ruling: Ruling) -> (any StreamInspector)?
  /// After `101`: these see the frames of a WebSocket, which were read and inspected, one list for each direction.
  func tunnel(_ context: ExchangeContext, _ ruling: Ruling) -> (
    toServer: [any MessageGuard], toAgent: [any MessageGuard]
  )
}

extension MessageGuards {
  func describe(_ name: HostName, _ session: SessionCore, _ action: inout Action) {}
  func inspector(_ context: ExchangeContext, _ ruling: Ruling) -> (any StreamInspector)? { nil }
}

/// What guards know of the exchange.
struct ExchangeContext: Sendable {
  let session: SessionCore
  let target: HTTPTarget
  /// As it came, before guards saw it.
  let head: RequestHead
  let notes: ExchangeNotes
}

/// Everything passes as it is.
struct NoGuards: MessageGuards {
  func describe(_ context: ExchangeContext, _ action: inout Action) {}
  func request(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] { [] }
  func response(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] { [] }
  func tunnel(_ context: ExchangeContext, _ ruling: Ruling) -> (
    toServer: [any MessageGuard], toAgent: [any MessageGuard]
  ) {
    ([], [])
  }
}
