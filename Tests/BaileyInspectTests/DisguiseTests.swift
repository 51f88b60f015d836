import Testing

@testable import BaileyInspect

@Suite("Disguises")
struct DisguiseTests {
  static let kinds = [
    "aws-access-key", "github-pat", "gitlab-pat", "slack-bot-token", "stripe-key", "npm-token", "sendgrid-key",
    "google-api-key",
    "anthropic-api-key", "digitalocean-token",
  ]

  @Test("Every kind of secret is found in every disguise", arguments: disguiseCases.map(\.way))
  func ways(way: String) throws {
    let texts = disguiseCases.first { $0.way == way }?.texts ?? []
    #expect(texts.count == Self.kinds.count)
    for (kind, text) in zip(Self.kinds, texts) {
      let bytes = try #require(Base64Text.decode(text.utf8))
      let isFound = try Shared.find(bytes).contains { $0.rule == kind && $0.tier > .hint }
      #expect(isFound, "\(way): \(kind)")
    }
  }

  @Test("A finding tells its disguises, the outermost first")
  func chain() throws {
    let texts = disguiseCases.first { $0.way == "gzip-base64" }?.texts ?? []
    let found = try Shared.find(try #require(Base64Text.decode(texts[0].utf8)))
    #expect(found.map(\.disguises) == [["base64", "gzip"]])
  }

  @Test("More disguises than are taken off are told")
  func depth() throws {
    var text = Array("secret AKIAPYCDYBK377OXTZQ6 of the thing".utf8)
    for _ in 0..<9 { text = Array(base64(text).utf8) }
    #expect(try Shared.find(text).map(\.rule) == ["nested-too-deep"])
  }

  @Test("A bomb is a finding, and is not unpacked to its end")
  func bomb() throws {
    let bytes = try #require(Base64Text.decode(bombOfZeros.utf8))
    var options = InspectionOptions()
    options.maximumExpansion = 1 << 20
    let found = try Shared.find(bytes, options)
    #expect(found.map(\.rule) == ["bomb"])
    #expect(found.first?.tier == .certain)
  }

  @Test("A broken container ends quietly, and what follows is read")
  func broken() throws {
    let head: [UInt8] = [0x1F, 0x8B, 0x08, 0, 1, 2, 3]
    let found = try Shared.find(head + Array(repeating: 0x41, count: 50) + Array(" AKIAPYCDYBK377OXTZQ6 ".utf8))
    #expect(found.map(\.rule) == ["aws-access-key"])
  }
}

/// Standard base 64 with padding.
func base64(_ bytes: [UInt8]) -> String {
  let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let part = Array(bytes[start..<min(start + 3, bytes.count)])
    let word = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
    for place in 0..<4 { text.append(place <= part.count ? letters[word >> (18 - 6 * place) & 63] : 0x3D) }
  }
  return String(decoding: text, as: UTF8.self)
}
