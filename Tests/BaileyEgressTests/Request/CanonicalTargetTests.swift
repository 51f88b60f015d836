import BaileyCore
import BaileyTestSupport
import Testing

@testable import BaileyEgress

@Suite("Canonical targets")
struct CanonicalTargetTests {
  private func ambiguity(_ raw: String, keepsEncodedSlash: Bool = false) -> PathAmbiguity? {
    do throws(PathAmbiguity) {
      _ = try CanonicalTarget(raw, keepsEncodedSlash: keepsEncodedSlash)
      return nil
    } catch { return error }
  }

  @Test(
    "A path has one form, which is sent, and one reading, which is judged",
    arguments: [
      ("/", "/", "/"), ("/a/b/", "/a/b/", "/a/b/"), ("/%41%7e%2D", "/A~-", "/A~-"),
      ("/caf%c3%a9", "/caf%C3%A9", "/café"),
      ("/a%20b", "/a%20b", "/a b"), ("/a/../b", "/b", "/b"), ("/a/%2e%2E/b", "/b", "/b"), ("/a/.%2e", "/", "/"),
      ("/a/./b/.", "/a/b/", "/a/b/"), ("/../../x", "/x", "/x"), ("/a/b/..", "/a/", "/a/"),
      ("/100%25", "/100%25", "/100%"),
      ("/%40a/@b", "/%40a/@b", "/@a/@b"), ("/<a>|\"^`{}", "/%3Ca%3E%7C%22%5E%60%7B%7D", "/<a>|\"^`{}"),
      ("/a.b./c..d", "/a.b./c..d", "/a.b./c..d"), ("/compare/main...x", "/compare/main...x", "/compare/main...x"),
      ("/a?b=%2F..%2f;c", "/a?b=%2F..%2f;c", "/a"),
    ])
  func canonical(raw: String, text: String, path: String) throws {
    let target = try CanonicalTarget(raw)
    #expect(target.text == text && target.path == path)
    #expect(try CanonicalTarget(text) == target)
  }

  @Test(
    "What servers read differently is refused, with why",
    arguments: [
      ("/a%2fb", .encodedSlash), ("/%2F", .encodedSlash), ("/a%5Cb", .backslash), ("/a\\b", .backslash),
      ("/..;/admin", .parameter), ("/a;jsessionid=1/b", .parameter), ("/a%3bb", .parameter), ("/a%00b", .control),
      ("/a%0d%0ab", .control), ("/%7F", .control), ("/%C2%85", .control), ("/%252e%252e/", .doubleEncoding),
      ("/%25%32%65", .doubleEncoding), ("/%25u002e", .doubleEncoding), ("/%u002e%u002e", .percent), ("/%", .percent),
      ("/%4", .percent), ("/%zz", .percent), ("/%c0%ae", .notUTF8), ("/%e0%80%af", .notUTF8), ("/%ed%a0%80", .notUTF8),
      ("/%ff", .notUTF8), ("/%EF%BC%8F", .lookAlike), ("/%EF%BC%8E%EF%BC%8E", .lookAlike), ("//a", .emptySegment),
      ("/a//b", .emptySegment), ("/a//", .emptySegment), ("/...", .dots), ("/a/..../b", .dots), ("/a%20", .space),
      ("/..%20/b", .space), ("/a b", .rawByte), ("/é", .rawByte), ("/a\u{1}", .rawByte), ("/a?b c", .rawByte),
      ("/a#b", .fragment), ("/a?b#c", .fragment), ("", .notAbsolute), ("*", .notAbsolute), ("a/b", .notAbsolute),
      ("http://h/", .notAbsolute), ("/" + String(repeating: "a/", count: 300), .tooLong),
      ("/" + String(repeating: "a", count: 40_000), .tooLong),
    ] as [(String, PathAmbiguity)])
  func refused(raw: String, why: PathAmbiguity) {
    #expect(ambiguity(raw) == why)
    let refusal = Refusal.path(why)
    #expect(refusal.code == "path-ambiguous" && refusal.reason.contains(why.rawValue) && refusal.hint != nil)
  }

  @Test("A rule may let an encoded slash pass, and it is then a slash to every rule")
  func encodedSlash() throws {
    let target = try CanonicalTarget("/@types%2fnode/-/a.tgz", keepsEncodedSlash: true)
    #expect(target.text == "/@types%2Fnode/-/a.tgz" && target.path == "/@types/node/-/a.tgz")
    for raw in ["/a%2f..%2fb", "/a%2F.", "/%2f", "/a%2f%2fb", "/a%2fb/..", "/a%2fb/../c", "/a%2f/b"] {
      #expect(ambiguity(raw, keepsEncodedSlash: true) == .encodedSlash)
    }
    #expect(ambiguity("/a%252fb", keepsEncodedSlash: true) == .doubleEncoding)
  }

  @Test("Whatever is accepted has one form, and a path for rules; mutated, the same at every run")
  func property() {
    let seeds = ["/a/b/../c?x=1&y=2", "/%2e%2E/%41/caf%C3%A9/", "/a%2Fb/%25/x;y", "/a//./b%20c/...?%3B=%26"].map {
      Array($0.utf8)
    }
    var mutator = Mutator(seed: 0x51_7C_C1_B7_27_22_0A_95)
    var accepted = 0
    for round in 0..<6_000 {
      let raw = String(decoding: mutator.mutate(seeds), as: UTF8.self)
      let keeps = round % 2 == 0
      guard let target = try? CanonicalTarget(raw, keepsEncodedSlash: keeps) else { continue }
      accepted += 1
      let again = try? CanonicalTarget(target.text, keepsEncodedSlash: keeps)
      let hasPath = RequestFacts(method: "GET", path: target.path).hasCanonicalPath
      guard again == target, hasPath else {
        Issue.record("\(raw.debugDescription) became \(target.text.debugDescription)")
        return
      }
    }
    #expect(accepted > 500)
  }

  private static func decoded(_ text: some StringProtocol) -> [UInt8] {
    var (result, rest): ([UInt8], ArraySlice<UInt8>) = ([], Array(text.utf8)[...])
    while let byte = rest.popFirst() {
      let digits = byte == 0x25 ? String(decoding: rest.prefix(2), as: UTF8.self) : ""
      if digits.utf8.count == 2, let value = UInt8(digits, radix: 16) {
        result.append(value)
        rest.removeFirst(2)
      } else {
        result.append(byte)
      }
    }
    return result
  }

  @Test(
    "No path of WPT that is accepted is another than in a browser",
    .enabled(if: mustIsolate || Vectors.text("http/url/urltestdata.json") != nil),
    arguments: ["urltestdata.json", "ada_extra_urltestdata.json"])
  func wpt(file: String) throws {
    let text = try #require(Vectors.text("http/url/" + file)).replacing("\\ud900", with: "\\ufffd")
    var compared = 0
    for theirs in try #require(try JSON.parse(text).array) {
      guard let input = theirs["input"]?.string, let wanted = theirs["pathname"]?.string,
        let range = input.lowercased().firstRange(of: "://"), input.lowercased().hasPrefix("http")
      else { continue }
      let rest = input[range.upperBound...].drop { !"/?#\\".contains($0) }
      let path = rest.prefix { $0 != "#" }
      guard let ours = try? CanonicalTarget(path.hasPrefix("/") ? String(path) : "/" + path) else { continue }
      compared += 1
      #expect(Array(ours.path.utf8) == Self.decoded(wanted), "\(input)")
    }
    #expect(compared > (file == "urltestdata.json" ? 100 : 0))
  }

  @Test(
    "Every UTF-8 form of WPT's percent-encoding is read as its text, but for controls",
    .enabled(if: mustIsolate || Vectors.text("http/url/percent-encoding.json") != nil))
  func percentEncoding() throws {
    let text = try #require(Vectors.text("http/url/percent-encoding.json"))
    var read = 0
    for theirs in try #require(try JSON.parse(text).array) {
      guard let input = theirs["input"]?.string, let form = theirs["output"]?["utf-8"]?.string else { continue }
      guard let target = try? CanonicalTarget("/" + form) else {
        #expect(
          input.unicodeScalars.contains { $0.value < 0x20 || "\\ \u{FF0E}".unicodeScalars.contains($0) }, "\(form)")
        continue
      }
      read += 1
      #expect(target.path == "/" + input)
    }
    #expect(read > 3)
  }

  @Test(
    "No benign request of agent-egress-bench has an ambiguous path",
    .enabled(if: mustIsolate || Vectors.text("http/url/toascii.json") != nil),
    arguments: [
      "url/url-benign-api-call-001", "url/url-benign-special-chars-002", "headers/header-benign-auth-001",
      "headers/header-benign-standard-003", "request-body/body-benign-api-call-003",
      "request-body/body-benign-json-post-001", "ssrf-bypass/ssrf-benign-public-api-009",
      "hostname-exfiltration/hostname-exfil-benign-cdn-008",
    ])
  func bench(name: String) throws {
    let theirs = try JSON.parse(try #require(Vectors.text("agent-egress-bench/cases/\(name).json")))
    let url = try #require(theirs["payload"]?["url"]?.string)
    let path = url.dropFirst("https://".count).drop { $0 != "/" }
    #expect(theirs["expected_verdict"]?.string == "allow")
    #expect(ambiguity(path.isEmpty ? "/" : String(path)) == nil)
  }

  @Test(
    "Keys of a query are told, and whether they are certain",
    arguments: [
      ("", [], [], false), ("a=1&b=2", ["a", "b"], [], false), ("a&a=2", ["a"], ["a"], false),
      ("%61=1&b%5b%5D=2", ["a", "b[]"], [], false), ("a=1;b=2", ["a", "b"], [], true), ("%2561=1", ["*"], [], true),
      ("%0=1", ["*"], [], true), ("a%00b=1", ["*"], [], true), ("a%26b=1", ["*"], [], true),
      ("a+b=1", ["*"], [], false),
      ("=1", ["*"], [], false), ("&&a", ["a"], [], false), (String(repeating: "k", count: 65), ["*"], [], false),
    ] as [(String, [String], [String], Bool)])
  func query(text: String, keys: [String], repeated: [String], isAmbiguous: Bool) throws {
    let facts = try CanonicalTarget("/?" + text).query.facts
    #expect(facts.keys == keys && facts.repeated == repeated && facts.isAmbiguous == isAmbiguous)
  }

  @Test("More pairs than are read make a query ambiguous")
  func manyKeys() throws {
    let text = (0..<300).map { "k\($0)=1" }.joined(separator: "&")
    let facts = try CanonicalTarget("/?" + text).query.facts
    #expect(facts.keys.count == 256 && facts.isAmbiguous)
  }

  @Test("Credentials are known by their names, and by whose placeholder stands there")
  func credentials() throws {
    let fields = [
      ("authorization", "Bearer ph_1"), ("x-api-key", "ph_2"), ("accept", "ph_1"), ("private-token", "real"),
      ("cookie", "a=b"), ("x-request-id", "1"),
    ].map { (name: $0.0, value: $0.1) }
    let query = try CanonicalTarget("/?API-Key=ph_1&page=2&X-Amz-Signature=0&token=ph_1x").query
    let secrets = ["ph_1": "ONE", "ph_2": "TWO"]
    let found = CredentialFields.identities(fields, query) { secrets[$0] }
    #expect(
      found == [
        .init(.header, "authorization", secret: "ONE"), .init(.header, "x-api-key", secret: "TWO"),
        .init(.header, "private-token"), .init(.header, "cookie"), .init(.query, "api-key", secret: "ONE"),
        .init(.query, "x-amz-signature"), .init(.query, "token"),
      ])
  }
}
