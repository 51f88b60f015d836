import BaileyCore

/// Why the agent did not get what it asked for, in words that it can read.
struct Refusal: Error, Sendable, Equatable {
  var code: String
  var reason: String
  var hint: String?
  /// File and line of the rule, where a rule said so.
  var source: String?
  /// What was found, where that is the reason: `rule`, `tier`, `where`.
  var found: [String: JSON] = [:]

  init(_ code: String, _ reason: String, hint: String? = nil, source: String? = nil) {
    self.code = code
    self.reason = reason
    self.hint = hint
    self.source = source
  }

  /// What the mediator said.
  init(_ ruling: Ruling) {
    let reason = ruling.decision.reasons.first
    self.init(
      reason?.code ?? "record-failed", reason?.sentence ?? "the action could not be recorded, so it does not happen",
      hint: Self.advice(on: reason),
      source: reason?.source?.text)
    name(ruling.action.resource["findings"])
  }

  /// What weighs most among the findings of a request; never its value.
  private mutating func name(_ findings: JSON?) {
    let places = (findings?["found"]?.array ?? []).compactMap(PassageFindings.Place.init(json:))
    guard let told = places.strictest else { return }
    found = [
      "rule": .string(told.finding.rule), "tier": .string(told.finding.tier.rawValue), "where": .string(told.name),
    ]
    guard ["secret-in-request", "request-unreadable", "nobody-to-ask"].contains(code) else { return }
    hint =
      "take it out of the request; what is known and harmless, a person accepts in inspection/allow.yaml: "
      + "by rule and host under `hosts`, or by value under `fingerprints`"
  }

  /// The body of a refusal where HTTP is spoken.
  func body(host: String?, port: UInt16?) -> [UInt8] {
    var error: [String: JSON] = ["code": .string(code), "reason": .string(printable(reason))]
    error.merge(found) { first, _ in first }
    if let hint { error["hint"] = .string(hint) }
    if let source { error["source"] = .string(printable(source)) }
    if let host { error["host"] = .string(printable(host)) }
    if let port { error["port"] = .int(Int64(port)) }
    return JSON.object(["error": .object(error)]).canonical + [10]
  }

  /// A whole HTTP/1.1 answer; the connection ends with it.
  func response(status: String = "403 Forbidden", host: String?, port: UInt16?) -> [UInt8] {
    let content = body(host: host, port: port)
    let head =
      "HTTP/1.1 \(status)\r\ncontent-type: application/json\r\ncontent-length: \(content.count)\r\n"
      + "cache-control: no-store\r\nvia: 1.1 bailey\r\nconnection: close\r\n\r\n"
    return Array(head.utf8) + content
  }

  /// Status line for what is not the agent's lack of permission.
  var status: String {
    switch code {
    case "http-malformed", "proxy-request-malformed", "host-malformed", "websocket-handshake": "400 Bad Request"
    case "client-silent": "408 Request Timeout"
    case "name-not-found", "connection-failed", "server-untrusted", "upstream-proxy-refused": "502 Bad Gateway"
    case "resolver-timeout", "connection-timeout": "504 Gateway Timeout"
    case "too-many-connections", "too-many-streams", "egress-busy", "resolver-busy": "503 Service Unavailable"
    default: "403 Forbidden"
    }
  }

  var detail: JSON { ["code": .string(code), "reason": .string(printable(reason))] }
}

extension Refusal {
  static func mismatch(_ inside: String, _ outside: String) -> Refusal {
    Refusal(
      "name-mismatch", "the protocol names \(printable(inside)), the connection was made for \(outside)",
      hint: "use one name in the address, SNI and Host")
  }

  static let nameMissing = Refusal(
    "name-missing", "the protocol carries no host name that could be judged",
    hint:
      "use TLS with SNI or HTTP with Host; a server that speaks first needs a `tcp://` rule, an address needs an address rule"
  )

  static let nameHidden = Refusal(
    "name-hidden", "the client encrypts the name of the server (ECH), or pretends to",
    hint:
      "turn encrypted ClientHello and its grease off: Chromium by the policy EncryptedClientHelloEnabled, Firefox by "
      + "network.dns.echconfig.enabled and security.tls.ech.grease_probability")

  static let budget = Refusal("upload-budget", "the session's upload budget is used up")

  static let unreadBudget = Refusal(
    "upload-budget", "what may leave this session unread is used up",
    hint: "limits.upload in the manifest sets a budget of its own")

  static let tooManyConnections = Refusal(
    "too-many-connections", "the session has as many connections as it may have", hint: "close some, and try again")

  static let tooManyOpened = Refusal(
    "too-many-connections", "there are as many opened TLS connections as there may be",
    hint: "close some, and try again")

  static let tooManyServers = Refusal(
    "too-many-connections", "there are as many connections to servers as there may be",
    hint: "finish some requests, and try again")

  static let busy = Refusal(
    "egress-busy", "the session's unfinished requests hold as much memory as they may",
    hint: "finish or close some, and try again")

  static let tooManyStreams = Refusal(
    "too-many-streams", "the session has as many streams of HTTP/2 as it may have", hint: "finish some, and try again")

  static let silent = Refusal("client-silent", "the client sent no complete request in time")

  static let unknownAddress = Refusal(
    "name-unknown", "this synthetic address stands for no name", hint: "look the name up again")

  static let tlsMalformed = Refusal("tls-malformed", "the TLS ClientHello cannot be read in only one way")

  static func http(_ error: RequestHeadError) -> Refusal {
    Refusal("http-malformed", error.rawValue, hint: "send strict HTTP/1.1 (RFC 9112)")
  }

  static func http2(_ error: RequestHeadError) -> Refusal {
    Refusal("http-malformed", error.rawValue, hint: "send strict HTTP/2 (RFC 9113)")
  }

  static func host(_ text: String) -> Refusal {
    Refusal(
      "host-malformed",
      "`\(printable(String(text.prefix(300))))` is neither a host name nor an address in plain spelling")
  }

  static func spoken(_ spoken: SpokenProtocol) -> Refusal {
    let word =
      switch spoken {
      case .tls: "TLS"
      case .http: "plain HTTP"
      case .other: "a protocol without a name"
      }
    return Refusal("protocol-not-allowed", "the rule for this host is not for \(word)")
  }

  static func resolving(_ error: ResolveError, _ host: String) -> Refusal {
    switch error {
    case .noSuchName: Refusal("name-not-found", "\(host) has no address")
    case .timedOut: Refusal("resolver-timeout", "the look-up of \(host) took too long")
    case .tooBusy: Refusal("resolver-busy", "too many look-ups wait")
    }
  }

  static func notDialable(_ host: String, _ addresses: [IPAddress]) -> Refusal {
    let list = addresses.prefix(4).map { "\($0) (\($0.addressClass.rawValue))" }.joined(separator: ", ")
    return Refusal(
      "address-not-named", "\(host) leads to \(list), which no rule names",
      hint: "a private address needs an address rule of its own")
  }
}
