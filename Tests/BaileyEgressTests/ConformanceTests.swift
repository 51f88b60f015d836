import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyEgress

/// Cases that the authors of other parsers collected.
///
/// What they call an error must be refused here; what they accept is read as they read it, or stands in `Tests/egress-differences.txt` with why not.
@Suite("Conformance", .enabled(if: mustIsolate || Vectors.text("http/h1/llhttp/url.md") != nil))
struct ConformanceTests {
  /// A Host for requests that are about something else.
  private func withHost(_ bytes: [UInt8]) -> [UInt8] {
    let lower = bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    guard lower.firstRange(of: Array("\nhost".utf8)) == nil, let end = bytes.firstIndex(of: 13),
      bytes[end...].starts(with: [13, 10])
    else {
      return bytes
    }
    return bytes[..<(end + 2)] + Array("Host: a\r\n".utf8) + bytes[(end + 2)...]
  }

  /// - Returns: `nil` where both agree.
  private func compare(_ theirs: LLHTTPCase) -> String? {
    let isRequest = theirs.type.hasPrefix("request")
    let ours = isRequest ? Reading.requests(withHost(theirs.bytes)) : Reading.answers(theirs.bytes)
    switch ours {
    case .refused(let why): return theirs.isError || theirs.type.contains("lenient") ? nil : "stricter: \(why)"
    case .messages(let bodies, let isCut):
      if theirs.isError, bodies.count <= theirs.messages, isCut { return nil }
      if theirs.isError { return "READ, they refuse" }
      if bodies.count != theirs.messages { return "\(bodies.count) messages, they have \(theirs.messages)" }
      let count = bodies.reduce(0, +)
      return count == theirs.bodyBytes || isCut ? nil : "\(count) bytes of body, they have \(theirs.bodyBytes)"
    }
  }

  @Test(
    "llhttp's requests and answers are read as llhttp reads them, or refused",
    arguments: ["request", "response"])
  func llhttp(kind: String) throws {
    let files = [
      "sample", "method", "uri", "connection", "content-length", "transfer-encoding", "invalid", "finish", "pausing",
      "pipelining", "lenient-headers", "lenient-header-value-relaxed", "lenient-version",
    ]
    var (found, cases): ([String], Int) = ([], 0)
    for file in files {
      for (index, theirs) in LLHTTPCase.read("http/h1/llhttp/\(kind)/\(file).md").enumerated() {
        cases += 1
        guard let difference = compare(theirs) else { continue }
        found.append(
          Vectors.line("llhttp-" + kind, "\(file) \(index + 1): \(theirs.name) (\(theirs.type))", difference))
      }
    }
    #expect(cases > (kind == "request" ? 130 : 70))
    try Vectors.expectKnown(found, "llhttp-" + kind)
  }

  /// Lines of one function of picohttpparser's test.
  private func picoLines(_ function: String) -> [Substring] {
    let text = Vectors.text("http/h1/picohttpparser_test.c") ?? ""
    guard let start = text.firstRange(of: "static void \(function)(void)") else { return [] }
    return Array(
      text[start.upperBound...].split(separator: "\n", omittingEmptySubsequences: false).prefix { $0 != "}" })
  }

  @Test("picohttpparser's requests and answers are read or refused alike", arguments: ["request", "response"])
  func picohttpparser(kind: String) throws {
    var (found, cases): ([String], Int) = ([], 0)
    for line in picoLines("test_" + kind) where line.contains("    PARSE(") {
      let literals = CString.literals(line)
      guard let bytes = literals.first, let name = literals.last else { continue }
      cases += 1
      let ours = kind == "request" ? Reading.requests(withHost(bytes)) : Reading.answerHead(bytes)
      let accepts = line.contains(", 0, \"")
      switch ours {
      case .refused(let why) where accepts:
        found.append(Vectors.line("pico-" + kind, String(decoding: name, as: UTF8.self), "stricter: \(why)"))
      case .messages(let bodies, _) where bodies.count != (accepts ? 1 : 0):
        found.append(Vectors.line("pico-" + kind, String(decoding: name, as: UTF8.self), "READ \(bodies.count)"))
      default: break
      }
    }
    #expect(cases > 25)
    try Vectors.expectKnown(found, "pico-" + kind)
  }

  @Test("picohttpparser's chunked bodies are decoded or refused alike")
  func picoChunked() throws {
    let head = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
    var (found, cases): ([String], Int) = ([], 0)
    for line in picoLines("test_chunked") + picoLines("test_chunked_consume_trailer") {
      let literals = CString.literals(line)
      guard line.contains("__LINE__"), let encoded = literals.first else { continue }
      cases += 1
      // Without `consume_trailer` they stop behind the last chunk; here the empty line after it is part of the body.
      let isWhole = encoded.suffix(4).elementsEqual([13, 10, 13, 10]) || encoded.suffix(2).elementsEqual([10, 10])
      let ours = Reading.requests(head + encoded + (isWhole ? [] : [13, 10]))
      let wanted: Reading? = literals.count == 2 ? .messages([literals[1].count], isCut: false) : nil
      if case .refused(let why) = ours, wanted != nil {
        found.append(Vectors.line("pico-chunked", String(decoding: encoded, as: UTF8.self), "stricter: \(why)"))
      } else if let wanted, ours != wanted {
        found.append(Vectors.line("pico-chunked", String(decoding: encoded, as: UTF8.self), "READ \(ours)"))
      } else if wanted == nil, case .messages(let bodies, _) = ours, !bodies.isEmpty {
        found.append(Vectors.line("pico-chunked", String(decoding: encoded, as: UTF8.self), "READ, they refuse"))
      }
    }
    #expect(cases > 20)
    try Vectors.expectKnown(found, "pico-chunked")
  }
}
