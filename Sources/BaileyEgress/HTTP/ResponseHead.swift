/// Why a server's answer is not passed on.
enum ResponseHeadError: Error, Sendable, Equatable { case malformed, tooLong, ambiguousLength }

/// The head of an HTTP/1 answer. Values are kept as bytes: servers do send others than ASCII.
struct ResponseHead: Sendable, Equatable {
  struct Field: Sendable, Equatable {
    var name: String
    var value: [UInt8]
  }

  /// How the end of the body is known; `untilClose` exists only for answers.
  enum Framing: Sendable, Equatable {
    case body(BodyFraming)
    case untilClose
  }

  var status: Int
  var reason: [UInt8]
  var minorVersion: Int
  var fields: [Field]
  var length: Int

  static let limit = 256 << 10

  func values(_ name: String) -> [String] {
    fields.filter { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
  }

  /// `nil` while more bytes are needed.
  static func parse(_ bytes: some RandomAccessCollection<UInt8>) throws(ResponseHeadError) -> ResponseHead? {
    let window = Array(bytes.prefix(limit))
    guard let end = headEnd(window) else {
      if bytes.count >= limit { throw .tooLong }
      return nil
    }
    var lines: [ArraySlice<UInt8>] = []
    var rest = window[..<(end - 2)]
    while let feed = rest.firstIndex(of: 10) {
      guard feed > rest.startIndex, window[feed - 1] == 13 else { throw .malformed }
      lines.append(rest[rest.startIndex..<(feed - 1)])
      rest = rest[(feed + 1)...]
    }
    guard rest.isEmpty, let first = lines.first else { throw .malformed }
    var head = try statusLine(first)
    for line in lines.dropFirst() { head.fields.append(try field(line)) }
    head.length = end
    return head
  }

  private static func headEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for index in 3..<bytes.count where bytes[index] == 10 {
      if bytes[index - 1] == 13, bytes[index - 2] == 10, bytes[index - 3] == 13 { return index + 1 }
    }
    return nil
  }

  private static func statusLine(_ line: ArraySlice<UInt8>) throws(ResponseHeadError) -> ResponseHead {
    let parts = line.split(separator: 32, maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[1].count == 3, let status = Int(String(decoding: parts[1], as: UTF8.self)),
      (100...999).contains(status), parts[1].allSatisfy({ (0x30...0x39).contains($0) })
    else { throw .malformed }
    let version = String(decoding: parts[0], as: UTF8.self)
    guard version == "HTTP/1.1" || version == "HTTP/1.0" else { throw .malformed }
    let reason = parts.count == 3 ? Array(parts[2]) : []
    guard reason.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 9 }) else { throw .malformed }
    return ResponseHead(
      status: status, reason: reason, minorVersion: version == "HTTP/1.1" ? 1 : 0, fields: [], length: 0)
  }

  private static func field(_ line: ArraySlice<UInt8>) throws(ResponseHeadError) -> Field {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(HTTPToken.isToken)
    else { throw .malformed }
    let value = line[(colon + 1)...]
    guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 9 }) else { throw .malformed }
    return Field(name: HTTPToken.lower(line[..<colon]), value: Array(RequestHead.trimmed(value)))
  }

  /// RFC 9112 section 6.3, strictly: one length or `chunked` alone.
  func framing(for method: String) throws(ResponseHeadError) -> Framing {
    if method == "HEAD" || status < 200 || status == 204 || status == 304 { return .body(.none) }
    let encodings = values("transfer-encoding")
    let lengths = Set(values("content-length"))
    if !encodings.isEmpty {
      guard lengths.isEmpty, encodings.count == 1, HTTPToken.lower(encodings[0].utf8) == "chunked" else {
        throw .ambiguousLength
      }
      return .body(.chunked)
    }
    guard let text = lengths.first else { return .untilClose }
    guard lengths.count == 1, (1...18).contains(text.utf8.count),
      text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int64(text)
    else { throw .ambiguousLength }
    return .body(.length(length))
  }

  private static let hopByHop: Set<String> = [
    "connection", "proxy-connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "content-length",
    "proxy-authenticate", "alt-svc",
  ]

  var connectionOptions: Set<String> {
    Set(values("connection").flatMap { $0.split(separator: ",") }.map { HTTPToken.lower(RequestHead.trimmed($0.utf8)) })
  }

  /// The head as the client gets it. `Alt-Svc` is dropped: it offers ways around the gate.
  func forwarded(framing: Framing, isChunked: Bool, keepsAlive: Bool, isUpgrade: Bool) -> [UInt8] {
    var out = Array("HTTP/1.1 \(status) ".utf8) + reason + [13, 10]
    let dropped = Self.hopByHop.union(connectionOptions)
    func add(_ name: String, _ value: [UInt8]) { out += Array(name.utf8) + [58, 32] + value + [13, 10] }
    for field in fields where !dropped.contains(field.name) { add(field.name, field.value) }
    if let length = values("content-length").first, framing != .body(.chunked), framing != .untilClose {
      add("content-length", Array(length.utf8))
    }
    if isChunked { add("transfer-encoding", Array("chunked".utf8)) }
    if isUpgrade {
      add("connection", Array("upgrade".utf8))
      add("upgrade", Array("websocket".utf8))
    } else if status >= 200, !keepsAlive {
      add("connection", Array("close".utf8))
    }
    return out + [13, 10]
  }
}
