import Testing

@testable import BaileyInspect

/// What somebody may put around a secret so that it is not found.
@Suite("Evasions")
struct EvasionTests {
  private let key = "AKIAPYCDYBK377OXTZQ6"
  private let fineGrained =
    "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"
  private let anthropic =
    "sk-ant-api69-HxCV3--dumzh8krRyv3cjc-bzhHM5s6XXmyhXQ2b5Krp0R6uv1Czb3URj1MkPwX_ka7eVzTXR9pKO2jJ"

  private func found(_ bytes: [UInt8], _ rule: String) throws -> Tier? {
    try Shared.find(bytes).filter { $0.rule == rule }.map(\.tier).max()
  }

  private func found(_ text: String, _ rule: String) throws -> Tier? { try found(Array(text.utf8), rule) }

  private func hex(_ text: String) -> String {
    text.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  /// The secret, in a gzip file that holds it stored.
  private func gzip(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8), count = UInt8(bytes.count)
    let sum = TokenChecksum.crc32(bytes)
    let trailer = [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: sum >> $0) } + [count, 0, 0, 0]
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, count, 0, ~count, 0xFF] + bytes + trailer
  }

  // MARK: containers and runs

  @Test("A container is unpacked although another begins at the same place")
  func twoContainers() throws {
    let zip: [UInt8] = Array("PK".utf8) + [3, 4, 20, 0, 0, 0, 8] + Array(repeating: 0, count: 21)
    let secret = gzip("key \(key) of it")
    #expect(try found(Array("text ".utf8) + secret, "aws-access-key") == .certain)
    #expect(try found(zip + secret, "aws-access-key") == .certain)
    #expect(try found(Array("<< /Filter /FlateDecode >>stream\n".utf8) + secret, "aws-access-key") == .certain)
  }

  @Test("The mark of something compressed before a text does not keep it from being decoded")
  func falseMark() throws {
    let bytes = [0x78, 0x9C, 0xFF] + Array("the key \(key) of it".utf8)
    #expect(try found(base64(bytes), "aws-access-key") == .certain)
    #expect(try found("789cff" + hex("the key \(key)"), "aws-access-key") == .certain)
    #expect(try found(base64([0x78, 0x9C, 0xFF] + gzip(key)), "aws-access-key") == .certain)
  }

  @Test(
    "Hexadecimal and base 32 letters are decoded in the middle of other letters",
    arguments: ["GET /HEX HTTP/1.1", "key-HEX", "x_HEX", "get/somewhere/HEX/there", "zzHEX", "HEX.evil.com", "a-HEX-b"])
  func stretches(form: String) throws {
    func put(_ text: String) -> String {
      form.split(separator: "HEX", omittingEmptySubsequences: false).joined(separator: text)
    }
    #expect(try found(put(hex(key)), "aws-access-key") == .certain, "hex")
    #expect(try found(put(base32("the key " + key)), "aws-access-key") == .certain, "base 32")
    #expect(
      try found(
        put(
          hex(
            "the long text with a key \(key) and more behind it, so that nobody looks at it; "
              + String(repeating: "and more, ", count: 10))), "aws-access-key") == .certain, "long")
  }

  @Test("A long line of base 85 is decoded, wherever the secret lies", arguments: [0, 3000, 5000, 6130, 7000, 9800])
  func longLine(place: Int) throws {
    var text = Array(repeating: "plain words of no weight ", count: 400).joined().utf8.map { $0 }
    text.insert(contentsOf: " key \(key) ".utf8, at: place)
    #expect(try found(base85(text), "aws-access-key") == .certain)
  }

  /// RFC 1924's alphabet, as Python has it.
  private func base85(_ bytes: [UInt8]) -> [UInt8] {
    let letters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~".utf8)
    return stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).flatMap { start in
      var word = bytes[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
      var group: [UInt8] = []
      for _ in 0..<5 {
        group.insert(letters[word % 85], at: 0)
        word /= 85
      }
      return group
    }
  }

  private func base32(_ text: String) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    var (bits, count, made) = (0, 0, "")
    for byte in text.utf8 {
      (bits, count) = (bits << 8 | Int(byte), count + 8)
      while count >= 5 {
        count -= 5
        made.append(letters[bits >> count & 31])
      }
      bits &= 31
    }
    if count > 0 { made.append(letters[bits << (5 - count) & 31]) }
    return made
  }

  @Test("A label of a name may end within a hexadecimal run")
  func labels() throws {
    let run = hex("the secret key is " + key)
    #expect(try found(run.prefix(63) + "." + run.dropFirst(63) + ".evil.com", "aws-access-key") == .certain)
  }

  // MARK: tokens

  @Test("A hint at the end of a block hides no certain finding in the next")
  func border() throws {
    let password = "pass" + "word = \"example-example-"
    for shift in 0..<140 {
      let text = String(repeating: ". ", count: (4096 - shift) / 2) + password + "\(fineGrained)\""
      #expect(try found(text, "github-fine-grained-pat") == .certain, "\(shift)")
    }
  }

  @Test("What looks made up, put behind a whole secret, does not make it a hint")
  func padding() throws {
    #expect(try found(anthropic, "anthropic-api-key") == .certain)
    for padding in ["xxxxxx", "-example", "exaexamplemple", "aaaaaaaaaaaaaaaaaaaaa"] {
      #expect(try (found(anthropic + padding, "anthropic-api-key") ?? .hint) > .hint, "\(padding)")
    }
    let token =
      [#"{"alg":"HS256"}"#, #"{"iss":"acme","exp":1900000000}"#]
      .map { base64(Array($0.utf8)).filter { $0 != "=" } }.joined(separator: ".") + ".c2lnbmF0dXJlc2lnbmF0dXJl"
    let tail = String(repeating: "x", count: 300)
    #expect(try (found(token + "xxxxxx", "jwt") ?? .hint) > .hint)
    #expect(try (found(token + tail, "jwt") ?? .hint) > .hint)
    #expect(try (found(token + "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c", "jwt") ?? .hint) > .hint)
    let body = "MIIEpAIBAAKCAQEAx3pQ7Vd0nD8uH1sYwq5m2tT9rLkZ"
    let text = "-----BEGIN PRIVATE KEY-----\nComment: example\n\(body)\n-----END PRIVATE KEY-----"
    #expect(try (found(text, "private-key") ?? .hint) > .hint)
  }

  @Test("Values of documentation are hints as before")
  func documentation() throws {
    for text in [
      "AKIAIOSFODNN7EXAMPLE", "sk-ant-api03-" + String(repeating: "x", count: 90),
      "sk-ant-api03-your-key-here-" + String(repeating: "x", count: 80),
      "-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA......\n-----END PRIVATE KEY-----",
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    ] {
      #expect(try Shared.find(text).allSatisfy { $0.tier == .hint }, "\(text)")
    }
  }

  @Test("A letter glued to a token takes a tier, and not the finding")
  func glue() throws {
    let body = "0123456789abcdefghijABCDEFGHIJ"
    let token =
      "ghp_" + body + String(decoding: TokenChecksum.base62(TokenChecksum.crc32(Array(body.utf8))), as: UTF8.self)
    #expect(try found(token, "github-pat") == .certain)
    #expect(try found("x" + token, "github-pat") == .likely)
    #expect(try found(token + "Z", "github-pat") == .likely)
    #expect(try found("x" + token + "Z", "github-pat") == .likely)
    #expect(try found("1" + key, "aws-access-key") == .likely)
    #expect(try found(key + "Z", "aws-access-key") == .likely)
    #expect(try found("Z" + key + "Z", "aws-access-key") == nil)
    #expect(try found("xglpat-_j_G7sdhYDpW1yNKfGkI", "gitlab-pat") == .likely)
  }

  @Test("A key that says it is encrypted, and is not, is certain")
  func falselyEncrypted() throws {
    let body = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2"
    let real = "MIIFHDBOBgkqhkiG9w0BBQ0wQTApBgkqhkiG9w0BBQwwHAQIvZkT2hWfLm4CAggAMAwGCCqGSIb3DQIJ"
    func tier(_ name: String, _ header: String, _ body: String) throws -> Tier? {
      try found("-----BEGIN \(name)-----\n\(header)\(body)\n-----END \(name)-----", "private-key")
    }
    let header = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n"
    #expect(try tier("ENCRYPTED PRIVATE KEY", "", body) == .certain)
    #expect(try tier("EC PRIVATE KEY", header, body) == .certain)
    #expect(try tier("ENCRYPTED PRIVATE KEY", "", real) == .likely)
    #expect(try tier("RSA PRIVATE KEY", header, "k2v9" + real.dropFirst(4)) == .likely)
  }

  // MARK: numbers

  @Test(
    "A card is found beside other digits",
    arguments: [
      "4111 1111 1111 1111 12/27 123", "17 4111 1111 1111 1111", "4111 1111 1111 1111 5555 5555 5555 4444",
      "1 2 3 4111-1111-1111-1111 4 5 6", "2024-01-01 4111 1111 1111 1111",
    ])
  func cards(text: String) throws {
    #expect(try found("a \(text) b", "payment-card") == .likely)
  }

  @Test("Cards of one word are found beside a date, those in a table are hints")
  func tables() throws {
    #expect(try found("card: 2024-01-01 4111111111111111", "payment-card-bare") == .likely)
    #expect(try found("9999 4111 1111 1111 1111 1234 5678", "payment-card") == .hint)
  }

  // MARK: what is told

  @Test("More beginnings of secrets in a block than are looked into are told")
  func beginnings() throws {
    let text = String(repeating: "-eyJ", count: 1000) + ". " + String(repeating: "words ", count: 2000)
    #expect(try found(text, "inspection-failed") == .likely)
    #expect(try found(text + key, "aws-access-key") == .certain)
  }

  @Test("Escapes without end are told")
  func deepEscapes() throws {
    var text = key
    for _ in 0..<7 { text = text.utf8.map { "%" + hex(String(decoding: [$0], as: UTF8.self)) }.joined() }
    #expect(try found(text, "nested-too-deep") == .likely)
  }

  @Test(
    "A claim of a token that is no plain name is not told",
    arguments: [
      "\u{1B}[2J", "a\r\nb", "AKIAPYCDYBK377OXTZQ6", "k8Jx2mQ9vT4wL7pR3nZ6yB1c", String(repeating: "a", count: 65),
    ])
  func claims(issuer: String) throws {
    let token = [#"{"alg":"HS256"}"#, "{\"iss\":\"\(issuer)\",\"exp\":1900000000}"].map {
      base64(Array($0.utf8)).filter { $0 != "=" }
    }
    let notes = try Shared.find(token.joined(separator: ".") + ".c2lnbmF0dXJlc2lnbmF0dXJl").first { $0.rule == "jwt" }?
      .notes
    #expect(notes == ["alg": "HS256", "exp": "1900000000"])
  }
}
