import BaileyCore
import Testing

@Suite struct HostNameTests {
  @Test(
    "Names are compared in lower case without the final dot",
    arguments: [
      ("Example.COM", "example.com"), ("example.com.", "example.com"), ("_dmarc.x.org", "_dmarc.x.org"), ("a", "a"),
      ("xn--bcher-kva.example", "xn--bcher-kva.example"), ("3com.com", "3com.com"), ("0x7g.com", "0x7g.com"),
    ])
  func normal(raw: String, text: String) throws {
    #expect(try HostName(raw).text == text)
  }

  @Test(
    "Each kind of deceit has its own error",
    arguments: [
      ("", HostNameError.empty), (".", .empty), ("a..b", .emptyLabel), (".a", .emptyLabel), ("a.b..", .emptyLabel),
      ("evil.com\u{0}.good.com", .forbiddenCharacter(0)), ("good.com%00.evil.com", .forbiddenCharacter(0x25)),
      ("a b.com", .forbiddenCharacter(0x20)), ("a/b.com", .forbiddenCharacter(0x2F)),
      ("u@h.com", .forbiddenCharacter(0x40)),
      ("a:80", .forbiddenCharacter(0x3A)), ("a.com\n", .forbiddenCharacter(0x0A)),
      ("*.a.com", .forbiddenCharacter(0x2A)),
      ("\u{0430}pple.com", .notASCII), ("exa\u{00AD}mple.com", .notASCII), ("ｅxample.com", .notASCII),
      ("-a.com", .hyphenAtEdge), ("a-.com", .hyphenAtEdge), ("127.0.0.1", .looksLikeAddress),
      ("2130706433", .looksLikeAddress),
      ("0x7f000001", .looksLikeAddress), ("127.1", .looksLikeAddress), ("1.2.3.0x", .looksLikeAddress),
      ("a.com.0xff", .looksLikeAddress),
    ])
  func refused(raw: String, why: HostNameError) {
    #expect(throws: why) { try HostName(raw) }
  }

  @Test("Labels have 63 bytes and names 253")
  func lengths() throws {
    let label = String(repeating: "a", count: 63)
    _ = try HostName("\(label).com")
    #expect(throws: HostNameError.labelTooLong) { try HostName("\(label)a.com") }
    let long = [label, label, label, String(repeating: "a", count: 61)].joined(separator: ".")
    #expect(try HostName(long + ".").text.utf8.count == 253)
    #expect(throws: HostNameError.tooLong) { try HostName(long + "a") }
  }

  @Test("A wildcard matches any depth below, not the name itself and not a suffix without its dot")
  func wildcard() throws {
    let pattern = try HostPattern("*.Example.com")
    #expect(pattern.matches(try HostName("a.example.com")))
    #expect(pattern.matches(try HostName("a.b.EXAMPLE.com.")))
    #expect(!pattern.matches(try HostName("example.com")))
    #expect(!pattern.matches(try HostName("badexample.com")))
    #expect(!pattern.matches(try HostName("example.com.evil.org")))
    #expect(pattern.description == "*.example.com")
  }

  @Test(
    "No other wildcard exists",
    arguments: ["*", "*.com", "*.", "a.*.com", "*a.com", "*.*.com", "**.a.com", "?.a.com", "a.com*"])
  func noOtherWildcard(raw: String) {
    #expect(throws: HostNameError.self) { try HostPattern(raw) }
  }
}
