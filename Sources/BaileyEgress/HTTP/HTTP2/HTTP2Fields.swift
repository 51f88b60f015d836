import NIOHPACK

/// Fields of HTTP/2, read so strictly that no server can read them differently once they are HTTP/1 (RFC 9113 section 8.2 and 8.3).
enum HTTP2Fields {
  static let countLimit = 256

  /// - Parameter endsStream: there is no body.
  static func request(_ headers: HPACKHeaders, endsStream: Bool) throws(RequestHeadError) -> RequestHead {
    let (pseudo, all) = try split(headers, allowed: [":method", ":scheme", ":authority", ":path", ":protocol"])
    guard let method = pseudo[":method"], (1...32).contains(method.utf8.count),
      method.utf8.allSatisfy(HTTPToken.isToken)
    else { throw .pseudoField }
    var head = RequestHead(
      method: method, target: "", version: .http2, fields: joined(all), framing: .none, length: size(headers))
    try take(pseudo, into: &head)
    head.framing = try framing(head, endsStream: endsStream)
    return head
  }

  private static func take(_ pseudo: [String: String], into head: inout RequestHead) throws(RequestHeadError) {
    try setHost(pseudo[":authority"], &head)
    if head.method == "CONNECT", pseudo[":protocol"] == nil {
      // A tunnel within a connection; it is refused by its method.
      guard pseudo[":path"] == nil, pseudo[":scheme"] == nil else { throw .pseudoField }
      head.target = pseudo[":authority"] ?? ""
      return
    }
    guard let scheme = pseudo[":scheme"], let path = pseudo[":path"], !path.isEmpty,
      path.utf8.allSatisfy(HTTPToken.isTargetByte), path.hasPrefix("/") || path == "*" && head.method == "OPTIONS"
    else { throw .pseudoField }
    (head.scheme, head.target) = (scheme, path)
    guard let name = pseudo[":protocol"] else { return }
    guard head.method == "CONNECT", name == "websocket", pseudo[":authority"] != nil else { throw .pseudoField }
    (head.method, head.wantsWebSocket) = ("GET", true)
  }

  /// `:authority` and Host, where both are there, are the same.
  private static func setHost(_ authority: String?, _ head: inout RequestHead) throws(RequestHeadError) {
    let hosts = head.values("host")
    guard let host = authority ?? hosts.first, !host.isEmpty, hosts.count <= 1,
      hosts.allSatisfy({ HTTPToken.lower($0.utf8) == HTTPToken.lower(host.utf8) })
    else { throw .host }
    head.fields.removeAll { $0.name == "host" }
    head.fields.insert(HTTPField(name: "host", host), at: 0)
  }

  private static func framing(_ head: RequestHead, endsStream: Bool) throws(RequestHeadError) -> BodyFraming {
    let lengths = head.values("content-length")
    guard !lengths.isEmpty else { return endsStream || head.wantsWebSocket ? .none : .chunked }
    let length = try RequestHead.contentLength(lengths)
    guard !endsStream || length == 0, !head.wantsWebSocket else { throw .contentLength }
    return endsStream ? .none : .length(length)
  }

  /// - Throws: `nil` status and all else that is not an answer's head.
  static func response(_ headers: HPACKHeaders, endsStream: Bool, to method: String) throws(RequestHeadError)
    -> ResponseHead
  {
    let (pseudo, fields) = try split(headers, allowed: [":status"], isAnswer: true)
    guard let text = pseudo[":status"], text.utf8.count == 3, let status = Int(text), (100...599).contains(status),
      status != 101
    else { throw .pseudoField }
    var head = ResponseHead(status: status, reason: [], version: .http2, fields: fields, length: size(headers))
    let lengths = Set(head.values("content-length"))
    let length = lengths.isEmpty ? nil : try RequestHead.contentLength(Array(lengths))
    let hasNone = endsStream || method == "HEAD" || status < 200 || status == 204 || status == 304
    head.framing = hasNone ? .none : length.map { .length($0) } ?? .chunked
    return head
  }

  static func trailers(_ headers: HPACKHeaders, isAnswer: Bool) throws(RequestHeadError) -> [HTTPField] {
    let (_, fields) = try split(headers, allowed: [], isAnswer: isAnswer)
    guard fields.count <= 64, fields.allSatisfy({ Trailers.mayHold($0.name) }) else { throw .fieldName }
    return fields
  }

  /// Bytes of a list of fields as SETTINGS_MAX_HEADER_LIST_SIZE counts them.
  static func size(_ headers: HPACKHeaders) -> Int {
    headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 }
  }

  /// Crumbs of a cookie are one field again (RFC 9113 section 8.2.3).
  private static func joined(_ fields: [HTTPField]) -> [HTTPField] {
    let crumbs = fields.filter { $0.name == "cookie" }
    guard crumbs.count > 1 else { return fields }
    let cookie = HTTPField(name: "cookie", value: Array(crumbs.map(\.value).joined(separator: [0x3B, 0x20])))
    return fields.filter { $0.name != "cookie" } + [cookie]
  }

  // MARK: one field

  private static func split(_ headers: HPACKHeaders, allowed: Set<String>, isAnswer: Bool = false)
    throws(RequestHeadError) -> ([String: String], [HTTPField])
  {
    guard headers.count <= countLimit else { throw .tooManyFields }
    var pseudo: [String: String] = [:]
    var fields: [HTTPField] = []
    for (name, value, _) in headers {
      guard name.utf8.first == UInt8(ascii: ":") else {
        fields.append(try field(name, value, isAnswer))
        continue
      }
      guard fields.isEmpty, allowed.contains(name), pseudo[name] == nil, value.utf8.allSatisfy(HTTPToken.isTargetByte)
      else { throw .pseudoField }
      pseudo[name] = value
    }
    return (pseudo, fields)
  }

  /// What HTTP/1 says in other ways (RFC 9113 section 8.2.2).
  private static let never: Set<String> = [
    "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade", "http2-settings",
  ]

  private static func field(_ name: String, _ value: String, _ isAnswer: Bool) throws(RequestHeadError) -> HTTPField {
    guard !name.isEmpty, name.utf8.allSatisfy({ HTTPToken.isToken($0) && !(0x41...0x5A).contains($0) }),
      !RequestHead.looksLikeAnother(name)
    else { throw .fieldName }
    guard !never.contains(name), isAnswer || name != "te" || value == "trailers" else { throw .connectionField }
    let bytes = Array(value.utf8)
    let isPlain =
      isAnswer ? bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 9 } : bytes.allSatisfy(HTTPToken.isFieldByte)
    guard isPlain, RequestHead.trimmed(bytes).count == bytes.count else { throw .fieldValue }
    return HTTPField(name: name, value: bytes)
  }
}

extension RequestHead {
  /// The head as an HTTP/2 server gets it.
  var http2: HPACKHeaders {
    var headers = HPACKHeaders()
    headers.add(name: ":method", value: wantsWebSocket ? "CONNECT" : method)
    if wantsWebSocket { headers.add(name: ":protocol", value: "websocket") }
    headers.add(name: ":scheme", value: scheme ?? "https")
    headers.add(name: ":authority", value: values("host").first ?? "")
    headers.add(name: ":path", value: target)
    let dropped = Self.hopByHop.union(fields.connectionOptions).union(["host", "sec-websocket-key"])
    for field in fields where !dropped.contains(field.name) { headers.add(name: field.name, value: field.text) }
    if case .length(let length) = framing { headers.add(name: "content-length", value: "\(length)") }
    if framing == .none, ["POST", "PUT", "PATCH"].contains(method) { headers.add(name: "content-length", value: "0") }
    if values("te").contains(where: { HTTPToken.lower($0.utf8).contains("trailers") }) {
      headers.add(name: "te", value: "trailers")
    }
    return headers
  }
}

extension ResponseHead {
  /// The head as an HTTP/2 client gets it; that a WebSocket begins is a 200 there (RFC 8441 section 5).
  var http2: HPACKHeaders {
    var headers = HPACKHeaders([(":status", status == 101 ? "200" : "\(status)")])
    let dropped = Self.hopByHop.union(fields.connectionOptions).union(["sec-websocket-accept"])
    for field in fields where !dropped.contains(field.name) { headers.add(name: field.name, value: field.text) }
    let length = if case .length(let count) = framing { "\(count)" } else { values("content-length").first }
    if let length, framing != .chunked, status >= 200 { headers.add(name: "content-length", value: length) }
    return headers
  }
}

extension HPACKHeaders {
  init(trailers: [HTTPField]) { self.init(trailers.map { ($0.name, $0.text) }) }
}
