import BaileyCore
import BaileyLinux
import NIOCore
import Testing

@testable import BaileyEgress

/// The vectors that others own, which lie beside the checkout in `shared/`.
enum Vectors {
  /// This file is ROOT/Tests/BaileyEgressTests/Support/Vectors.swift.
  private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
    .joined(separator: "/")
  static let folder = root + "/../shared/vectors"

  static func text(_ path: String) -> String? {
    guard let bytes = try? Descriptor.open(folder + "/" + path).readAll(limit: 4 << 20) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What is known to differ, one line each; see the head of the file.
  private static func knownDifferences(_ suite: String) throws -> [String] {
    let bytes = try Descriptor.open(root + "/Tests/egress-differences.txt").readAll(limit: 1 << 20)
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    return lines.filter { $0.hasPrefix(suite + " | ") }
  }

  /// The differences that were found are those that are listed.
  static func expectKnown(_ found: [String], _ suite: String) throws {
    let known = try knownDifferences(suite)
    let new = found.filter { !known.contains($0) }
    #expect(new == [], "not listed:\n\(new.joined(separator: "\n"))")
    #expect(known.filter { !found.contains($0) } == [], "listed, and no longer so")
  }

  /// One line of a list, whatever is in its name.
  static func line(_ parts: String...) -> String {
    parts.map { printable($0).replacing("|", with: "¦") }.joined(separator: " | ")
  }
}

/// What a stream of HTTP/1 messages was read as.
enum Reading: Equatable {
  /// The bodies of the messages that are whole, and whether a beginning is left.
  case messages([Int], isCut: Bool)
  case refused(String)

  /// How many whole messages there are; the rest was refused or has not come.
  static func requests(_ bytes: [UInt8]) -> Reading {
    read(bytes) { rest throws(Failed) in
      do throws(RequestHeadError) {
        guard let head = try RequestHead.parse(rest) else { return nil }
        return (head.length, BodyDecoder(head.framing))
      } catch { throw Failed(why: error.rawValue) }
    }
  }

  static func answers(_ bytes: [UInt8]) -> Reading {
    read(bytes) { rest throws(Failed) in
      do throws(ResponseHeadError) {
        guard let head = try ResponseHead.parse(rest) else { return nil }
        switch try head.framing(for: "GET") {
        case .body(let framing): return (head.length, BodyDecoder(framing))
        case .untilClose: return (head.length, BodyDecoder(untilClose: ()))
        }
      } catch { throw Failed(why: "\(error)") }
    }
  }

  /// The head alone counts as a message.
  static func answerHead(_ bytes: [UInt8]) -> Reading {
    do throws(ResponseHeadError) {
      let head = try ResponseHead.parse(bytes)
      return .messages(head == nil ? [] : [0], isCut: head == nil)
    } catch { return .refused("\(error)") }
  }

  private struct Failed: Error { var why: String }

  private static func read(
    _ bytes: [UInt8], _ head: (ArraySlice<UInt8>) throws(Failed) -> (Int, BodyDecoder)?
  ) -> Reading {
    var rest = bytes[...]
    var bodies: [Int] = []
    do throws(Failed) {
      while !rest.isEmpty, let (length, decoder) = try head(rest) {
        rest = rest.dropFirst(length)
        guard let (body, used) = try self.body(decoder, rest) else { return .messages(bodies, isCut: true) }
        bodies.append(body)
        rest = rest.dropFirst(used)
      }
      return .messages(bodies, isCut: !rest.isEmpty)
    } catch { return .refused(error.why) }
  }

  /// - Returns: data bytes and bytes used; `nil` for a cut body, as one is that only a close would end.
  private static func body(_ decoder: BodyDecoder, _ rest: ArraySlice<UInt8>) throws(Failed) -> (Int, Int)? {
    var decoder = decoder
    var input = ByteBuffer(bytes: rest)
    var count = 0
    do throws(BodyError) {
      while let part = try decoder.next(&input) { if case .data(let data) = part { count += data.readableBytes } }
    } catch { throw Failed(why: "body: \(error)") }
    return decoder.isDone ? (count, rest.count - input.readableBytes) : nil
  }
}

/// One case of llhttp's files: a fenced block of bytes and the log that llhttp writes for it.
struct LLHTTPCase {
  var name: String
  /// `request`, `response`, `request-lenient-…`, `url`.
  var type: String
  var bytes: [UInt8]
  var log: String

  /// Codes 21 to 24 are pauses, no errors.
  var isError: Bool { log.contains("error code=") && !(21...24).contains { log.contains("error code=\($0) ") } }
  var messages: Int { log.split(separator: "\n").count { $0.hasSuffix("message complete") } }
  var bodyBytes: Int {
    let lines = log.split(separator: "\n").filter { $0.contains("span[body]") }
    let counts = lines.map { line -> Int in
      let digits = String(line).components(after: "len=").map { $0.prefix { $0 != " " } }
      return digits.flatMap { Int($0) } ?? 0
    }
    return counts.reduce(0, +)
  }

  static func read(_ path: String) -> [LLHTTPCase] {
    var cases: [LLHTTPCase] = []
    var (name, type, block) = ("", "url", "")
    var fence: Substring?
    for line in (Vectors.text(path) ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
      if let open = fence, line == "```" {
        if open == "log" {
          cases[cases.count - 1].log = block
        } else {
          cases.append(LLHTTPCase(name: name, type: type, bytes: unescape(block), log: ""))
        }
        fence = nil
      } else if fence != nil {
        block += line + "\n"
      } else if line.hasPrefix("```") {
        (fence, block) = (line.dropFirst(3), "")
      } else if line.hasPrefix("#") {
        (name, type) = (String(line.drop { $0 == "#" || $0 == " " }), "url")
      } else if line.hasPrefix("<!-- meta="),
        let found = String(line).replacing(" ", with: "").components(after: "\"type\":\"")
      {
        type = String(found.prefix { $0 != "\"" })
      }
    }
    return cases
  }

  /// As llhttp's own runner: lines end in CR LF, `\` at an end of line joins, `\r`, `\n`, `\t`, `\f`, `\xNN`, octal.
  private static func unescape(_ block: String) -> [UInt8] {
    CString.unescape(String(block.dropLast()).replacing("\\\n", with: "").replacing("\n", with: "\r\n"), isC: false)
  }
}

/// String literals of C.
enum CString {
  private static let simple: [UInt8: UInt8] = [
    UInt8(ascii: "r"): 13, UInt8(ascii: "n"): 10, UInt8(ascii: "t"): 9, UInt8(ascii: "f"): 12,
  ]

  static func unescape(_ text: String, isC: Bool) -> [UInt8] {
    var out: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let kind = rest.first else {
        out.append(byte)
        continue
      }
      if let plain = simple[kind] {
        out.append(plain)
        rest = rest.dropFirst()
      } else if kind == UInt8(ascii: "x"), let value = number(rest.dropFirst().prefix(2), 16) {
        out.append(value)
        rest = rest.dropFirst(3)
      } else if let value = number(rest.prefix { (0x30...0x37).contains($0) }.prefix(3), 8) {
        out.append(value)
        rest = rest.drop { (0x30...0x37).contains($0) }
      } else if isC {
        out.append(kind)
        rest = rest.dropFirst()
      } else {
        out.append(byte)
      }
    }
    return out
  }

  private static func number(_ digits: ArraySlice<UInt8>, _ radix: Int) -> UInt8? {
    UInt8(String(decoding: digits, as: UTF8.self), radix: radix)
  }

  /// The literals of a line, and what stands between them.
  static func literals(_ line: Substring) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var current: String?
    var isEscaped = false
    for character in line {
      if character == "\"", !isEscaped {
        if let text = current { found.append(unescape(text, isC: true)) }
        current = current == nil ? "" : nil
      } else {
        current?.append(character)
      }
      isEscaped = character == "\\" && !isEscaped
    }
    return found
  }
}
