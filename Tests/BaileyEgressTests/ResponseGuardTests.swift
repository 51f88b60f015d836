import BaileyCore
import NIOCore
import Synchronization
import Testing

@testable import BaileyEgress

@Suite("The guard of answers")
struct ResponseGuardTests {
  init() async throws { try await Inspecting.load() }

  private static let secret = #"tok/en+4"7x\Zq"#
  private static let hidden = [KnownSecret("API", Array(secret.utf8))]
  /// `see tok/en+4"7x\Zq here` in gzip.
  private static let packed = "H4sIAAAAAAACAytOTVUoyc/WT83TNlEyr4iJKlTISC1KBQADBxFeFwAAAA=="

  private func reader(_ labelling: [ContentLabelling] = [], hidden: [KnownSecret] = hidden) -> ResponseGuard {
    ResponseGuard(Inspecting.store, Inspecting.session, hidden: hidden, labelling: labelling)
  }

  private func passed(_ text: String, by size: Int, encodings: String = "") -> String {
    let guarded = reader()
    _ = guarded.read([], encodings: encodings, kind: AnswerKind())
    var (out, rest) = ([UInt8](), Array(text.utf8)[...])
    while !rest.isEmpty {
      out += guarded.take(ByteBuffer(bytes: rest.prefix(size))).joined
      rest = rest.dropFirst(size)
    }
    return String(decoding: out + guarded.end().joined, as: UTF8.self)
  }

  @Test(
    "A credential that comes back is covered in each form, and the length stays",
    arguments: [
      secret, #"tok\/en+4\"7x\\Zq"#, #"tok\u002fen\u002B4\u00227x\\Zq"#, "tok%2Fen%2b4%227x%5CZq",
      "%74%6F%6B%2F%65%6E%2B%34%22%37%78%5C%5A%71", Base64.encode(Array(secret.utf8)),
    ], [1, 3, 1000])
  func covered(form: String, size: Int) {
    let out = passed("before \(form) after", by: size)
    #expect(out.hasPrefix("before *") && out.hasSuffix(" after"))
    #expect(out.utf8.count == "before \(form) after".utf8.count)
    let inner = out.dropFirst(7).dropLast(6)
    #expect(inner.count(where: { $0 != "*" && $0 != "=" }) <= 1, "\(inner)")
  }

  @Test("It is covered within longer base 64, in both alphabets and all places", arguments: 0..<6, [false, true])
  func base64(before: Int, isURL: Bool) throws {
    let text = String(repeating: "u", count: before) + ":" + Self.secret + ":tail"
    let written = Base64.encode(Array(text.utf8))
    let form = isURL ? written.replacing("+", with: "-").replacing("/", with: "_") : written
    let out = passed("x \(form) y", by: 5)
    #expect(out.utf8.count == form.utf8.count + 4)
    let letters = String(out.dropFirst(2).dropLast(2)).replacing("-", with: "+").replacing("_", with: "/")
    let decoded = String(decoding: Base64.decode(letters.replacing("*", with: "A")) ?? [], as: UTF8.self)
    #expect(!decoded.contains(Self.secret.dropFirst(1).dropLast(1)) && out.contains("***************"))
  }

  @Test("What only begins like a credential goes on, at the end at the latest", arguments: [1, 4, 100])
  func beginnings(size: Int) {
    let text = #"tok/en+4 tok tok/en+4"7x\Z % %2 \u00 \ 100% tok/en+4"7x"#
    #expect(passed(text, by: size) == text)
  }

  @Test("What cannot begin a credential is not held")
  func streamed() {
    let guarded = reader()
    _ = guarded.read([], encodings: "", kind: AnswerKind())
    #expect(guarded.take(ByteBuffer(string: "data: hello\n\n")).text == "data: hello\n\n")
    #expect(guarded.take(ByteBuffer(string: "data: tok/e")).text == "data: ")
    #expect(guarded.take(ByteBuffer(string: "y\n\n")).text == "tok/ey\n\n")
  }

  @Test("A credential is covered in the fields of the head")
  func fields() {
    let guarded = reader()
    let fields = guarded.read(
      [("x-echo", Array("Bearer \(Self.secret)".utf8)), ("etag", Array("abc".utf8))], encodings: "", kind: AnswerKind())
    #expect(fields.map { String(decoding: $0.value, as: UTF8.self) } == ["Bearer **************", "abc"])
    #expect(guarded.covered == 1)
  }

  @Test("An encoded answer that shows a credential is ended before it does, one that does not comes out as it was")
  func encoded() throws {
    let bytes = try #require(Base64.decode(Self.packed))
    let guarded = reader()
    _ = guarded.read([], encodings: "gzip", kind: AnswerKind())
    var out: [UInt8] = []
    for byte in bytes { out += guarded.take(ByteBuffer(bytes: [byte])).joined }
    out += guarded.end().joined
    #expect(guarded.isExposed && out.count < bytes.count)
    let other = reader(hidden: [KnownSecret("API", Array("another secret".utf8))])
    _ = other.read([], encodings: "gzip", kind: AnswerKind())
    #expect((other.take(ByteBuffer(bytes: bytes)) + other.end()).joined == bytes && !other.isExposed)
  }

  @Test("Where credentials were put in, an answer that cannot be decoded does not pass", arguments: ["lzma", "gzip"])
  func undecodable(encoding: String) {
    let guarded = reader()
    _ = guarded.read([], encodings: encoding, kind: AnswerKind())
    #expect((guarded.take(ByteBuffer(string: "no such thing")) + guarded.end()).isEmpty && guarded.isExposed)
    let free = reader(hidden: [])
    _ = free.read([], encodings: encoding, kind: AnswerKind())
    #expect((free.take(ByteBuffer(string: "no such thing")) + free.end()).text == "no such thing")
    #expect(free.takeLabels() == ["unreadable"])
  }

  @Test("What is found in an answer is on record, and stops nothing")
  func findings() {
    let guarded = reader(hidden: [])
    _ = guarded.read([], encodings: "", kind: AnswerKind())
    let text = "your key: \(Inspecting.token)\n"
    #expect((guarded.take(ByteBuffer(string: text)) + guarded.end()).text == text)
    #expect(guarded.findings.facts.secrets == 1)
  }

  @Test("Labellers read what is decoded, and each label is told once")
  func labels() throws {
    let seen = Mutex("")
    let guarded = reader(
      [
        { _ in Echo { text in seen.withLock { $0 += text } } },
        { $0.contentType == "text/plain" ? nil : Echo { _ in } },
      ],
      hidden: [])
    _ = guarded.read([], encodings: "gzip", kind: AnswerKind(contentType: "text/plain"))
    _ = guarded.take(ByteBuffer(bytes: try #require(Base64.decode(Self.packed))))
    #expect(guarded.takeLabels() == ["seen"])
    _ = guarded.end()
    #expect(guarded.takeLabels() == ["ended"] && guarded.labels == ["seen", "ended"])
    #expect(seen.withLock { $0 } == "see \(Self.secret) here")
  }
}

private final class Echo: ContentLabeller {
  private let body: (String) -> Void

  init(_ body: @escaping (String) -> Void) { self.body = body }

  func feed(_ bytes: Span<UInt8>) -> Set<String> {
    body(String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self))
    return ["seen"]
  }

  func finish() -> Set<String> { ["seen", "ended"] }
}
