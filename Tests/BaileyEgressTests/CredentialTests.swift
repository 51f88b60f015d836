import BaileyCore
import NIOCore
import Synchronization
import Testing

@testable import BaileyEgress

@Suite("Values in the place of placeholders")
struct CredentialTests {
  private let placeholder = Credentials.placeholder
  private let value = Credentials.value

  private func basic(_ text: String) -> String { "Basic " + Base64.encode(Array(text.utf8)) }

  @Test(
    "A header, Basic inside its base 64, a field of the query and a segment of the path get the value, and each use is an action"
  )
  func heads() async throws {
    let all = try Credentials([.header("authorization"), .basic, .query("key"), .path])
    let bearer = try await all.send(Credentials.head("GET", "/a?b=c", [("authorization", "Bearer \(placeholder)")]))
    #expect(bearer.value("authorization") == "Bearer \(value)" && bearer.isWhole && bearer.head?.target == "/a?b=c")
    let git = try await all.send(
      Credentials.head("GET", "/", [("authorization", basic("x-access-token:\(placeholder)"))]))
    #expect(git.value("authorization") == basic("x-access-token:\(value)"))
    let query = try await all.send(Credentials.head("GET", "/s?q=1&key=\(placeholder)&r"))
    #expect(query.head?.target == "/s?q=1&key=ghp_the%22real%2Fvalue%2B1&r")
    let path = try await all.send(Credentials.head("GET", "/bot/\(placeholder)/send"))
    #expect(path.head?.target == "/bot/ghp_the%22real%2Fvalue%2B1/send")
    #expect(
      all.uses.map { $0.resource["places"]?.array?.compactMap(\.string) } == [
        ["header:authorization"], ["basic"], ["query:key"], ["path"],
      ])
    #expect(
      all.uses.allSatisfy { $0.resource["name"]?.string == "github" && $0.resource["host"]?.string == "good.example" })
    #expect(!all.uses.contains { $0.json.canonicalText.contains("real") })
    let plain = try await all.send(Credentials.head("GET", "/a"))
    #expect(plain.isWhole && all.uses.count == 4 && plain.value("accept-encoding") == nil)
  }

  @Test("Two secrets of one request are two actions, and a third party to neither sees more")
  func two() async throws {
    let all = try Credentials()
    let sent = try await all.send(
      Credentials.head("GET", "/", [("x-api-key", placeholder), ("x-second", "k " + Credentials.second)]))
    #expect(sent.value("x-api-key") == value && sent.value("x-second") == "k " + Credentials.secondValue)
    #expect(all.uses.map { $0.resource["name"]?.string } == ["github", "second"])
    #expect(sent.value("accept-encoding") == "identity")
  }

  @Test(
    "A placeholder anywhere else ends the request",
    arguments: [
      ("GET", "/", "good.example", "x-other"), ("GET", "/", "other.example", "authorization"),
      ("GET", "/", "sub.good.example", "authorization"), ("GET", "/?key=PH", "good.example", "x-a"),
      ("GET", "/PH", "good.example", "x-a"), ("GET", "/a-PH", "good.example", "x-a"),
      ("GET", "/?PH=1", "good.example", "x-a"), ("GET", "/%67hp_REST", "good.example", "x-a"),
      ("GET", "/", "good.example", "cookie"),
    ])
  func misplaced(method: String, target: String, host: String, field: String) async throws {
    let all = try Credentials()
    let spelled = target.replacing("PH", with: placeholder).replacing("REST", with: placeholder.dropFirst(4))
    let fields = field == "x-a" ? [] : [(field, placeholder)]
    #expect(await all.refusal(Credentials.head(method, spelled, fields, host: host)) == "placeholder-misplaced")
    #expect(all.uses.isEmpty)
  }

  @Test("In Basic a placeholder is a whole name or password, and joined to something it ends the request")
  func basicParts() async throws {
    let all = try Credentials([.basic])
    for pair in ["\(placeholder)", "\(placeholder):", "a:\(placeholder)", "\(placeholder):x-oauth-basic"] {
      #expect(await all.refusal(Credentials.head("GET", "/", [("authorization", basic(pair))])) == nil)
    }
    for pair in ["a:\(placeholder)b", "a\(placeholder):", "a:b\(placeholder)"] {
      #expect(
        await all.refusal(Credentials.head("GET", "/", [("authorization", basic(pair))])) == "placeholder-misplaced")
    }
  }

  @Test("Without TLS, at another port, with another method and in a trailer nothing is put in")
  func elsewhere() async throws {
    let all = try Credentials(methods: ["GET"])
    let head = Credentials.head("GET", "/", [("authorization", "Bearer \(placeholder)")])
    #expect(await all.refusal(head, isSecure: false) == "placeholder-misplaced")
    #expect(await all.refusal(head, port: 8443) == "placeholder-misplaced")
    var posted = head
    posted.method = "POST"
    #expect(await all.refusal(posted) == "placeholder-misplaced")
    #expect(
      await all.refusal(Credentials.head("GET", "/", [("authorization", basic("a:" + Credentials.second))]))
        == "placeholder-misplaced")
    #expect(await all.refusal(head) == nil)
  }

  @Test("What is denied, gone, or cannot stand in its place, ends the request")
  func denied() async throws {
    var all = try Credentials()
    let head = Credentials.head("GET", "/", [("authorization", "Bearer \(placeholder)")])
    all.broker.values.withLock { $0["github"] = "two\r\nlines" }
    #expect(await all.refusal(head) == "secret-unfit")
    all.broker.values.withLock { $0["github"] = nil }
    #expect(await all.refusal(head) == "secret-unknown")
    #expect(all.uses.count == 2)
    all.mediator = TestMediator { action in
      action.verb == .secretUse ? [Reason(.ask, "secret-asks", "ask")] : [Reason(.allow, "t", "t")]
    }
    #expect(await all.refusal(head) == "secret-asks")
  }

  // MARK: bodies

  private func post(_ type: String, _ length: BodyFraming) -> RequestHead {
    Credentials.head("POST", "/", [("content-type", type)], framing: length)
  }

  @Test(
    "A field of a form and a leaf of JSON get the value, written as the form wants it, and the length follows",
    arguments: [true, false])
  func bodies(isCut: Bool) async throws {
    let all = try Credentials([.form("token"), .json("/auth/0/token")])
    let form = "a=b&token=\(placeholder)&c=d"
    let json = "{\"a\": [{}, \"x\"], \"auth\": [{\"n\": 1, \"token\": \"Bearer \(placeholder)\"}], \"b\": null}"
    let cut = { (text: String) in isCut ? text.map { String($0) } : [text] }
    let formed = try await all.send(
      post("application/x-www-form-urlencoded", .length(Int64(form.utf8.count))), cut(form))
    #expect(formed.text == "a=b&token=ghp_the%22real%2Fvalue%2B1&c=d")
    #expect(formed.head?.framing == .length(Int64(formed.body.count)) && formed.isWhole)
    let written = try await all.send(
      post("application/json; charset=utf-8", .length(Int64(json.utf8.count))), cut(json))
    #expect(written.text == json.replacing(placeholder, with: "ghp_the\\\"real/value+1"))
    #expect(written.head?.framing == .length(Int64(written.body.count)))
    #expect(all.uses.map { $0.resource["places"]?.array?.first?.string } == ["form:token", "json:/auth/0/token"])
  }

  @Test("A long body streams in chunks, and no more is held than may be the beginning of a placeholder")
  func streams() async throws {
    let all = try Credentials([.json("/k")])
    let filler = [String](repeating: "\"" + String(repeating: "x", count: 60_000) + "\",", count: 10)
    let sent = try await all.send(
      post("application/json", .length(700_000)),
      ["{\"f\": ["] + filler + ["1], \"k\": \"gh", "p_" + placeholder.dropFirst(4) + "\"}"])
    #expect(sent.head?.framing == .chunked && sent.pieces >= 11 && sent.isWhole)
    #expect(sent.text.hasSuffix("1], \"k\": \"ghp_the\\\"real/value+1\"}"))
  }

  @Test(
    "A placeholder in another field, leaf, key or kind of body ends the request",
    arguments: [
      ("application/json", "{\"auth\":{\"other\":\"PH\"}}"), ("application/json", "{\"auth\":{\"PH\":\"x\"}}"),
      ("application/json", "{\"auth\":[{\"token\":\"PH\"}]}"), ("application/json", "\"PH\""),
      ("application/json", "PH"),
      ("application/json", "{\"a\":{\"auth\":{\"token\":\"PH\"}}}"),
      ("application/json", "{\"auth\":{\"tok\\u0065n\":\"PH\"}}"),
      ("application/json", "{\"auth\":{\"token\":\"\\\"PH\"}, \"x\": \"PH\"}"),
      ("text/plain", "{\"auth\":{\"token\":\"PH\"}}"),
      ("application/x-www-form-urlencoded", "other=PH"), ("application/x-www-form-urlencoded", "PH=token"),
      ("multipart/form-data; boundary=x", "PH"), ("", "token=PH"),
    ])
  func misplacedInBody(type: String, body: String) async throws {
    let all = try Credentials([.form("token"), .json("/auth/token")])
    let text = body.replacing("PH", with: placeholder)
    #expect(await all.refusal(post(type, .length(Int64(text.utf8.count))), [text]) == "placeholder-misplaced")
  }

  @Test("A body without placeholders goes on as it came, with its length")
  func untouched() async throws {
    let all = try Credentials()
    let sent = try await all.send(post("application/json", .length(12)), ["{\"a", "\":\"ghp_", "\"}"])
    #expect(sent.text == "{\"a\":\"ghp_\"}" && sent.head?.framing == .length(12) && sent.pieces == 3)
  }

  @Test("Escapes, nesting, arrays and duplicate keys: a leaf has the pointer of its place")
  func pointers() {
    let text = Array(#"{"a~/b":["x",{"c":"1"},["2"]],"d\"e":"3","f":{"g":{}},"h":"4\\","i":"5"}"#.utf8)
    var places = JSONPlaces()
    var found: [String] = []
    for byte in text {
      if let pointer = places.pointer, (0x31...0x35).contains(byte) {
        found.append("\(Character(UnicodeScalar(byte)))\(pointer)")
      }
      places.advance(byte)
    }
    #expect(found == ["1/a~0~1b/1/c", "2/a~0~1b/2/0", "4/h", "5/i"])
    var deep = JSONPlaces()
    for byte in Array((String(repeating: "[", count: 100) + "\"x").utf8) { deep.advance(byte) }
    #expect(deep.pointer == nil)
    for byte in Array(("\"" + String(repeating: "]", count: 99) + ",\"").utf8) { deep.advance(byte) }
    #expect(deep.pointer == "/1")
  }

  @Test("All placeholders are found in one pass, at any place, and one that begins at the end is told")
  func finder() {
    let patterns = ["ghp_aaaaaaaaaa", "bailey_bbbbbbbbbbbb", "AKIAcccccccc"].map { Array($0.utf8) }
    let finder = PlaceholderFinder(patterns)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      var (text, expected) = ([UInt8](), [PlaceholderFinder.Match]())
      for _ in 0..<Int.random(in: 0..<6, using: &random) {
        text += (0..<Int.random(in: 0..<30, using: &random)).map { _ in
          [0x61, 0x67, 0x5F, 0x63].randomElement() ?? 0x61
        }
        if Bool.random() {
          let index = Int.random(in: 0..<3)
          expected.append(.init(index: index, range: text.count..<(text.count + patterns[index].count)))
          text += patterns[index]
        }
      }
      #expect(finder.matches(in: text) == expected)
    }
    #expect(finder.openEnd(of: Array("xxghp_aaa".utf8)) == 7 && finder.openEnd(of: Array("xxx".utf8)) == 0)
    #expect(PlaceholderFinder([]).matches(in: [1, 2, 3]).isEmpty)
  }

  // MARK: WebSocket

  private func frame(_ text: String, _ first: UInt8 = 0x81) -> [UInt8] {
    let (mask, bytes): ([UInt8], [UInt8]) = ([1, 2, 3, 4], Array(text.utf8))
    let length: [UInt8] =
      bytes.count < 126 ? [UInt8(bytes.count)] : [126, UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)]
    return [first, length[0] | 0x80] + length.dropFirst() + mask + bytes.enumerated().map { $1 ^ mask[$0 % 4] }
  }

  private func message(in frame: [UInt8]) -> String {
    var first = FirstMessage()
    guard case .whole = first.feed(frame) else { return "none" }
    return String(decoding: first.payload, as: UTF8.self)
  }

  @Test(
    "The first message of a WebSocket gets the value, whole or in frames, and what comes behind it passes",
    arguments: [1, 7, 4096])
  func webSocket(piece: Int) async throws {
    let all = try Credentials([.webSocket])
    let text = "{\"t\":\"\(placeholder)\"}"
    let ping: [UInt8] = [0x89, 0x80, 0, 0, 0, 0]
    let second = frame(placeholder)
    let bytes = ping + frame(String(text.prefix(20)), 0x01) + ping + frame(String(text.dropFirst(20)), 0x80) + second
    let sent = try await all.speak(
      stride(from: 0, to: bytes.count, by: piece).map { Array(bytes[$0..<min($0 + piece, bytes.count)]) })
    #expect(Array(sent.prefix(12)) == ping + ping && Array(sent.suffix(second.count)) == second)
    let value = message(in: Array(sent.dropFirst(12).dropLast(second.count)))
    #expect(value == "{\"t\":\"ghp_the\\\"real/value+1\"}")
    #expect(all.uses.map { $0.resource["places"]?.array?.first?.string } == ["websocket"])
    let head = try await all.send(Credentials.socket())
    #expect(head.value("sec-websocket-extensions") == nil)
  }

  @Test("What is no first message of a client passes as it came: compressed, unmasked, too long")
  func otherFrames() async throws {
    let all = try Credentials([.webSocket])
    for bytes in [
      frame(placeholder, 0xC1), [0x81, 0x01, 0x61], frame("x", 0x80),
      [0x82, 0xFF, 0, 0, 0, 0, 0xFF, 0, 0, 0, 1, 2, 3, 4, 5],
    ] {
      #expect(try await all.speak([bytes]) == bytes)
    }
    #expect(all.uses.isEmpty)
  }
}
