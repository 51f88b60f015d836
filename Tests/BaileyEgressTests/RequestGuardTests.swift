import BaileyCore
import BaileyPolicy
import NIOCore
import Testing

@testable import BaileyEgress

@Suite("The guard of requests")
struct RequestGuardTests {
  init() async throws { try await Inspecting.load() }

  private static let token = Inspecting.token
  /// `{"note": "deploy with TOKEN today", "n": 1}`
  private static let line = #"{"note": "deploy with \#(token) today", "n": 1}"#
  private static let packed = [
    "gzip":
      "H4sIAAAAAAACA6tWyssvSVWyUlBKSS3Iya9UKM8syVBIzyiIjyg098mNKjAKKrEML/NONvFLiUyy8Ch2TzP2yg5NNY7MdzbJVCjJT0msVNJRUMoDGmFYCwA4qcYuTgAAAA==",
    "deflate":
      "eJyrVsrLL0lVslJQSkktyMmvVCjPLMlQSM8oiI8oNPfJjSowCiqxDC/zTjbxS4lMsvAodk8z9soOTTWOzHc2yVQoyU9JrFTSUVDKAxphWAsAFqYZbw==",
    "br":
      "iyaAeyJub3RlIjogImRlcGxveSB3aXRoIGdocF9YcTdMbVpwMlJ0OVd2S2M0TmRZYjhIc0dmM0prVWUzWW9DNGkgdG9kYXkiLCAibiI6IDF9Aw==",
    "zstd":
      "KLUv/SBOcQIAeyJub3RlIjogImRlcGxveSB3aXRoIGdocF9YcTdMbVpwMlJ0OVd2S2M0TmRZYjhIc0dmM0prVWUzWW9DNGkgdG9kYXkiLCAibiI6IDF9",
    "gzip, br":
      "CzCAH4sIAAAAAAACA6tWyssvSVWyUlBKSS3Iya9UKM8syVBIzyiIjyg098mNKjAKKrEML/NONvFLiUyy8Ch2TzP2yg5NNY7MdzbJVCjJT0msVNJRUMoDGmFYCwA4qcYuTgAAAAM=",
  ]

  @Test(
    "A secret in any part of the head is found, with its place",
    arguments: [
      ("/v1?key=\(token)", [], "url"), ("/p/\(token)/x", [], "url"), ("/v1?key=%67hp_\(token.dropFirst(4))", [], "url"),
      ("/", [("authorization", "Bearer \(token)")], "header:authorization"),
      ("/", [("accept", "*/*"), ("cookie", "a=b; s=\(token)")], "header:cookie"),
      ("/", [("authorization", "Basic " + Base64.encode(Array("user:\(token)".utf8)))], "header:authorization"),
    ])
  func head(target: String, fields: [(String, String)], place: String) {
    let reader = Inspecting.reader()
    reader.read(Inspecting.head("GET", target, fields))
    #expect(reader.findings.places.contains { $0.name == place && $0.finding.needsYes })
    #expect(reader.findings.places.allSatisfy { $0.name == place })
    #expect(reader.findings.facts.secrets > 0 && reader.findings.facts.labels == ["secret"])
    #expect(!reader.isStopped)
  }

  @Test("A secret in the name of a field is found, and the name is told nowhere")
  func names() {
    let reader = Inspecting.reader()
    reader.read(Inspecting.head("GET", "/", [("accept", "*/*"), (Self.token, "and \(Self.token)")]))
    #expect(reader.findings.facts.secrets > 0 && reader.findings.places.allSatisfy { $0.name == "header" })
    #expect(!String(decoding: reader.findings.json.canonical, as: UTF8.self).contains(Self.token))
    let long = String(repeating: "n", count: 1000)
    let other = Inspecting.reader()
    other.read(Inspecting.head("GET", "/", [(long, Self.token)]))
    #expect(other.findings.places.first?.name == "header:" + long.prefix(64))
  }

  @Test("A head with nothing in it says nothing")
  func cleanHead() {
    let reader = Inspecting.reader()
    reader.read(
      Inspecting.head(
        "POST", "/api/v2/items?page=3&sort=name",
        [
          ("user-agent", "curl/8.14.1"), ("accept", "application/json, */*;q=0.8"),
          ("content-type", "application/json"),
          ("accept-encoding", "gzip, deflate, br, zstd"), ("if-none-match", "W/\"5d8c72a5edda8\""),
        ]))
    #expect(reader.findings.isEmpty)
  }

  @Test("What is found is told without its value")
  func sample() throws {
    let reader = Inspecting.reader()
    reader.read(Inspecting.head("GET", "/?t=\(Self.token)"))
    let text = String(decoding: reader.findings.json.canonical, as: UTF8.self)
    #expect(!text.contains(Self.token.dropFirst(8).prefix(16)))
    let found = try #require(reader.findings.json["found"]?.array?.first)
    #expect(found["place"]?.string == "url" && found["tier"]?.string == "certain")
    #expect(found["fingerprint"]?.string?.utf8.count == 64)
    #expect(reader.findings.json["places"]?.array == ["url"])
  }

  @Test("A short body is read whole before any of it goes on", arguments: [true, false])
  func shortBody(hasLength: Bool) {
    let reader = Inspecting.reader(.init(hasLength: hasLength))
    for byte in Self.line.utf8 { #expect(reader.take(ByteBuffer(bytes: [byte])).isEmpty) }
    #expect(reader.end().isEmpty)
    #expect(reader.isStopped && !reader.isOver)
    #expect(reader.told.first?.hasSuffix(" body") == true && reader.findings.facts.secrets == 1)
  }

  @Test("A secret is found in each encoding that is declared, and in those one over the other", arguments: packed.keys)
  func encodings(name: String) throws {
    let bytes = try #require(Self.packed[name].flatMap { Base64.decode($0) })
    let reader = Inspecting.reader(.init(encodings: name))
    let given = reader.take(ByteBuffer(bytes: bytes)) + reader.end()
    #expect(given.isEmpty && reader.isStopped)
    #expect(reader.findings.facts.secrets > 0)
  }

  @Test(
    "What cannot be read is a finding that stops",
    arguments: [
      ("secret-sauce", "hello", "unknown-encoding"), ("gzip", "this is no gzip at all", "broken-encoding"),
      ("gzip,gzip,gzip,gzip,gzip", "x", "unknown-encoding"),
      ("", "7z\u{BC}\u{AF}\u{27}\u{1C}\u{0}\u{4}aaaaaaaaaaaaaaaaaaaaaaaa", "unreadable-archive"),
    ])
  func unreadable(encoding: String, text: String, rule: String) {
    let reader = Inspecting.reader(.init(encodings: encoding))
    let bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    let given = reader.take(ByteBuffer(bytes: bytes)) + reader.end()
    #expect(given.isEmpty && reader.isStopped)
    #expect(reader.findings.places.contains { $0.finding.rule == rule })
    #expect(reader.findings.unreadable > 0)
  }

  @Test(
    "Forms, JSON with escapes and parts of forms are read",
    arguments: [
      "a=1&token=%67%68p_\(token.dropFirst(4))&b=2",
      #"{"a": [{"t": "\u0067\u0068\u0070_\#(token.dropFirst(4))"}]}"#,
      "--b\r\ncontent-disposition: form-data; name=\"t\"\r\n\r\n\(token)\r\n--b--\r\n",
      "--b\r\ncontent-disposition: form-data; name=\"f\"; filename=\"a.bin\"\r\ncontent-transfer-encoding: base64\r\n\r\n"
        + Base64.encode(Array("the key is \(token), keep it".utf8)) + "\r\n--b--\r\n",
    ])
  func structures(text: String) {
    let reader = Inspecting.reader()
    #expect((reader.take(text) + reader.end()).isEmpty)
    #expect(reader.findings.facts.secrets > 0)
  }

  @Test("A clean body comes out byte for byte, however it came in", arguments: [1, 7, 4096, 100_000])
  func identical(size: Int) {
    let body = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 7) & 0x3F | 0x20 }
    let reader = Inspecting.reader()
    var (out, most, at) = ([UInt8](), 0, 0)
    while at < body.count {
      let end = min(at + size, body.count)
      out += reader.take(ByteBuffer(bytes: body[at..<end])).joined
      if !reader.isStopped { most = max(most, reader.heldBytes) }
      at = end
    }
    #expect(out.count <= body.count - 48 << 10)
    out += reader.end().joined
    #expect(out == body && reader.isOver && most <= 64 << 10)
  }

  @Test("Nothing of a secret behind a long beginning goes on, nor what follows it")
  func late() {
    let reader = Inspecting.reader()
    let filler = String(repeating: "all is well. ", count: 20_000)
    var out = reader.take(filler)
    for piece in [Self.token, " and ", String(repeating: "more of it. ", count: 1000)] where !reader.isStopped {
      out += reader.take(piece)
    }
    #expect(reader.isStopped)
    #expect(filler.hasPrefix(out.text))
    #expect(reader.end().isEmpty && !reader.isOver)
    reader.refuse()
    #expect(reader.heldBytes == 0 && reader.resume().isEmpty)
  }

  @Test("What policy allows goes on, and only something new asks again")
  func resumes() {
    let reader = Inspecting.reader()
    let text = "a \(Self.token) b"
    #expect(reader.take(text).isEmpty)
    #expect(reader.end().isEmpty && reader.isStopped)
    #expect(reader.resume().text == text && reader.isOver)

    let second = Inspecting.reader()
    second.read(Inspecting.head("GET", "/?t=\(Self.token)"))
    _ = second.take("again \(Self.token) so")
    #expect(second.end().text == "again \(Self.token) so")
    #expect(second.told.count == 2)
  }

  @Test("Hints are on record and stop nothing")
  func hints() {
    let reader = Inspecting.reader()
    let text = "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE"
    #expect((reader.take(text) + reader.end()).text == text)
    #expect(reader.findings.facts.tiers.keys.allSatisfy { $0 == .hint })
    #expect(!reader.findings.isEmpty && !reader.findings.matters)
  }

  @Test("A body of unknown length goes on when it pauses, but for a word that is not finished")
  func pauses() {
    let reader = Inspecting.reader()
    #expect(reader.take(#"{"event": 1}"# + "\nghp_Xq7Lm").isEmpty)
    #expect(reader.waits)
    #expect(reader.pause().text == #"{"event": 1}"# + "\n")
    #expect(reader.take(Self.token.dropFirst(9) + " ").isEmpty)
    #expect(reader.pause().isEmpty && reader.isStopped)
  }

  @Test("A body whose length is told does not go on when it pauses")
  func told() {
    let reader = Inspecting.reader(.init(hasLength: true))
    #expect(reader.take("hello there").isEmpty && !reader.waits && reader.pause().isEmpty)
    #expect(reader.end().text == "hello there")
  }

  @Test("A secret in a trailer is found after a clean body")
  func trailers() {
    let reader = Inspecting.reader()
    #expect(reader.take("hello").isEmpty)
    #expect(reader.end(trailers: [("x-sum", "1"), ("x-token", Self.token)]).isEmpty)
    #expect(reader.isStopped && reader.told.contains { $0.hasSuffix(" trailer:x-token") })
  }

  @Test("A message of gRPC goes on when it is whole; one that is compressed is read by what is declared")
  func grpc() throws {
    func framed(_ content: [UInt8], compressed: UInt8 = 0) -> ByteBuffer {
      ByteBuffer(bytes: [compressed, 0, 0, 0, UInt8(content.count)] + content)
    }
    let kind = RequestGuard.Body(contentType: "application/grpc", messageEncoding: "br")
    let reader = Inspecting.reader(kind)
    let message = framed([0x0A, 5] + Array("world".utf8))
    #expect(reader.take(message).isEmpty && reader.isBetweenMessages)
    #expect(reader.pause() == [message])
    _ = reader.take(ByteBuffer(bytes: [1, 0, 0]))
    #expect(!reader.isBetweenMessages)
    _ = reader.pause()
    let packed = try #require(Self.packed["br"].flatMap { Base64.decode($0) })
    _ = reader.take(ByteBuffer(bytes: [0, UInt8(packed.count)] + packed))
    #expect(reader.isStopped && reader.findings.facts.secrets > 0)
    let unknown = Inspecting.reader(.init(contentType: "application/grpc+proto", messageEncoding: "lzma"))
    _ = unknown.take(framed([1, 2, 3], compressed: 1))
    #expect(unknown.isStopped && unknown.told == ["unknown-encoding body"])
  }

  @Test("Of a compressed message of gRPC nothing goes on in a pause before it is whole, and after it everything does")
  func openMessage() throws {
    let reader = Inspecting.reader(.init(contentType: "application/grpc", messageEncoding: "identity"))
    let plain: [UInt8] = [0, 0, 0, 0, 2, 0x68, 0x69]
    let start: [UInt8] = [1, 0, 0, 0, 9] + Array("ghp_".utf8)
    #expect(reader.take(ByteBuffer(bytes: plain + start)).isEmpty)
    // What stands before it does go on, and the next pause has nothing more.
    #expect(reader.pause().joined == plain && reader.pause().isEmpty)
    #expect(reader.take("abcde").isEmpty)
    #expect(reader.pause().joined == start + Array("abcde".utf8) && !reader.isStopped && reader.heldBytes == 0)
    // A prefix that is cut may be that of a compressed one.
    #expect(reader.take(ByteBuffer(bytes: [1, 0])).isEmpty && reader.pause().isEmpty)
    _ = reader.take(ByteBuffer(bytes: [0, 0, 60] + Array("token = \(Self.token) ".utf8)))
    #expect(reader.pause().isEmpty && reader.heldBytes > 40)
  }

  @Test("A compressed message of gRPC that is longer than what is held passes, and only its end waits")
  func longMessage() throws {
    let reader = Inspecting.reader(.init(contentType: "application/grpc", messageEncoding: "identity"))
    let size = 200_000
    var given = reader.take(
      ByteBuffer(bytes: [1, 0] + [UInt8(size >> 16), UInt8(size >> 8 & 255), UInt8(size & 255)])
    ).joined.count
    for _ in 0..<(size / 10_000) {
      given += reader.take(ByteBuffer(string: String(repeating: "ab ", count: 3_333) + "x")).joined.count
      given += reader.pause().joined.count
    }
    #expect(!reader.isStopped && given == size + 5 && reader.heldBytes == 0)
  }

  @Test("Where no rules are in force, that is a certain finding, and nothing goes on")
  func blind() {
    let reader = RequestGuard(NoInspector(), Inspecting.session, to: "h.example")
    reader.read(Inspecting.head())
    #expect(reader.told == ["not-inspected url"] && reader.findings.facts.secrets == 1)
    let other = RequestGuard(NoInspector(), Inspecting.session, to: "h.example")
    #expect((other.take("hello") + other.end()).isEmpty && other.isStopped)
  }

  @Test("A placeholder of the session's own is no finding")
  func accepted() {
    let session = SessionID.random()
    Inspecting.store.know([KnownSecret(SecretStandIn.knownPrefix + "a", Array(Self.token.utf8))], of: session)
    let reader = RequestGuard(
      Inspecting.store, session, to: "h.example", own: OwnPlaceholders([Self.token]))
    reader.read(Inspecting.head("GET", "/", [("authorization", "Bearer \(Self.token)")]))
    #expect(reader.findings.isEmpty)
  }

  @Test("What a session knows is found in any form, for that session alone")
  func known() {
    let session = SessionID.random()
    Inspecting.store.know([KnownSecret("DB", Array("q7Zr-kfw02-Lx9".utf8))], of: session)
    #expect(Inspecting.store.knows(session) && Inspecting.store.basis(of: session).known > 0)
    for text in ["q7Zr-kfw02-Lx9", Base64.encode(Array("x q7Zr-kfw02-Lx9".utf8)), "q7Zr%2Dkfw02%2DLx9"] {
      let reader = RequestGuard(Inspecting.store, session, to: "h.example")
      #expect((reader.take("v \(text) w") + reader.end()).isEmpty, "\(text)")
      #expect(reader.told.contains("known-value body"))
      #expect(reader.findings.json["found"]?.array?.allSatisfy { $0["fingerprint"] == nil } == true)
      let other = Inspecting.reader()
      _ = other.take("v \(text) w") + other.end()
      #expect(!other.told.contains("known-value body"))
    }
  }
}

@Suite("The inspection of messages")
struct MessageInspectionTests {
  init() async throws { try await Inspecting.load() }

  @Test("A message tells when it ends, and what is cut over two is found")
  func messages() {
    let inspection = MessageInspection(Inspecting.store, Inspecting.session, to: nil)
    func take(_ text: String, _ isEnd: Bool) -> [String] {
      let bytes = Array(text.utf8)
      return inspection.take(bytes.span, isEnd: isEnd).filter { $0.tier == .certain }.map(\.rule)
    }
    let (head, tail) = (Inspecting.token.prefix(20), Inspecting.token.dropFirst(20))
    #expect(take("hello", true).isEmpty)
    #expect(take(" see \(head)", false).isEmpty)
    #expect(take("\(tail) ", true).count == 1)
    #expect(take("nothing more", true).isEmpty)
    #expect(take("x \(head)", true).isEmpty)
    #expect(take("\(tail) ", true).count == 1)
    #expect(inspection.findings.facts.secrets == 2 && inspection.findings.places.allSatisfy { $0.name == "message" })
    #expect(inspection.finish().isEmpty)
  }

  @Test("Where no rules are in force, each message says so")
  func blind() {
    let inspection = MessageInspection(NoInspector(), Inspecting.session, to: nil)
    let bytes = Array("hello".utf8)
    #expect(inspection.take(bytes.span, isEnd: true).map(\.rule) == ["not-inspected"])
  }
}
