/// What the gate reads and holds of a WebSocket, in bytes.
struct WebSocketLimits: Sendable {
  /// Up to here a message of the agent is held until all of it was inspected. A longer frame is passed on in fragments.
  var hold = 64 << 10
  /// Of a longer message so much is held back, which is twice what the inspection lags behind.
  var tail = 16 << 10
  /// A message on the wire.
  var message = 1 << 30
  /// A message inflated.
  var inflated = 64 << 20
}
