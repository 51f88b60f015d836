import BaileyCore
import Crypto

/// The handshake that HTTP/1 has and HTTP/2 has not (RFC 6455 section 4): made where one side speaks the one, one the other.
enum WebSocketKey {
  static func make() -> String { Base64.encode((0..<16).map { _ in UInt8.random(in: .min ... .max) }) }

  /// A proof that the answer is to this key, no more (section 4.2.2).
  static func accept(_ key: String) -> String {
    Base64.encode(Array(Insecure.SHA1.hash(data: Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))))
  }
}
