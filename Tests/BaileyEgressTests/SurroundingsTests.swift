import BaileyCore
import BaileyPolicy
import NIOCore
import Testing

@testable import BaileyEgress

@Suite("What stands around placeholders")
struct SurroundingsTests {
  init() async throws { try await Inspecting.load() }

  private static let placeholder = "bailey_Zk3vQ8sLx1TnWp7RbYd4GmHc6JfUe2Ao"
  /// Known by its length alone.
  private static let key = "\(Inspecting.token)"

  private static var own: OwnPlaceholders? { OwnPlaceholders([placeholder]) }

  private func rules(_ pieces: [String], hasLength: Bool = true, encodings: String = "") -> [String] {
    let reader = RequestGuard(
      Inspecting.store, Inspecting.session, to: "h.example", .init(encodings: encodings, hasLength: hasLength),
      own: Self.own)
    for piece in pieces {
      _ = reader.take(ByteBuffer(string: piece))
      _ = reader.pause()
      if reader.isStopped { _ = reader.resume() }
    }
    _ = reader.end()
    return reader.told
  }

  @Test(
    "A secret that is joined to a placeholder, or parted by one, is found as if that were not there",
    arguments: [1, 7, 10_000], [true, false])
  func joined(size: Int, hasLength: Bool) {
    let filler = String(repeating: "word and ", count: 300)
    let key = Self.key
    for text in [
      Self.placeholder + key, key + Self.placeholder, String(key.prefix(20)) + Self.placeholder + key.dropFirst(20),
      "x" + Self.placeholder + " " + filler + Self.placeholder + key,
    ] {
      let all = Array((filler + text + " " + filler).utf8)
      let pieces = stride(from: 0, to: all.count, by: size).map {
        String(decoding: all[$0..<min($0 + size, all.count)], as: UTF8.self)
      }
      #expect(rules(pieces, hasLength: hasLength).contains { $0.hasSuffix("body") }, "\(text)")
    }
    #expect(rules([filler + Self.placeholder + " " + filler]).isEmpty)
    let parted = key.prefix(20) + Self.placeholder + key.dropFirst(20)
    #expect(!rules([String(parted)], encodings: "identity").isEmpty)
  }

  @Test("The same holds for heads and messages, and the place is told")
  func heads() {
    var inspection = PassageInspection(Inspecting.store, Inspecting.session, to: "h.example", own: Self.own)
    inspection.read(
      Inspecting.head(
        "GET", "/?a=\(Self.placeholder)", [("x-a", "b"), ("x-key", Self.placeholder + Self.key), ("z", "y")]))
    #expect(inspection.findings.places.map(\.name).contains("header:x-key"))
    #expect(!inspection.findings.places.map(\.name).contains("header:z"))
    let messages = MessageInspection(Inspecting.store, Inspecting.session, to: "h.example", own: Self.own)
    let text = Array((Self.placeholder + Self.key).utf8)
    #expect(!messages.take(text.span, isEnd: true).isEmpty)
  }

  @Test("A long stream around a placeholder has no words that the look makes itself, and little is held")
  func cuts() {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    let long = String(decoding: (0..<20_000).map { letters[($0 * 7919 + $0 / 62) % letters.count] }, as: UTF8.self)
    let plain = rules([long + " " + long])
    #expect(rules([long + " " + Self.placeholder + " " + long]).filter { !plain.contains($0) }.isEmpty)
  }

  /// `see bailey_Zk3vQ8sLx1TnWp7RbYd4GmHc6JfUe2Ao here` in gzip.
  private static let packed =
    "H4sIAAAAAAACAytOTVVISszMSa2Mj8o2Lgu0KPapMAzJCy8wD0qKTDFxz/VINvNKC001csxXyEgtSgUA3K+cijAAAAA="

  @Test("A placeholder in a compressed body stops the request, and one as it is does not")
  func packed() throws {
    let session = SessionID.random()
    Inspecting.store.know(
      [KnownSecret(SecretStandIn.knownPrefix + "a", Array(Self.placeholder.utf8))], of: session)
    let reader = { (encodings: String) in
      RequestGuard(
        Inspecting.store, session, to: "h.example", .init(encodings: encodings, hasLength: true), own: Self.own)
    }
    let packed = reader("gzip")
    _ = packed.take(ByteBuffer(bytes: try #require(Base64.decode(Self.packed))))
    let given = packed.end()
    #expect(given.isEmpty && packed.isStopped, "\(packed.told) \(given.count)")
    #expect(packed.told == ["known-value body"])
    let plain = reader("")
    _ = plain.take("see \(Self.placeholder) here")
    #expect(!plain.end().isEmpty && !plain.isStopped && plain.told.isEmpty)
  }

  @Test("A placeholder in a disguise is a finding, but for Basic")
  func disguised() throws {
    let own = try #require(Self.own)
    var finding = ContentFinding(rule: "known-value", title: "", kind: .secret, tier: .certain)
    finding.notes["name"] = SecretStandIn.knownPrefix + "a"
    #expect(own.accepts(finding, in: "body") && own.accepts(finding, in: "header:x-a"))
    finding.disguises = ["base64"]
    #expect(!own.accepts(finding, in: "body") && own.accepts(finding, in: "header:authorization"))
    finding.disguises = ["gzip"]
    #expect(!own.accepts(finding, in: "body") && !own.accepts(finding, in: "header:authorization"))
    (finding.disguises, finding.notes["name"]) = ([], "API_KEY")
    #expect(!own.accepts(finding, in: "body"))
  }
}
