import Testing

@testable import BaileyInspect

@Suite("Placeholders")
struct PlaceholderTests {
  private let secret = "AKIAPYCDYBK377OXTZQ6"

  private func redactor(_ vault: PlaceholderVault) throws -> Redactor {
    Redactor(try Shared.rules.get(), policy: Redaction(.placeholder), vault: vault)
  }

  @Test("The same value has the same placeholder in a session, and another in the next")
  func same() throws {
    let (one, other) = (PlaceholderVault(), PlaceholderVault())
    let text = "key \(secret) and \(secret)"
    let first = try Redact.text(text, try redactor(one))
    #expect(first == (try Redact.text(text, try redactor(one))))
    #expect(first != (try Redact.text(text, try redactor(other))))
    #expect(one.count == 1)
    let words = first.split(separator: " ")
    #expect(words.count == 4 && words[1] == words[3])
    #expect(words[1].hasPrefix("BAILEY-PLACEHOLDER-aws-access-key-") && words[1].utf8.count == 60)
  }

  @Test("A placeholder comes back as the value, and what is redacted is found by nothing")
  func back() throws {
    let vault = PlaceholderVault()
    let text = Array("key \(secret), card 4242 4242 4242 4242, IBAN DE89370400440532013000.".utf8)
    let out = try redactor(vault).redact(text).bytes
    #expect(try Redact.left(out).isEmpty)
    #expect(vault.count == 3)
    #expect(PlaceholderRestorer.restore(out, from: vault) == text)
  }

  @Test("Each rule's examples come back as they were")
  func allBack() throws {
    let vault = PlaceholderVault()
    let redactor = try redactor(vault)
    for rule in try Shared.rules.get().rules {
      for example in rule.examples {
        let out = try redactor.redact(Array(example.utf8)).bytes
        #expect(try Redact.left(out).isEmpty, "\(rule.id): \(String(decoding: out, as: UTF8.self))")
        #expect(PlaceholderRestorer.restore(out, from: vault) == Array(example.utf8), "\(rule.id)")
      }
    }
  }

  @Test("It comes back however the stream is cut", arguments: [1, 2, 7, 59, 60, 61, 1000])
  func cut(size: Int) throws {
    let vault = PlaceholderVault()
    let text = Array("B BAILEY-PLACE key \(secret) BAILEY-PLACEHOLDER-x- end \(secret)BAILEY-".utf8)
    let out = try redactor(vault).redact(text).bytes
    var (restorer, back) = (PlaceholderRestorer(vault), [UInt8]())
    for start in stride(from: 0, to: out.count, by: size) {
      back += restorer.feed(Array(out[start..<min(start + size, out.count)]))
    }
    #expect(back + restorer.finish() == text)
  }

  @Test("The placeholder of another vault stays, and so does what only looks like one")
  func foreign() throws {
    let out = try redactor(PlaceholderVault()).redact(Array("key \(secret) end".utf8)).bytes
    #expect(PlaceholderRestorer.restore(out, from: PlaceholderVault()) == out)
    let alike = Array(
      "BAILEY-PLACEHOLDER-aws-\(String(repeating: "A", count: 26)) BAILEY-PLACEHOLDER-\(String(repeating: "a", count: 90))"
        .utf8)
    #expect(PlaceholderRestorer.restore(alike, from: PlaceholderVault()) == alike)
  }

  @Test("A full vault makes labels, not placeholders, and nothing is let through")
  func full() throws {
    let vault = PlaceholderVault(maximumCount: 1)
    let text = "a \(secret) b DE89370400440532013000 c \(secret)"
    let words = try Redact.text(text, try redactor(vault)).split(separator: " ")
    #expect(words[3] == "[redacted:iban]")
    #expect(words[1] == words[5] && words[1].hasPrefix("BAILEY-PLACEHOLDER-"))
    #expect(
      try Redact.text("a \(secret)", try redactor(PlaceholderVault(maximumBytes: 19))) == "a [redacted:aws-access-key]")
  }

  @Test("Restoring stops where values would add too much")
  func bounded() throws {
    let vault = PlaceholderVault()
    let out = try redactor(vault).redact(Array("\(secret) \(secret)".utf8)).bytes
    var restorer = PlaceholderRestorer(vault, maximumBytes: 25)
    let back = String(decoding: restorer.feed(out) + restorer.finish(), as: UTF8.self)
    #expect(back.hasPrefix(secret + " BAILEY-PLACEHOLDER-"))
  }

  @Test("A vault prints nothing that it holds")
  func silent() throws {
    let vault = PlaceholderVault()
    _ = try redactor(vault).redact(Array("key \(secret)".utf8))
    var dumped = ""
    dump(vault, to: &dumped)
    let shown = "\(vault) \(String(reflecting: vault)) \(dumped)"
    #expect(!shown.contains(secret) && !shown.contains("BAILEY-PLACEHOLDER") && !shown.contains("65, 75, 73"))
  }

  @Test("A value is escaped as the place needs it that it is put into")
  func escaping() throws {
    let vault = PlaceholderVault()
    let value = Array("a\"b\\c\n\u{1}é".utf8)
    let placeholder = try #require(vault.placeholder(for: value, rule: "site key/№1"))
    #expect(PlaceholderRestorer.restore(placeholder, from: vault, escaping: .json) == Array(#"a\"b\\c\n\u0001é"#.utf8))
    #expect(
      PlaceholderRestorer.restore(placeholder, from: vault, escaping: .percent) == Array("a%22b%5Cc%0A%01%C3%A9".utf8))
  }
}
