/// Why the head of a request is not HTTP/1.1 in its one strict form.
enum RequestHeadError: String, Error, Sendable {
  case tooLong = "the head is longer than 64 KiB"
  case requestLine = "the request line is malformed"
  case version = "the version is not HTTP/1.0 or HTTP/1.1"
  case bareLineFeed = "a line does not end in CR LF"
  case fieldName = "a field name is malformed"
  case fieldValue = "a field value holds a control character or a byte of 0x80 or above"
  case foldedField = "a field is continued on a second line"
  case tooManyFields = "there are more than 256 fields"
  case host = "there is not exactly one Host field"
  case contentLength = "the Content-Length is not one plain number"
  case transferEncoding = "the Transfer-Encoding is not `chunked` alone"
  case pseudoField = "a pseudo-field is missing, doubled, unknown, malformed or behind a plain field"
  case connectionField = "a field belongs to connections of HTTP/1"
  case ambiguousLength = "there are a Content-Length and a Transfer-Encoding"
}

/// The head of an HTTP/1 request, read so strictly that no two servers can read it differently.
///
/// RFC 9112 without its allowances: no bare LF, no folding, no white space before a colon, exactly one Host, one length.
extension RequestHead {
  static let limit = 64 << 10

  /// `nil` while more bytes are needed.
  static func parse(_ bytes: some RandomAccessCollection<UInt8>) throws(RequestHeadError) -> RequestHead? {
    let window = Array(bytes.prefix(limit))
    guard let end = try headEnd(window) else {
      if bytes.count >= limit { throw .tooLong }
      return nil
    }
    var lines = try splitLines(window[..<(end - 2)])
    guard !lines.isEmpty else { throw .requestLine }
    var head = try requestLine(lines.removeFirst())
    guard lines.count <= 256 else { throw .tooManyFields }
    for line in lines { head.fields.append(try field(line)) }
    head.length = end
    head.framing = try head.decideFraming()
    head.dropNominated()
    try head.checkHost()
    head.wantsWebSocket = head.asksForWebSocket
    return head
  }

  /// Index after the empty line. A bare LF anywhere before it is an error as soon as it is seen.
  private static func headEnd(_ bytes: [UInt8]) throws(RequestHeadError) -> Int? {
    var lineStart = 0
    for index in bytes.indices where bytes[index] == 10 {
      guard index > 0, bytes[index - 1] == 13 else { throw .bareLineFeed }
      if index - 1 == lineStart {
        if lineStart == 0 { throw .requestLine }
        return index + 1
      }
      lineStart = index + 1
    }
    return nil
  }

  /// - Parameter bytes: lines, each with its CR LF.
  private static func splitLines(_ bytes: ArraySlice<UInt8>) throws(RequestHeadError) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var rest = bytes
    while let end = rest.firstIndex(of: 10) {
      lines.append(rest[rest.startIndex..<(end - 1)])
      rest = rest[(end + 1)...]
    }
    return lines
  }

  private static func requestLine(_ line: ArraySlice<UInt8>) throws(RequestHeadError) -> RequestHead {
    let parts = line.split(separator: 32, omittingEmptySubsequences: false)
    guard parts.count == 3, (1...32).contains(parts[0].count), parts[0].allSatisfy(HTTPToken.isToken),
      !parts[1].isEmpty, parts[1].allSatisfy(HTTPToken.isTargetByte)
    else { throw .requestLine }
    let version = String(decoding: parts[2], as: UTF8.self)
    guard version == "HTTP/1.1" || version == "HTTP/1.0" else { throw .version }
    return RequestHead(
      method: String(decoding: parts[0], as: UTF8.self), target: String(decoding: parts[1], as: UTF8.self),
      version: version == "HTTP/1.1" ? .http11 : .http10, fields: [], framing: .none, length: 0)
  }

  static func field(_ line: ArraySlice<UInt8>) throws(RequestHeadError) -> HTTPField {
    if line.first == 32 || line.first == 9 { throw .foldedField }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .fieldName }
    let name = line[..<colon]
    guard !name.isEmpty, name.allSatisfy(HTTPToken.isToken) else { throw .fieldName }
    let value = line[(colon + 1)...]
    guard value.allSatisfy(HTTPToken.isFieldByte) else { throw .fieldValue }
    let lower = HTTPToken.lower(name)
    // CGI and its heirs read `_` as `-`: such a field could become a second length or host behind the gate.
    if looksLikeAnother(lower) { throw .fieldName }
    return HTTPField(name: lower, value: Array(trimmed(value)))
  }

  static func looksLikeAnother(_ name: String) -> Bool {
    name.contains("_") && lookAlikes.contains(name.replacing("_", with: "-"))
  }

  private static let lookAlikes: Set<String> = ["transfer-encoding", "content-length", "host", "connection", "upgrade"]

  static func trimmed<Bytes: BidirectionalCollection<UInt8>>(_ bytes: Bytes) -> Bytes.SubSequence
  where Bytes.SubSequence: BidirectionalCollection<UInt8>, Bytes.SubSequence.SubSequence == Bytes.SubSequence {
    var rest = bytes[...]
    while let first = rest.first, first == 32 || first == 9 { rest = rest.dropFirst() }
    while let last = rest.last, last == 32 || last == 9 { rest = rest.dropLast() }
    return rest
  }

  private func decideFraming() throws(RequestHeadError) -> BodyFraming {
    let lengths = values("content-length")
    let encodings = values("transfer-encoding")
    if !lengths.isEmpty, !encodings.isEmpty { throw .ambiguousLength }
    if !encodings.isEmpty {
      guard encodings.count == 1, HTTPToken.lower(encodings[0].utf8) == "chunked", version == .http11 else {
        throw .transferEncoding
      }
      return .chunked
    }
    return lengths.isEmpty ? .none : .length(try Self.contentLength(lengths))
  }

  /// One plain number.
  static func contentLength(_ values: [String]) throws(RequestHeadError) -> Int64 {
    guard values.count == 1, let digits = values.first?.utf8, (1...18).contains(digits.count),
      digits.allSatisfy({ (0x30...0x39).contains($0) }), digits.count == 1 || digits.first != 0x30,
      let length = Int64(values[0])
    else { throw .contentLength }
    return length
  }

  /// What Connection names is not sent on (RFC 9110 section 7.6.1): so nobody may read it here either.
  private mutating func dropNominated() {
    let nominated = fields.connectionOptions.subtracting(Self.hopByHop)
    if !nominated.isEmpty { fields.removeAll { nominated.contains($0.name) } }
  }

  /// CONNECT of an HTTP/1.0 client comes without Host, and names its target in the request line alone.
  private func checkHost() throws(RequestHeadError) {
    let hosts = values("host")
    if method == "CONNECT", hosts.isEmpty, version == .http10 { return }
    guard hosts.count == 1, !hosts[0].isEmpty else { throw .host }
  }

  private var asksForWebSocket: Bool {
    let upgrades = values("upgrade")
    return upgrades.count == 1 && HTTPToken.lower(upgrades[0].utf8) == "websocket" && method == "GET"
      && version == .http11 && framing == .none && fields.connectionOptions.contains("upgrade")
  }

  /// Whether the client's connection is for further requests.
  var keepsAlive: Bool {
    let options = fields.connectionOptions.union(values("proxy-connection").map { HTTPToken.lower($0.utf8) })
    return version == .http10 ? options.contains("keep-alive") : !options.contains("close")
  }
}
