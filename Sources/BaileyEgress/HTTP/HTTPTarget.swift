import BaileyCore

/// How HTTP reached the gate.
enum HTTPOrigin: Sendable, Equatable {
  /// Inside of TLS that the gate has answered for this host.
  case secure(NamedHost, port: UInt16)
  /// The explicit proxy: absolute-form targets.
  case proxy
  /// A captured connection, or the inside of a tunnel: origin-form targets.
  case transparent(NamedHost?, port: UInt16, isStrict: Bool)

  var scheme: HTTPScheme {
    if case .secure = self { return .https }
    return .http
  }
}

enum HTTPScheme: String, Sendable {
  case http, https

  var usualPort: UInt16 { self == .http ? 80 : 443 }
}

/// Where one request goes, after all its names were found to agree.
struct HTTPTarget: Sendable, Equatable {
  var scheme: HTTPScheme
  var host: NamedHost
  var port: UInt16
  /// Path and query in the one form that is judged.
  var canonical: CanonicalTarget

  /// What stands in the request line towards the server.
  var requestTarget: String { canonical.text }

  /// The value of Host towards the server.
  var authority: String {
    port == scheme.usualPort ? host.bracketed : "\(host.bracketed):\(port)"
  }

  /// - Parameter keepsEncodedSlash: whether a rule for the host says that `%2F` is part of names there.
  init(
    _ head: RequestHead, _ origin: HTTPOrigin, keepsEncodedSlash: (NamedHost, UInt16) -> Bool = { _, _ in false }
  ) throws(Refusal) {
    if head.method == "TRACE" || head.method == "TRACK" {
      throw Refusal("method-refused", "\(head.method) sends credentials back and is not passed on")
    }
    guard head.method != "CONNECT" else {
      throw Refusal("method-refused", "CONNECT is served only by the proxy, as the first request of a connection")
    }
    guard let raw = head.values("host").first, let named = Authority(raw) else {
      throw .host(head.values("host").first ?? "")
    }
    scheme = origin.scheme
    if let named = head.scheme, named != scheme.rawValue { throw .mismatch("scheme \(named)", scheme.rawValue) }
    let absolute = try Self.absolute(head.target, scheme)
    if let absolute { try Self.check(absolute.authority, named, usualPort: scheme.usualPort) }
    switch origin {
    case .secure(let judged, let connectionPort):
      host = try HostAgreement(claim: judged, isStrict: true).agree(named.host).get()
      port = connectionPort
      try Self.check(port: named, connectionPort)
      if let absolute { try Self.check(port: absolute.authority, connectionPort) }
    case .proxy:
      guard let absolute else { throw Self.notProxied }
      host = absolute.authority.host
      port = absolute.authority.port ?? 80
    case .transparent(let claim, let connectionPort, let isStrict):
      host = try HostAgreement(claim: claim, isStrict: isStrict).agree(named.host).get()
      port = connectionPort
      try Self.check(port: named, connectionPort)
      if let absolute { try Self.check(port: absolute.authority, connectionPort) }
    }
    canonical = try Self.canonical(absolute?.path ?? head.target, head.method, keepsEncodedSlash(host, port))
  }

  private static func canonical(_ raw: String, _ method: String, _ keepsSlash: Bool) throws(Refusal) -> CanonicalTarget
  {
    if raw == "*", method == "OPTIONS" { return .asterisk }
    guard raw.hasPrefix("/"), !raw.utf8.contains(UInt8(ascii: "#")) else { throw .http(.requestLine) }
    do throws(PathAmbiguity) { return try CanonicalTarget(raw, keepsEncodedSlash: keepsSlash) } catch {
      throw .path(error)
    }
  }

  private static let notProxied = Refusal(
    "proxy-request-malformed", "this is Bailey's proxy, not a web server",
    hint: "send an absolute URL (GET http://host/path) or CONNECT")

  /// - Returns: `nil` for origin-form.
  private static func absolute(_ target: String, _ scheme: HTTPScheme) throws(Refusal)
    -> (authority: Authority, path: String)?
  {
    guard !target.hasPrefix("/"), target != "*" else { return nil }
    guard let separator = target.utf8.firstIndex(of: UInt8(ascii: ":")) else { throw .http(.requestLine) }
    guard HTTPToken.lower(target.utf8[..<separator]) == scheme.rawValue, target[separator...].hasPrefix("://") else {
      throw Refusal(
        "proxy-request-malformed", "only \(scheme.rawValue):// URLs can be requested here",
        hint: "use CONNECT for https://")
    }
    let rest = target[target.index(separator, offsetBy: 3)...]
    let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
    guard let authority = Authority(String(rest[..<end])) else { throw .host(String(rest[..<end])) }
    let path = String(rest[end...])
    return (authority, path.hasPrefix("/") ? path : "/" + path)
  }

  private static func check(_ absolute: Authority, _ named: Authority, usualPort: UInt16) throws(Refusal) {
    guard absolute.host == named.host, (absolute.port ?? usualPort) == (named.port ?? usualPort) else {
      throw .mismatch(named.host.text, "\(absolute.host.text):\(absolute.port ?? usualPort)")
    }
  }

  private static func check(port named: Authority, _ port: UInt16) throws(Refusal) {
    if let other = named.port, other != port { throw .mismatch("port \(other)", "port \(port)") }
  }
}

extension RequestHead {
  /// The head with the one target and host that were judged.
  func directed(to target: HTTPTarget) -> RequestHead {
    var head = self
    head.target = target.requestTarget
    head.scheme = target.scheme.rawValue
    head.fields.removeAll { $0.name == "host" }
    head.fields.insert(HTTPField(name: "host", target.authority), at: 0)
    return head
  }
}
