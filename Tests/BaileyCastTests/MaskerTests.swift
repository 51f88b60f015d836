import Testing

@testable import BaileyCast

@Suite("Secrets in a stream")
struct MaskerTests {
  private static let secrets = ["hunter2-not-for-agents", "hunter2-not", "aaab-aaab", "käse-und-brot"]

  private func masked(_ pieces: [[UInt8]], _ secrets: [String] = secrets) -> String {
    var masker = StreamMasker(secrets: secrets)
    let parts = pieces.map { masker.mask($0) }
    return String(decoding: parts.joined() + masker.finish(), as: UTF8.self)
  }

  private func masked(_ text: String, _ secrets: [String] = secrets) -> String { masked([Array(text.utf8)], secrets) }

  private static let texts = [
    "x hunter2-not-for-agents y", "hunter2-no", "hunter2-not-for", "hunter2-not-for-agentshunter2-not",
    "aaaaab-aaab", "aaab-aaaab-aaab", "1käse-und-brot2kä", "hunterhunter2-nothunter2-no",
    "token ghp_0123456789abcdefghijABCDEFGHIJ012345 end", "sk-", "sk-proj-0123456789abcdefghij",
    "-----BEGIN RSA PRIVATE KEY-----\r\nMIIEpAIBAAKCAQEA0123456789abcdef\r\nZZZZ\r\n-----END RSA PRIVATE KEY-----",
  ]

  @Test("However a text is split in three, the result is the same", arguments: texts)
  func splits(text: String) {
    let bytes = Array(text.utf8)
    let whole = masked(text)
    for first in 0...bytes.count {
      for second in first...bytes.count {
        let pieces = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
        #expect(masked(pieces) == whole)
      }
    }
    #expect(masked(bytes.map { [$0] }) == whole)
  }

  @Test("However random bytes of a few letters are split, the result is the same, and no secret is in it")
  func random() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let secrets = (0..<3).map { _ in text(6...9, &generator) }
      let bytes = Array(text(0...200, &generator).utf8)
      var pieces: [[UInt8]] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...min(rest.count, 12), using: &generator)
        pieces.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      let whole = masked([bytes], secrets)
      #expect(masked(pieces, secrets) == whole)
      for secret in secrets { #expect(!whole.contains(secret)) }
    }
  }

  private func text(_ length: ClosedRange<Int>, _ generator: inout SystemRandomNumberGenerator) -> String {
    String((0..<Int.random(in: length, using: &generator)).map { _ in Bool.random(using: &generator) ? "a" : "b" })
  }

  @Test("The longest secret counts, and what only begins like one stays")
  func longest() {
    #expect(masked("<hunter2-not-for-agents>") == "<[masked]>")
    #expect(masked("<hunter2-not-for-me>") == "<[masked]-for-me>")
    #expect(masked("<hunter2-no>") == "<hunter2-no>")
    #expect(masked("aaaaab-aaab") == "aa[masked]")
  }

  @Test(
    "Well-known tokens are masked as a whole",
    arguments: [
      "ghp_" + String(repeating: "a", count: 36), "github_pat_" + String(repeating: "Z", count: 60),
      "AKIAIOSFODNN7EXAMPLE", "sk-ant-api03-" + String(repeating: "x", count: 80),
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
      "ghs_" + String(repeating: "a.b", count: 100), "xoxb-123456789012-123456789012-abc",
    ])
  func tokens(token: String) { #expect(masked("key=\(token)\nnext") == "key=[masked]\nnext") }

  @Test(
    "Ordinary words that hold the beginning of a token stay",
    arguments: ["task-list-with-many-words-and-hyphens-in-it", "AKIA", "disk-usage-of-a-very-long-directory", "eyJ0"])
  func ordinary(text: String) { #expect(masked(text) == text) }

  @Test("Of a secret of many lines each long line is masked, whatever ends them")
  func lines() {
    let key = "-----BEGIN X-----\n0123456789abcdef0\nZZZZZZZZZZZZZZZZZ\nshort\n-----END X-----\n"
    #expect(masked("0123456789abcdef0\r\nshort ZZZZZZZZZZZZZZZZZ", [key]) == "[masked]\r\nshort [masked]")
  }

  @Test("A value too long to be held back is masked in pieces")
  func long() {
    let secret = String(repeating: "0123456789", count: 1000)
    #expect(!masked("<" + secret + ">", [secret]).contains("0"))
  }
}
