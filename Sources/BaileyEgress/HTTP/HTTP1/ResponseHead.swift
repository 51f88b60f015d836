/// Why a server's answer is not passed on.
enum ResponseHeadError: Error, Sendable, Equatable { case malformed, tooLong, ambiguousLength }

/// The head of an HTTP/1 answer.
extension ResponseHead {
  /// How the end of the body is known; `untilClose` exists only for answers.
  enum Framing: Sendable, Equatable {
    case body(BodyFraming)
    case untilClose
  }

  static let limit = 256 << 10

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
      status: status, reason: reason, version: version == "HTTP/1.1" ? .http11 : .http10, fields: [], length: 0)
  }

  private static func field(_ line: ArraySlice<UInt8>) throws(ResponseHeadError) -> HTTPField {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(HTTPToken.isToken)
    else { throw .malformed }
    let name = HTTPToken.lower(line[..<colon])
    let value = line[(colon + 1)...]
    guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 9 }) else { throw .malformed }
    // Who reads `_` as `-` would find a second length.
    if ["transfer-encoding", "content-length"].contains(name.replacing("_", with: "-")), name.contains("_") {
      throw .malformed
    }
    return HTTPField(name: name, value: Array(RequestHead.trimmed(value)))
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
}
