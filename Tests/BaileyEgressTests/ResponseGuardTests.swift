import BaileyCore
import NIOCore
import Synchronization
import Testing

@testable import BaileyEgress

@Suite("The guard of answers")
struct ResponseGuardTests {
  init() async throws { try await Inspecting.load() }

  /// `see tok/en+4"7x\Zq here` in gzip.
  private static let packed = "H4sIAAAAAAACAytOTVUoyc/WT83TNlEyr4iJKlTISC1KBQADBxFeFwAAAA=="

  private func reader(_ labelling: [ContentLabelling] = []) -> ResponseGuard {
    ResponseGuard(Inspecting.store, Inspecting.session, labelling: labelling)
  }

  @Test("An answer that cannot be decoded is labelled", arguments: ["lzma", "gzip"])
  func undecodable(encoding: String) {
    let guarded = reader()
    guarded.read([], encodings: encoding, kind: AnswerKind())
    guarded.take(ByteBuffer(string: "no such thing"))
    guarded.end()
    #expect(guarded.takeLabels() == ["unreadable"])
  }

  @Test("What is found in an answer is on record")
  func findings() {
    let guarded = reader()
    guarded.read([], encodings: "", kind: AnswerKind())
    guarded.take(ByteBuffer(string: "your key: \(Inspecting.token)\n"))
    guarded.end()
    #expect(guarded.findings.facts.secrets == 1)
  }

  @Test("Labellers read what is decoded, and each label is told once")
  func labels() throws {
    let seen = Mutex("")
    let guarded = reader(
      [
        { _ in Echo { text in seen.withLock { $0 += text } } },
        { $0.contentType == "text/plain" ? nil : Echo { _ in } },
      ])
    guarded.read([], encodings: "gzip", kind: AnswerKind(contentType: "text/plain"))
    guarded.take(ByteBuffer(bytes: try #require(Base64.decode(Self.packed))))
    #expect(guarded.takeLabels() == ["seen"])
    guarded.end()
    #expect(guarded.takeLabels() == ["ended"] && guarded.labels == ["seen", "ended"])
    #expect(seen.withLock { $0 } == #"see tok/en+4"7x\Zq here"#)
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
