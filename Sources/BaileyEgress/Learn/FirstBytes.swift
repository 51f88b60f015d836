/// What a client's first bytes say of its protocol.
enum FirstBytes: Sendable, Equatable {
  /// Not enough bytes yet.
  case undecided
  case tls
  /// A request line of HTTP/1; the head itself is not read yet.
  case http
  /// HTTP/2 without TLS, by its preface.
  case http2
  case socks5
  case socks4
  /// Anything else: no name in it that could be read.
  case other

  /// Longest request line that is waited for.
  static let lineLimit = 16 << 10

  /// - Parameter socks: whether a leading 4 or 5 means SOCKS, as at the explicit proxy.
  init(_ bytes: [UInt8], socks: Bool) {
    guard let first = bytes.first else {
      self = .undecided
      return
    }
    switch first {
    case 22: self = .tls
    case 5 where socks: self = .socks5
    case 4 where socks: self = .socks4
    default: self = Self.line(bytes)
    }
  }

  private static func line(_ bytes: [UInt8]) -> FirstBytes {
    let preface = Array("PRI * HTTP/2.0".utf8)
    if bytes.starts(with: preface) { return .http2 }
    // RFC 9112 section 2.2: empty lines before a request line are skipped by servers, so they are seen as HTTP here.
    guard let start = bytes.firstIndex(where: { $0 != 13 && $0 != 10 }) else {
      return bytes.count > 64 ? .other : .undecided
    }
    let text = bytes[start...]
    guard let end = text.firstIndex(of: 10) else {
      return couldBeRequest(text) ? (bytes.count >= lineLimit ? .http : .undecided) : .other
    }
    return isRequestLine(text[..<end]) ? .http : .other
  }

  /// A token and a space, or the beginning of that: what a client of HTTP sends first.
  private static func couldBeRequest(_ text: ArraySlice<UInt8>) -> Bool {
    let method = text.prefix { HTTPToken.isToken($0) }
    // A NUL is in no request line that any server reads, but early in many binary protocols.
    guard (1...32).contains(method.count), !text.contains(0) else { return false }
    let rest = text[method.endIndex...]
    return rest.isEmpty || rest.first == 32 || rest.first == 9
  }

  /// Generous on purpose: what any server might take for HTTP goes to the strict parser, which refuses it there.
  private static func isRequestLine(_ line: ArraySlice<UInt8>) -> Bool {
    let upper = line.map { (0x61...0x7A).contains($0) ? $0 & 0xDF : $0 }
    guard upper.count >= 5 else { return false }
    let marker = Array("HTTP/".utf8)
    return (0...(upper.count - 5)).contains { Array(upper[$0..<($0 + 5)]) == marker }
  }
}
