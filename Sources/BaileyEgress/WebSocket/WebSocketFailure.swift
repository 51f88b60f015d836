/// Why a WebSocket ends at the gate: what is told to the agent, and the code of the close frame.
struct WebSocketFailure: Error, Sendable, Equatable {
  var refusal: Refusal
  /// For who is at fault.
  var code: WebSocketClose.Code

  /// By who inspects.
  static func refused(_ refusal: Refusal) -> WebSocketFailure { WebSocketFailure(refusal: refusal, code: .policy) }

  private static func malformed(
    _ reason: String, _ code: WebSocketClose.Code = .protocolError
  ) -> WebSocketFailure {
    let refusal = Refusal("websocket-malformed", reason, hint: "send strict frames (RFC 6455)")
    return WebSocketFailure(refusal: refusal, code: code)
  }

  static let reservedBit = malformed("a frame has a reserved bit that nobody agreed on")
  static let opcode = malformed("a frame has a reserved opcode")
  static let length = malformed("a length is not in its shortest form, or beyond all bounds")
  static let mask = malformed("a client's frame is not masked, or a server's is")
  static let control = malformed("a control frame is a fragment, or longer than 125 bytes")
  static let order = malformed("a message begins within another, or goes on without a beginning")
  static let text = malformed("a text is not UTF-8", .invalidData)
  static let close = malformed("a close frame has a code or a reason that may not be sent")
  static let compression = malformed("a compressed message cannot be inflated", .invalidData)
  static let tooLarge = WebSocketFailure(
    refusal: Refusal(
      "websocket-too-large", "a message is larger than the gate reads", hint: "send smaller ones"),
    code: .tooLarge)
}
