import BaileyCore
import Testing

/// Requests that others collected, and ordinary ones.
enum HostileRequest {
  /// defparam/smuggler, the default list.
  static func smuggling() throws -> [[UInt8]] {
    let list = try JSON.parse(Array((Vectors.text("http/smuggling_default.json") ?? "").utf8))
    return try #require(list.object).sorted { $0.key < $1.key }.map { _, value in
      let text = (value.string ?? "").replacing("@URI@", with: "/")
      let isLatin = text.unicodeScalars.allSatisfy { $0.value < 256 }
      return isLatin ? text.unicodeScalars.map { UInt8($0.value) } : Array(text.utf8)
    }
  }

  /// The HTTP garden's trophies.
  static func garden() throws -> [[UInt8]] {
    let list = try JSON.parse(Array((Vectors.text("http/garden_trophies.json") ?? "").utf8))
    return try #require(list.array).map { CString.unescape($0.string ?? "", isC: true) }
  }

  static func llhttp() -> [[UInt8]] {
    let files = [
      "sample", "method", "uri", "connection", "content-length", "transfer-encoding", "invalid", "finish", "pausing",
      "pipelining", "lenient-headers", "lenient-header-value-relaxed", "lenient-version",
    ]
    return files.flatMap { LLHTTPCase.read("http/h1/llhttp/request/\($0).md").map(\.bytes) }
  }

  static func picohttpparser() -> [[UInt8]] {
    let lines = (Vectors.text("http/h1/picohttpparser_test.c") ?? "").split(separator: "\n")
    return lines.filter { $0.contains("    PARSE(\"") }.compactMap { CString.literals($0).first }
  }

  /// The requests of which the others are mutations; the last two payloads are two requests each.
  static let benign = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a?b=c%20d HTTP/1.1\r\nHost: a\r\nX-Y: z;q=\"1\"\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\n\r\n",
    "PUT / HTTP/1.1\r\nhost:a\r\ncontent-length:\t5 \r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding:Chunked\r\n\r\n5;a=b\r\nhello\r\n00a\r\n0123456789\r\n0\r\nT: v\r\n\r\n",
    "DELETE /x HTTP/1.1\r\nHost: a\r\nConnection: X-Drop\r\nX-Drop: 1\r\n\r\n",
    "PATCH /x HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok",
    "GET / HTTP/1.0\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
  ].map { Array($0.utf8) }

  /// The same with another authority in every ordinary Host field, with such a field where the first request has none, and with
  /// absolute targets.
  static func addressed(_ bytes: [UInt8], _ authority: String, isAbsolute: Bool) -> [UInt8] {
    let host = Array("Host: \(authority)".utf8)
    var lines = bytes.split(separator: [13, 10], omittingEmptySubsequences: false).map(Array.init)
    for index in lines.indices {
      if isHost(lines[index]) { lines[index] = host }
      if isAbsolute { lines[index] = absolute(lines[index], authority) }
    }
    let firstHead = lines.prefix { !$0.isEmpty }
    if lines.count > 1, !firstHead.contains(host), !firstHead.contains(where: mentionsHost) {
      lines.insert(host, at: 1)
    }
    return Array(lines.joined(separator: [13, 10]))
  }

  private static func isHost(_ line: [UInt8]) -> Bool {
    let lower = HTTPText.lower(line)
    return lower.starts(with: Array("host:".utf8))
      && lower.dropFirst(5).allSatisfy { (0x21...0x7E).contains($0) || $0 == 32 }
  }

  private static func mentionsHost(_ line: [UInt8]) -> Bool { HTTPText.lower(line).starts(with: Array("host".utf8)) }

  private static func absolute(_ line: [UInt8], _ authority: String) -> [UInt8] {
    guard let slash = line.firstRange(of: Array(" /".utf8)), line.firstRange(of: Array(" HTTP/".utf8)) != nil else {
      return line
    }
    return line[...slash.lowerBound] + Array("http://\(authority)".utf8) + line[(slash.lowerBound + 1)...]
  }
}

private enum HTTPText {
  static func lower(_ bytes: [UInt8]) -> [UInt8] { bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } }
}
