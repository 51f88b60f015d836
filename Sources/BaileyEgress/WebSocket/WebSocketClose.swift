import BaileyCore

/// Close frames (RFC 6455 sections 5.5.1 and 7.4).
enum WebSocketClose {
  enum Code: UInt16, Sendable {
    case goingAway = 1001
    case protocolError
    case invalidData = 1007
    case policy, tooLarge
    case internalError = 1011
  }

  /// Codes that may stand in a frame: those of the registry, those of libraries, those of programs.
  private static func maySend(_ code: UInt16) -> Bool {
    switch code {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }

  /// - Parameter payload: of a close frame, without its mask.
  static func check(_ payload: [UInt8]) throws(WebSocketFailure) {
    if payload.isEmpty { return }
    guard payload.count >= 2, maySend(UInt16(payload[0]) << 8 | UInt16(payload[1])) else { throw .close }
    var reason = UTF8Check()
    let words = payload[2...]
    guard reason.accept(words.span) == words.count, reason.isWhole else { throw .close }
  }

  /// A frame of the gate's own.
  ///
  /// - Parameter reason: cut at what a frame can hold.
  static func frame(_ code: Code, _ reason: String = "", from side: WebSocketSide) -> [UInt8] {
    let code: [UInt8] = [UInt8(code.rawValue >> 8), UInt8(truncatingIfNeeded: code.rawValue)]
    return WebSocketFrame.own(.close, code + fitting(reason), from: side)
  }

  private static func fitting(_ text: String) -> [UInt8] {
    var bytes = Array(text.utf8.prefix(124))
    guard bytes.count > 123 else { return bytes }
    while let last = bytes.popLast(), bytes.count > 123 || last & 0xC0 == 0x80 {}
    return bytes
  }

  /// Code and reason in one line, as an agent reads them; the hint where there is room.
  static func words(_ refusal: Refusal) -> String {
    let short = "\(refusal.code): \(printable(refusal.reason))"
    guard let hint = refusal.hint, short.utf8.count + hint.utf8.count + 2 <= 123 else { return short }
    return short + "; " + hint
  }
}
