/// Which part of a conversation some bytes are.
struct StreamPart: Sendable, Equatable {
  enum Kind: Sendable {
    case text, binary
    /// The payload of a WebSocket's control frame, which may come in the midst of a message. Those of one side are worth reading as one stream.
    case control
    /// The data of an event of `text/event-stream`.
    case event
  }

  var sender: WebSocketSide
  var kind: Kind
  /// The message is whole with these bytes.
  var isEnd: Bool
}

enum StreamVerdict: Sendable {
  case pass
  /// The decision comes later; meanwhile this direction stands still. `nil` is a yes.
  case wait(@Sendable () async -> Refusal?)
  case refuse(Refusal)
}

/// Looks at what streams in one exchange, message by message: of a WebSocket, unmasked and inflated, and of events.
///
/// Not at compressed streams of events, nor at what else stands in a body: that is what `MessageGuard` is for.
protocol StreamInspector: AnyObject {
  /// - Parameter bytes: in the order in which they pass, after this; none at all, too, at the end of a message.
  func look(_ bytes: Span<UInt8>, _ part: StreamPart) -> StreamVerdict
}

/// Nobody looks.
final class NoInspector: StreamInspector {
  func look(_ bytes: Span<UInt8>, _ part: StreamPart) -> StreamVerdict { .pass }
}
