import NIOCore

/// Messages as HTTP/1.1 has them, written anew with one framing.
enum HTTP1Encoding {
  static func chunk(_ bytes: ByteBuffer) -> ByteBuffer {
    var framed = ByteBuffer(string: String(bytes.readableBytes, radix: 16) + "\r\n")
    framed.writeImmutableBuffer(bytes)
    framed.writeString("\r\n")
    return framed
  }

  static func lastChunk(_ trailers: [HTTPField]) -> [UInt8] { [48, 13, 10] + lines(trailers) + [13, 10] }

  fileprivate static func lines(_ fields: some Sequence<HTTPField>) -> [UInt8] {
    var out: [UInt8] = []
    for field in fields { out += Array(field.name.utf8) + [58, 32] + field.value + [13, 10] }
    return out
  }
}

extension RequestHead {
  /// Fields that belong to one connection (RFC 9110 section 7.6.1), and those that the gate writes itself.
  static let hopByHop: Set<String> = [
    "connection", "proxy-connection", "keep-alive", "te", "transfer-encoding", "content-length", "upgrade",
    "proxy-authorization", "proxy-authenticate", "http2-settings",
  ]

  /// The head as an HTTP/1 server gets it.
  var http1: [UInt8] {
    let dropped = Self.hopByHop.union(fields.connectionOptions).union(["host"])
    var out = Array("\(method) \(target) HTTP/1.1\r\nHost: \(values("host").first ?? "")\r\n".utf8)
    out += HTTP1Encoding.lines(fields.lazy.filter { !dropped.contains($0.name) })
    switch framing {
    case .none: if ["POST", "PUT", "PATCH"].contains(method) { out += Array("content-length: 0\r\n".utf8) }
    case .length(let length): out += Array("content-length: \(length)\r\n".utf8)
    case .chunked: out += Array("transfer-encoding: chunked\r\n".utf8)
    }
    if wantsWebSocket { out += Array("connection: upgrade\r\nupgrade: websocket\r\n".utf8) }
    return out + [13, 10]
  }
}

extension ResponseHead {
  /// `Alt-Svc` is dropped: it offers ways around the gate.
  static let hopByHop: Set<String> = [
    "connection", "proxy-connection", "keep-alive", "te", "transfer-encoding", "upgrade", "content-length",
    "proxy-authenticate", "alt-svc",
  ]

  /// The head as an HTTP/1 client gets it.
  ///
  /// - Parameter isChunked: what has no length known beforehand is framed in chunks, not ended by the connection's end.
  func http1(isChunked: Bool, keepsAlive: Bool) -> [UInt8] {
    let dropped = Self.hopByHop.union(fields.connectionOptions)
    var out = Array("HTTP/1.1 \(status) ".utf8) + reason + [13, 10]
    out += HTTP1Encoding.lines(fields.lazy.filter { !dropped.contains($0.name) })
    // An answer to HEAD tells the length of what it does not hold.
    let length = if case .length(let count) = framing { "\(count)" } else { values("content-length").first }
    if let length, framing != .chunked { out += Array("content-length: \(length)\r\n".utf8) }
    if isChunked { out += Array("transfer-encoding: chunked\r\n".utf8) }
    if status == 101 {
      out += Array("connection: upgrade\r\nupgrade: websocket\r\n".utf8)
    } else if status >= 200, !keepsAlive {
      out += Array("connection: close\r\n".utf8)
    }
    return out + [13, 10]
  }
}
