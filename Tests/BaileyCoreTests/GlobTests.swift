import BaileyCore
import Testing

@Suite struct GlobTests {
  @Test(
    "Patterns match as gitignore(5) says",
    arguments: [
      (".env", ".env"), (".env", "a/b/.env"), (".env.*", "a/.env.local"), ("/.env", ".env"), ("*.pem", "x/y.pem"),
      ("a/**/b", "a/b"), ("a/**/b", "a/x/y/b"), ("**/b", "b"), ("a/**", "a/b/c"), ("[a-c]x", "q/bx"), ("[!a-c]x", "dx"),
      ("[]]x", "]x"), ("\\*", "*"), ("a?c", "abc"), ("build/", "x/build"), ("a/*/c", "a/b/c"),
      ("a/\u{301}b", "a/\u{301}b"), ("/\u{301}b", "\u{301}b"), ("a/*", "a/\u{301}b"),
    ])
  func matches(pattern: String, path: String) throws {
    #expect(try Glob(pattern).matches(path))
  }

  @Test(
    "Patterns do not match more than that",
    arguments: [
      (".env", "env"), (".env", ".environment"), ("/.env", "a/.env"), ("*.pem", "pem"), ("a/*", "a/b/c"),
      ("a?c", "a/c"),
      ("[!a-c]x", "ax"), ("*", ""), ("a/b", "x/a/b"), ("\\*", "a"), ("[a]", "b"), ("a/\u{301}b", "x/a/\u{301}b"),
      ("caf\u{e9}", "cafe\u{301}"),
    ])
  func matchesNot(pattern: String, path: String) throws {
    #expect(try !Glob(pattern).matches(path))
  }

  @Test(
    "What does not parse says why",
    arguments: [
      ("", GlobError.empty), ("a//b", .component("")), ("../x", .component("..")), ("a/./b", .component(".")),
      ("/", .component("")),
      ("[a", .unclosedClass), ("[z-a]", .unclosedClass), ("a\\", .forbiddenByte(0x5C)), ("a\u{0}b", .forbiddenByte(0)),
      ("**a", .starsInComponent), ("***", .starsInComponent), ("**\u{301}", .starsInComponent),
      ("../\u{301}x", .component("..")), ("//\u{301}x", .component("")),
    ])
  func refused(pattern: String, why: GlobError) {
    #expect(throws: why) { try Glob(pattern) }
  }

  @Test("Names are bytes: invalid UTF-8 matches like any other")
  func bytes() throws {
    #expect(try Glob("*.key").matches([0xFF, 0xFE, 0x2E, 0x6B, 0x65, 0x79]))
    #expect(try Glob("a?b").matches([0x61, 0xFF, 0x62]))
  }

  @Test("A hostile pattern and name end in a bounded number of steps")
  func hostile() throws {
    let stars = String(repeating: "a*", count: 2000) + "b"
    #expect(try !Glob(stars).matches(String(repeating: "a", count: 4000)))
    let deep = String(repeating: "**/a/", count: 400) + "b"
    #expect(try !Glob(deep).matches(String(repeating: "a/", count: 1000) + "c"))
    #expect(throws: GlobError.tooLong) { try Glob(String(repeating: "a", count: 4097)) }
  }
}
