import BaileyCore

/// How plain HTTP reached the gate.
enum HTTPOrigin: Sendable, Equatable {
  /// The explicit proxy: absolute-form targets.
  case proxy
  /// A captured connection, or the inside of a tunnel: origin-form targets.
  case transparent(NamedHost?, port: UInt16, isStrict: Bool)
}

/// Where one request goes, after all its names were found to agree.
struct HTTPTarget: Sendable, Equatable {
  var host: NamedHost
  var port: UInt16
  /// What stands in the request line towards the server.
  var requestTarget: String

  /// Without the query, which may hold secrets, for the record.
  var path: String { String(requestTarget.prefix { $0 != "?" && $0 != "#" }) }

  /// The value of Host towards the server.
  var authority: String {
    let text = if case .address(let address) = host, !address.isIPv4 { "[\(address)]" } else { host.text }
    return port == 80 ? text : "\(text):\(port)"
  }

  init(_ head: RequestHead, _ origin: HTTPOrigin) throws(Refusal) {
    if head.method == "TRACE" || head.method == "TRACK" {
      throw Refusal("method-refused", "\(head.method) sends credentials back and is not passed on")
    }
    guard head.method != "CONNECT" else {
      throw Refusal("method-refused", "CONNECT is served only by the proxy, as the first request of a connection")
    }
    guard let raw = head.values("host").first, let named = Authority(raw) else {
      throw .host(head.values("host").first ?? "")
    }
    let absolute = try Self.absolute(head.target)
    if let absolute { try Self.check(absolute.authority, named) }
    switch origin {
    case .proxy:
      guard let absolute else { throw Self.notProxied }
      host = absolute.authority.host
      port = absolute.authority.port ?? 80
    case .transparent(let claim, let connectionPort, let isStrict):
      host = try HostAgreement(claim: claim, isStrict: isStrict).agree(named.host).get()
      port = connectionPort
      if let namedPort = named.port, namedPort != connectionPort {
        throw .mismatch(raw, "port \(connectionPort)")
      }
    }
    requestTarget = absolute?.path ?? head.target
    let isAsterisk = requestTarget == "*" && head.method == "OPTIONS"
    guard requestTarget.hasPrefix("/") || isAsterisk else { throw .http(.requestLine) }
    guard !requestTarget.utf8.contains(UInt8(ascii: "#")) else { throw .http(.requestLine) }
  }

  private static let notProxied = Refusal(
    "proxy-request-malformed", "this is Bailey's proxy, not a web server",
    hint: "send an absolute URL (GET http://host/path) or CONNECT")

  /// - Returns: `nil` for origin-form.
  private static func absolute(_ target: String) throws(Refusal) -> (authority: Authority, path: String)? {
    guard !target.hasPrefix("/"), target != "*" else { return nil }
    guard let separator = target.utf8.firstIndex(of: UInt8(ascii: ":")) else { throw .http(.requestLine) }
    guard HTTPToken.lower(target.utf8[..<separator]) == "http", target[separator...].hasPrefix("://") else {
      throw Refusal(
        "proxy-request-malformed", "only http:// URLs can be requested in clear", hint: "use CONNECT for https://")
    }
    let rest = target[target.index(separator, offsetBy: 3)...]
    let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
    guard let authority = Authority(String(rest[..<end])) else { throw .host(String(rest[..<end])) }
    let path = String(rest[end...])
    return (authority, path.hasPrefix("/") ? path : "/" + path)
  }

  private static func check(_ absolute: Authority, _ named: Authority) throws(Refusal) {
    guard absolute.host == named.host, (absolute.port ?? 80) == (named.port ?? 80) else {
      throw .mismatch(named.host.text, "\(absolute.host.text):\(absolute.port ?? 80)")
    }
  }
}

extension RequestHead {
  /// Fields that belong to one connection (RFC 9110 section 7.6.1), and those that the gate writes itself.
  private static let hopByHop: Set<String> = [
    "connection", "proxy-connection", "keep-alive", "te", "trailer", "transfer-encoding", "content-length", "upgrade",
    "proxy-authorization", "proxy-authenticate", "host", "http2-settings",
  ]

  /// Whether the client wants to speak WebSocket (RFC 6455); no other upgrade passes.
  var wantsWebSocket: Bool {
    connectionOptions.contains("upgrade") && values("upgrade").count == 1
      && HTTPToken.lower(values("upgrade")[0].utf8) == "websocket" && method == "GET" && minorVersion == 1
      && framing == .none
  }

  var keepsAlive: Bool {
    let options = connectionOptions.union(values("proxy-connection").map { HTTPToken.lower($0.utf8) })
    return minorVersion == 1 ? !options.contains("close") : options.contains("keep-alive")
  }

  /// The head as the server gets it: written anew, with one framing.
  func forwarded(to target: HTTPTarget) -> [UInt8] {
    var text = "\(method) \(target.requestTarget) HTTP/1.1\r\nHost: \(target.authority)\r\n"
    let dropped = Self.hopByHop.union(connectionOptions)
    for field in fields where !dropped.contains(field.name) { text += "\(field.name): \(field.value)\r\n" }
    switch framing {
    case .none: if ["POST", "PUT", "PATCH"].contains(method) { text += "content-length: 0\r\n" }
    case .length(let length): text += "content-length: \(length)\r\n"
    case .chunked: text += "transfer-encoding: chunked\r\n"
    }
    if wantsWebSocket { text += "connection: upgrade\r\nupgrade: websocket\r\n" }
    return Array((text + "\r\n").utf8)
  }
}
