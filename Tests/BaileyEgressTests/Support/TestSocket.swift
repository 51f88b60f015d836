import NIOCore

@testable import BaileyEgress

/// Sees what passes, and refuses or waits at a word.
final class TestInspector: StreamInspector {
  /// What was seen, in one string of bytes for each message.
  private(set) var messages: [(part: StreamPart, bytes: [UInt8])] = []
  private var open: [Bool: [UInt8]] = [:]
  private let secret: [UInt8]
  private let verdict: @Sendable () -> StreamVerdict
  private(set) var longest = 0

  static let refusal = Refusal("secret-found", "a secret is in the message", hint: "leave it out")

  init(_ secret: String = "SECRET", _ verdict: @escaping @Sendable () -> StreamVerdict = { .refuse(refusal) }) {
    self.secret = Array(secret.utf8)
    self.verdict = verdict
  }

  func look(_ bytes: Span<UInt8>, _ part: StreamPart) -> StreamVerdict {
    longest = max(longest, bytes.count)
    if part.kind == .control {
      let all = bytes.indices.map { bytes[$0] }
      messages.append((part, all))
      return all.firstRange(of: secret) == nil ? .pass : verdict()
    }
    var all = open[part.sender == .agent, default: []]
    let start = max(0, all.count - secret.count + 1)
    for index in bytes.indices { all.append(bytes[index]) }
    open[part.sender == .agent] = part.isEnd ? [] : all
    if part.isEnd { messages.append((part, all)) }
    return all[start...].firstRange(of: secret) == nil || bytes.isEmpty ? .pass : verdict()
  }

  var texts: [String] { messages.map { String(decoding: $0.bytes, as: UTF8.self) } }
}

/// What became of some frames.
struct Crossing: Equatable {
  var out: [UInt8] = []
  var seen: [String] = []
  var failure: String?
}

/// A frame as its sender writes it.
func frame(
  _ opcode: WebSocketOpcode, _ payload: [UInt8] = [], from side: WebSocketSide = .agent, isFinal: Bool = true,
  isCompressed: Bool = false, key: UInt32 = 0x37FA_213D
) -> [UInt8] {
  let mask = side == .agent ? WebSocketMask(key: key) : nil
  var masked = payload
  mask?.apply(to: &masked)
  let head = WebSocketFrame(
    opcode: opcode, isFinal: isFinal, isCompressed: isCompressed, mask: mask, length: payload.count)
  return head.bytes + masked
}

func frame(_ opcode: WebSocketOpcode, _ text: String, from side: WebSocketSide = .agent, isFinal: Bool = true)
  -> [UInt8]
{
  frame(opcode, Array(text.utf8), from: side, isFinal: isFinal)
}

/// Payloads of frames, without their masks; each with its opcode and whether it is the last of its message.
func unframed(_ bytes: [UInt8]) throws -> [(frame: WebSocketFrame, payload: [UInt8])] {
  var (input, found): (ByteBuffer, [(WebSocketFrame, [UInt8])]) = (ByteBuffer(bytes: bytes), [])
  while let head = try WebSocketFrame.take(&input) {
    guard var payload = input.readBytes(length: head.length) else { break }
    head.mask?.apply(to: &payload)
    found.append((head, payload))
  }
  return found
}

/// Sends pieces through a new tunnel.
func pass(
  _ pieces: [[UInt8]], from side: WebSocketSide = .agent, _ agreement: WebSocketAgreement = WebSocketAgreement(),
  limits: WebSocketLimits = WebSocketLimits()
) -> Crossing {
  let inspector = TestInspector()
  let tunnel = WebSocketTunnel(agreement, limits: limits, inspector: inspector)
  var (input, out) = (ByteBuffer(), [UInt8]())
  for piece in pieces {
    input.writeBytes(piece)
    out += tunnel.take(&input, from: side).readableBytesView
  }
  // The gate's own close frame comes last.
  if tunnel.refusal != nil, let own = try? unframed(out).last {
    out.removeLast(own.frame.bytes.count + own.payload.count)
  }
  let failure = tunnel.refusal.map { $0.code + ": " + $0.reason }
  return Crossing(out: out, seen: inspector.texts, failure: failure)
}

/// The handshake of RFC 6455 section 1.3.
enum Handshake {
  static func request(_ target: String, host: String, _ more: String = "") -> String {
    "GET \(target) HTTP/1.1\r\nHost: \(host)\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(more)\r\n"
  }

  /// To the request with this head, whose key is the gate's.
  static func answer(_ head: String) -> String {
    let key = head.components(after: "sec-websocket-key: ") ?? ""
    return "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      + "Sec-WebSocket-Accept: \(WebSocketKey.accept(key))\r\n\r\n"
  }
}
