import BaileyCore
import NIOCore
import Testing

@testable import BaileyEgress

@Suite("Values in answers")
struct CoveringTests {
  private static let secret = #"tok/en+4"7x\Zq é"#
  private static let host = "good.example"

  private func told(_ values: String...) throws -> ToldValues {
    let told = ToldValues()
    for value in values { try told.note(TestValue(value), Self.host) }
    return told
  }

  private func head(_ fields: [(String, String)] = [], status: Int = 200) -> ResponseHead {
    ResponseHead(
      status: status, reason: [], version: .http11, fields: fields.map { HTTPField(name: $0.0, $0.1) },
      framing: .chunked, length: 0)
  }

  /// What the agent gets of a body.
  private func passed(_ text: String, by size: Int = .max, _ told: ToldValues) throws -> String {
    let one = ReflectionGuard(told, Self.host, ExchangeNotes())
    _ = try one.take(.response(head()))
    var out = ""
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      out += try self.text(of: one.take(.data(ByteBuffer(bytes: rest.prefix(size)))))
      rest = rest.dropFirst(size)
    }
    return try out + self.text(of: one.take(.end([])))
  }

  private func text(of step: GuardStep) -> String { String(decoding: bytes(of: step), as: UTF8.self) }

  private func bytes(of step: GuardStep) -> [UInt8] {
    guard case .pass(let parts) = step else { return [] }
    return parts.reduce(into: []) { if case .data(let bytes) = $1 { $0 += [UInt8](buffer: bytes) } }
  }

  @Test(
    "A value that a host was told is covered in each spelling, however it is cut, and the length stays",
    arguments: [
      secret, #"tok\/en+4\"7x\\Zq é"#, #"tok\u002fen\u002B4\u00227x\\Zq \u00e9"#, #"tok\x2fen+4\x227x\\Zq \u00E9"#,
      "tok%2Fen%2b4%227x%5CZq%20%c3%A9", "tok/en%2b4%227x%5CZq+%C3%A9",
      "%74%6F%6B%2F%65%6E%2B%34%22%37%78%5C%5A%71%20%C3%A9", "tok%252Fen%252B4%25227x%255CZq%2520%25C3%25A9",
      "tok%252fen%252b4%25227x%255cZq%2520%25c3%25a9", #"tok\/en+4\\\"7x\\\\Zq é"#,
      "tok/en+4&quot;7x\\Zq é", "tok&#47;en&#x2B;4&#0034;7x&bsol;Zq &#233;", "tok&sol;en&plus;4&#x22;7x&#92Zq &#xe9;",
      Base64.encode(Array(secret.utf8)), Base64.encode(Array(secret.utf8)).replacing("/", with: "\\/"),
      hexadecimal(Array(secret.utf8)), hexadecimal(Array(secret.utf8)).uppercased(),
    ], [1, 3, 1000])
  func covered(form: String, size: Int) throws {
    let out = try passed("before \(form) after", by: size, told(Self.secret))
    #expect(out.hasPrefix("before *") && out.hasSuffix(" after"))
    #expect(out.utf8.count == "before \(form) after".utf8.count)
    let inner = out.dropFirst(7).dropLast(6)
    #expect(inner.count(where: { $0 != "*" && $0 != "=" }) <= 1, "\(inner)")
  }

  @Test(
    "It is covered within longer base 64, in both alphabets, all places and in lines", arguments: 0..<6,
    [false, true])
  func base64(before: Int, isURL: Bool) throws {
    let text = String(repeating: "u", count: before) + ":" + Self.secret + ":tail"
    let written = Base64.encode(Array(text.utf8))
    let form = isURL ? written.replacing("+", with: "-").replacing("/", with: "_") : written
    let out = try passed("x \(form) y", by: 5, told(Self.secret))
    #expect(out.utf8.count == form.utf8.count + 4 && out.contains("***************"))
    let letters = String(out.dropFirst(2).dropLast(2)).replacing("-", with: "+").replacing("_", with: "/")
    let decoded = String(decoding: Base64.decode(letters.replacing("*", with: "A")) ?? [], as: UTF8.self)
    #expect(!decoded.contains("k/en+4"))
    let lines = form.prefix(14) + "\r\n" + form.dropFirst(14)
    let broken = try passed("x \(lines) y", by: 5, told(Self.secret))
    #expect(!broken.contains(form.prefix(14).suffix(4)))
  }

  @Test(
    "What only begins like a value goes on, at the end at the latest, and nothing else is held", arguments: [1, 4, 100])
  func beginnings(size: Int) throws {
    let text = #"tok/en+4 tok tok/en+4"7x\Z % %2 \u00 \ &amp &#x &b=c 100% tok/en+4"7x"#
    #expect(try passed(text, by: size, told(Self.secret)) == text)
    let one = ReflectionGuard(try told(Self.secret), Self.host, ExchangeNotes())
    #expect(self.text(of: try one.take(.data(ByteBuffer(string: "data: hello\n\n")))) == "data: hello\n\n")
    #expect(self.text(of: try one.take(.data(ByteBuffer(string: "data: tok/e")))) == "data: ")
    #expect(one.heldBytes == 5)
    #expect(self.text(of: try one.take(.data(ByteBuffer(string: "y\n\n")))) == "tok/ey\n\n")
    #expect(try passed(Self.secret, ToldValues()) == Self.secret)
  }

  @Test("A long value is covered piece by piece, parts of keys each by itself, and line breaks hold nothing for ever")
  func long() throws {
    let value = String((0..<20_000).map { Character(UnicodeScalar(UInt8(0x61 + $0 * $0 % 23))) })
    let out = try passed("a \(value) b", by: 999, told(value))
    #expect(out == "a \(String(repeating: "*", count: value.utf8.count)) b")
    #expect(try passed("id and wJalrXUtnFEMI", told("AKIDEXAMPLE:wJalrXUtnFEMI")) == "id and *************")
    let one = ReflectionGuard(try told(Self.secret), Self.host, ExchangeNotes())
    let breaks = Base64.encode(Array(Self.secret.utf8)).prefix(4) + String(repeating: "\n", count: 100_000)
    _ = try one.take(.data(ByteBuffer(string: String(breaks))))
    #expect(one.heldBytes < 10)
  }

  @Test("Head, trailers and the record: a value is covered in all fields, and how often is told")
  func fields() throws {
    let notes = ExchangeNotes()
    let one = ReflectionGuard(try told("s3cr3t/value"), Self.host, notes)
    guard
      case .pass(let parts) = try one.take(.response(head([("x-echo", "Bearer s3cr3t%2Fvalue"), ("etag", "abc")]))),
      case .response(let seen)? = parts.first,
      case .pass(let end) = try one.take(.end([HTTPField(name: "x-t", "s3cr3t/value")])),
      case .end(let last)? = end.first
    else {
      Issue.record("no head")
      return
    }
    #expect(seen.fields.map(\.text) == ["Bearer **************", "abc"] && last.map(\.text) == ["************"])
    #expect(notes.read { $0.detail["covered"] } == 2)
  }

  // MARK: what cannot be covered

  @Test("A host is asked for nothing compressed and for no parts once it was told, nor where a body may tell it")
  func asked() async throws {
    let fields = [
      ("accept-encoding", "gzip"), ("grpc-accept-encoding", "gzip"), ("range", "bytes=0-3"), ("if-range", "x"),
    ]
    let all = try Credentials([.header("authorization"), .json("/k")])
    let before = try await all.send(Credentials.head("GET", "/", fields))
    #expect(before.value("range") == "bytes=0-3" && before.value("accept-encoding") == "gzip")
    for (head, body) in [
      (Credentials.head("GET", "/", fields + [("authorization", Credentials.placeholder)]), []),
      (
        Credentials.head("POST", "/", fields + [("content-type", "application/json")], framing: .length(2)), ["{}"]
      ),
    ] {
      let sent = try await all.send(head, body)
      #expect(["range", "if-range", "grpc-accept-encoding"].allSatisfy { sent.value($0) == nil })
      #expect(sent.head?.values("accept-encoding") == ["identity"])
    }
  }

  @Test(
    "What is compressed, or a part, does not pass from a host that was told, nor goes on where it began before",
    arguments: [("content-encoding", "gzip"), ("grpc-encoding", "gzip"), ("content-encoding", "unknown")])
  func encoded(name: String, value: String) throws {
    let one = ReflectionGuard(try told(Self.secret), Self.host, ExchangeNotes())
    #expect(throws: Refusal.self) { try one.take(.response(head([(name, value)]))) }
    let part = ReflectionGuard(try told(Self.secret), Self.host, ExchangeNotes())
    #expect(throws: Refusal.self) { try part.take(.response(head(status: 206))) }
    let later = ToldValues()
    let open = ReflectionGuard(later, Self.host, ExchangeNotes())
    _ = try open.take(.response(head([(name, value)])))
    #expect(text(of: try open.take(.data(ByteBuffer(string: "packed")))) == "packed")
    try later.note(TestValue(Self.secret), "other.example")
    #expect(text(of: try open.take(.data(ByteBuffer(string: "packed")))) == "packed")
    try later.note(TestValue(Self.secret), Self.host)
    #expect(throws: Refusal.self) { try open.take(.data(ByteBuffer(string: "packed"))) }
  }

  @Test("A host that only signatures were made for may be asked for parts")
  func signed() throws {
    let told = ToldValues()
    try told.note(TestValue("AKIDEXAMPLE:wJalrXUtnFEMI"), Self.host, isSigned: true)
    let one = ReflectionGuard(told, Self.host, ExchangeNotes())
    _ = try one.take(.response(head(status: 206)))
    #expect(text(of: try one.take(.data(ByteBuffer(string: "wJalrXUtnFEMI")))) == "*************")
    try told.note(TestValue("AKIDEXAMPLE:wJalrXUtnFEMI"), Self.host)
    let other = ReflectionGuard(told, Self.host, ExchangeNotes())
    #expect(throws: Refusal.self) { try other.take(.response(head(status: 206))) }
  }

  @Test("What a host was told later is covered from then on")
  func later() throws {
    let told = ToldValues()
    let one = ReflectionGuard(told, Self.host, ExchangeNotes())
    _ = try one.take(.response(head()))
    #expect(text(of: try one.take(.data(ByteBuffer(string: "a first-value b")))) == "a first-value b")
    try told.note(TestValue("first-value"), Self.host)
    #expect(text(of: try one.take(.data(ByteBuffer(string: "a first-value second-")))) == "a *********** second-")
    #expect(text(of: try one.take(.data(ByteBuffer(string: "fir")))).isEmpty)
    try told.note(TestValue("second-value"), Self.host)
    #expect(text(of: try one.take(.data(ByteBuffer(string: "st-value second-value")))) == "*********** ************")
  }

  @Test("A value that cannot be kept is not told")
  func most() throws {
    let told = ToldValues()
    for index in 0..<ToldValues.most {
      for host in [Self.host, "other.example"] { try told.note(TestValue("value number \(index)"), host) }
    }
    #expect(throws: Refusal.self) { try told.note(TestValue("one more value"), Self.host) }
    #expect(throws: Refusal.self) { try told.note(TestValue("one more value"), "third.example") }
    try told.note(TestValue("value number 7"), "third.example")
    #expect(told.count(Self.host) == ToldValues.most && !told.texts(Self.host).contains(Array("one more value".utf8)))
    #expect(try passed("value number 0, value number 255", told) == "**************, ****************")
  }

  // MARK: WebSocket

  private func frame(_ text: String, _ first: UInt8 = 0x81) -> [UInt8] {
    let bytes = Array(text.utf8)
    return [first]
      + (bytes.count < 126 ? [UInt8(bytes.count)] : [126, UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)]) + bytes
  }

  @Test(
    "A value is covered in messages of a WebSocket, fragmented or not, and in control frames; a compressed one ends it",
    arguments: [1, 5, 4096])
  func frames(size: Int) throws {
    let told = ToldValues()
    let one = FrameReflection(told, Self.host)
    let filler = String(repeating: "x", count: 300)
    let before = frame("hello secret-value", 0xC1)
    #expect(bytes(of: try one.take(.data(ByteBuffer(bytes: before)))) == before)
    try told.note(TestValue("secret-value"), Self.host)
    let said =
      frame("a secret", 0x01) + frame("x secret-value", 0x89) + frame("-val", 0x00) + frame("", 0x00)
      + frame("ue" + filler, 0x80) + frame("secret-") + frame("value", 0x82) + frame("", 0x88)
    let stars =
      frame("a ******", 0x01) + frame("x ************", 0x89) + frame("****", 0x00) + frame("", 0x00)
      + frame("**" + filler, 0x80) + frame("secret-") + frame("value", 0x82) + frame("", 0x88)
    var out: [UInt8] = []
    for start in stride(from: 0, to: said.count, by: size) {
      out += bytes(of: try one.take(.data(ByteBuffer(bytes: said[start..<min(start + size, said.count)]))))
    }
    #expect(out == stars && one.heldBytes == 0)
    #expect(text(of: try one.take(.data(ByteBuffer(bytes: frame("secr", 0x01))))).count == 2)
    #expect(text(of: try one.take(.end([]))) == "secr")
    let packed = FrameReflection(told, Self.host)
    #expect(throws: Refusal.self) { try packed.take(.data(ByteBuffer(bytes: frame("packed", 0xC1)))) }
    let open = FrameReflection(ToldValues(), Self.host)
    #expect(bytes(of: try open.take(.data(ByteBuffer(bytes: said)))) == said)
  }
}
