import NIOCore

/// The two ends of a WebSocket.
enum WebSocketSide: Sendable { case agent, server }

enum WebSocketOpcode: UInt8, Sendable {
  case continuation = 0
  case text, binary
  case close = 8
  case ping, pong

  var isControl: Bool { rawValue >= 8 }
}

/// What the agent's payloads are combined with (RFC 6455 section 5.3).
struct WebSocketMask: Sendable, Equatable {
  /// In the order of the wire, the first byte highest.
  var key: UInt32

  /// The mask for what begins so many bytes later.
  func rotated(by count: Int) -> WebSocketMask {
    let bits = UInt32(count & 3) * 8
    return WebSocketMask(key: key << bits | key >> ((32 - bits) & 31))
  }

  func apply(to bytes: inout [UInt8]) {
    let keys = (0..<4).map { UInt8(truncatingIfNeeded: key >> (24 - 8 * UInt32($0))) }
    for index in bytes.indices { bytes[index] ^= keys[index & 3] }
  }
}

/// The head of a frame (RFC 6455 section 5.2).
struct WebSocketFrame: Sendable, Equatable {
  var opcode: WebSocketOpcode
  var isFinal = true
  /// RSV1, which says in a message's first frame that the message is compressed (RFC 7692 section 6).
  var isCompressed = false
  var mask: WebSocketMask?
  /// Bytes of payload.
  var length: Int

  /// Takes a head off; `nil` while more bytes are needed.
  ///
  /// - Throws: for reserved bits and opcodes, lengths in a longer form than they need or of 2^63 and more, control frames that are long or
  ///   not final. What depends on other frames is not looked at.
  static func take(_ input: inout ByteBuffer) throws(WebSocketFailure) -> WebSocketFrame? {
    let bytes = Array(input.readableBytesView.prefix(14))
    guard bytes.count >= 2 else { return nil }
    guard bytes[0] & 0x30 == 0 else { throw .reservedBit }
    guard let opcode = WebSocketOpcode(rawValue: bytes[0] & 0x0F) else { throw .opcode }
    let (isFinal, isMasked, short) = (bytes[0] & 0x80 != 0, bytes[1] & 0x80 != 0, Int(bytes[1] & 0x7F))
    if opcode.isControl { guard isFinal, short <= 125 else { throw .control } }
    let wide = short == 127 ? 8 : short == 126 ? 2 : 0
    let end = 2 + wide + (isMasked ? 4 : 0)
    guard bytes.count >= end else { return nil }
    let length = wide == 0 ? UInt64(short) : number(bytes[2..<(2 + wide)])
    guard wide != 2 || length > 125, wide != 8 || length > 0xFFFF, let length = Int(exactly: length) else {
      throw .length
    }
    _ = input.readSlice(length: end)
    let key = isMasked ? WebSocketMask(key: UInt32(truncatingIfNeeded: number(bytes[(end - 4)..<end]))) : nil
    return WebSocketFrame(
      opcode: opcode, isFinal: isFinal, isCompressed: bytes[0] & 0x40 != 0, mask: key, length: length)
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

  /// The head in its one form: what `take` accepted is written as it was.
  var bytes: [UInt8] {
    let masked: UInt8 = mask == nil ? 0 : 0x80
    var out = [(isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue]
    func add(_ number: UInt64, _ count: UInt64) {
      for index in (0..<count).reversed() { out.append(UInt8(truncatingIfNeeded: number >> (8 * index))) }
    }
    switch length {
    case ...125: out.append(masked | UInt8(length))
    case ...0xFFFF:
      out.append(masked | 126)
      add(UInt64(length), 2)
    default:
      out.append(masked | 127)
      add(UInt64(length), 8)
    }
    if let mask { add(UInt64(mask.key), 4) }
    return out
  }

  /// A whole frame of the gate's own.
  static func own(_ opcode: WebSocketOpcode, _ payload: [UInt8], from side: WebSocketSide) -> [UInt8] {
    // Only clients mask (section 5.1), and what the server gets comes from a client.
    let mask = side == .agent ? WebSocketMask(key: .random(in: 0...UInt32.max)) : nil
    var masked = payload
    mask?.apply(to: &masked)
    return WebSocketFrame(opcode: opcode, mask: mask, length: payload.count).bytes + masked
  }
}
