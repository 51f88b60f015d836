/// What both sides of a WebSocket agreed on: `permessage-deflate` or no extension.
struct WebSocketAgreement: Sendable, Equatable {
  var isCompressed = false
  /// Messages refer to earlier ones, where they are compressed.
  var agentTakesOver = true
  var serverTakesOver = true

  /// `nil` where nothing is compressed.
  func takesOver(_ side: WebSocketSide) -> Bool? {
    isCompressed ? side == .agent ? agentTakesOver : serverTakesOver : nil
  }
}
