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
    "git clone https://me:p4ss@w0rd@example.com/x", "http://localhost:8080/ and https://example.com",
    "a\u{1B}[1;32mghp_0123456789abcdefghijABCDEFGHIJ012345",
    "END RSA PRIVATE KEY-----\r\nthe next forty words are not a key at all",
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

  private static let gitHub = "ghp_" + String(repeating: "a", count: 36)
  private static let apiKey = "sk-" + String(repeating: "b", count: 40)

  @Test(
    "A token right behind a colour, an escape, or a word is masked",
    arguments: [
      ("\u{1B}[32m", gitHub), ("\u{1B}[32m", apiKey), ("\u{1B}[1;38;2;255;255;255;48;2;255;255;255m", apiKey),
      ("\u{1B}(B", apiKey), ("\u{1B}7", apiKey), ("\\n", apiKey), ("x", gitHub), ("TOKEN_", gitHub), ("[m", gitHub),
    ])
  func behind(before: String, token: String) { #expect(masked(before + token + " x") == before + "[masked] x") }

  @Test("What looks like the end of a colour and is none leaves a word a word")
  func noColour() {
    for text in ["[1;32m\(Self.apiKey)", "32m\(Self.apiKey)", "\u{1B}]x\(Self.apiKey)"] {
      #expect(masked(text + " x") == text + " x")
    }
  }

  private static let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"

  @Test(
    "A private key is masked as PEM, in JSON, indented, with a password, and of PGP",
    arguments: [
      "-----BEGIN PRIVATE KEY-----\\n\(body)\\n\(body)\\n-----END PRIVATE KEY-----\\n",
      "  -----BEGIN RSA PRIVATE KEY-----\r\n    \(body)\r\n    \(body)\r\n  -----END RSA PRIVATE KEY-----\r\n",
      "-----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\nDEK-Info: AES-128-CBC,0123456789ABCDEF\r\n\r\n\(body)\r\n-----",
      "-----BEGIN PGP PRIVATE KEY BLOCK-----\r\n\r\n\(body)\r\n=aBcD\r\n-----END PGP PRIVATE KEY BLOCK-----\r\n",
    ])
  func privateKeys(key: String) { #expect(!masked(key).contains("MIIE") && masked(key).contains("[masked]")) }

  @Test("What stands behind the end of a key stays")
  func afterKey() {
    let text = "-----END RSA PRIVATE KEY-----\r\nthe next words are no key, however many there are"
    #expect(masked(text) == text)
  }

  @Test("Authorization and the password of an address are masked; an address without one stays")
  func authorizations() {
    #expect(masked("Authorization: Basic dXNlcjpwYXNz\r\n") == "[masked]\r\n")
    #expect(masked("Bearer \(String(repeating: "c", count: 24)) x") == "[masked] x")
    #expect(masked("https://me:p4ss@w0rd@example.com/x") == "https[masked]example.com/x")
    for text in [
      "http://localhost:8080/x@y", "ssh://git@example.com/x", "a :// b:c@d", "the Basic idea, Bearer of news",
    ] {
      #expect(masked(text) == text)
    }
    let long = "://a:" + String(repeating: "x", count: 300) + "@host"
    #expect(masked(long) == long)
  }

  @Test("A value that the end of the stream cuts off is masked, from six bytes on")
  func cutOff() {
    #expect(masked("<hunter2-not-for-agen") == "<[masked]")
    #expect(masked("<hunter2-no") == "<[masked]")
    #expect(masked("<hunt") == "<hunt")
  }

  @Test("A value of several short lines is masked as a whole, with either end of lines")
  func shortLines() {
    let value = "alpha\nbeta\n\ngamma\n"
    #expect(masked("<alpha\nbeta\n\ngamma>", [value]) == "<[masked]>")
    #expect(masked("<alpha\r\nbeta\r\n\r\ngamma>", [value]) == "<[masked]>")
    #expect(masked("<alpha\r\ndelta>", [value]) == "<alpha\r\ndelta>")
  }

  @Test("Masks that touch are one, and others are not")
  func touching() {
    let secret = String(repeating: "0123456789", count: 20)
    #expect(masked("<\(secret)>", [secret]) == "<[masked]>")
    #expect(masked("hunter2-not hunter2-not") == "[masked] [masked]")
  }

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
    #expect(masked("<" + secret + ">", [secret]) == "<[masked]>")
    #expect(masked("<" + secret.dropFirst(3000).prefix(3000) + "|" + secret, [secret]).count { $0 == "0" } < 20)
  }
}
