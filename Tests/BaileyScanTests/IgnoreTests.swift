import BaileyTestSupport
import Testing

@testable import BaileyScan

@Suite("Ignore files")
struct IgnoreTests {
  private static func verdict(_ text: String, _ path: String, isDirectory: Bool = false) -> Bool {
    var rules = IgnoreRules(excluding: [])
    rules.add(IgnoreFile(Array(text.utf8), base: []))
    return rules.ignores(Array(path.utf8), inner: Array(path.utf8), isDirectory: isDirectory)
  }

  @Test(
    "Patterns mean what gitignore(5) says",
    arguments: [
      ("*.log", "a/b.log", true), ("/a", "b/a", false), ("/a", "a", true), ("a/b", "x/a/b", false), ("a/", "a", false),
      ("**/x", "x", true), ("**/x", "a/b/x", true), ("a/**", "a", false), ("a/**", "a/b/c", true),
      ("a/**/b", "a/b", true), ("a/**/b", "a/x/y/b", true), ("a**b", "a/b", false), ("#x", "#x", false),
      ("\\#x", "#x", true), (#"\!x"#, "!x", true), ("x ", "x", true), (#"x\ "#, "x ", true), ("x\r", "x", true),
      ("*.a\n!b.a", "b.a", false), ("*.a\n!b.a\nb.*", "b.a", true), ("[!a-c]x", "dx", true), ("[!a-c]x", "bx", false),
      ("[[:digit:]]", "7", true), ("[]-]", "-", true), ("[a", "[a", false), (#"a\"#, "a", false), ("?", "/", false),
      ("a/*", "a/b/c", false), ("a[/]b", "a/b", false), ("\u{FEFF}x", "x", true), ("", "x", false), ("/", "x", false),
    ])
  func meanings(text: String, path: String, ignored: Bool) {
    #expect(Self.verdict(text, path) == ignored, "\(text.debugDescription) \(path)")
  }

  @Test("A pattern with a slash behind it is about directories")
  func directories() {
    #expect(Self.verdict("build/", "a/build", isDirectory: true))
    #expect(!Self.verdict("build/", "a/build"))
  }

  @Test("A hostile pattern and a long path end soon, and a pattern that is too long matches nothing")
  func hostile() {
    let stars = String(repeating: "*a", count: 500) + "b"
    #expect(!Self.verdict(stars, String(repeating: "a", count: 4000)))
    #expect(!Self.verdict(String(repeating: "**/", count: 300) + "b", String(repeating: "a/", count: 2000) + "a"))
    #expect(!Self.verdict(String(repeating: "a", count: 1025), String(repeating: "a", count: 1025)))
  }

  @Test("Of 6,000 patterns and paths made at random, git says the same of each")
  func sameAsGit() throws {
    let fixture = try Fixture()
    try fixture.sh("git init -q .")
    var random = Repeatable(state: 42)
    for _ in 0..<60 {
      let patterns = (0..<3).map { _ in random.text(of: Self.pieces, upTo: 6) }
      let paths = Set((0..<100).map { _ in random.path() }).sorted()
      try fixture.scratch.write(patterns.joined(separator: "\n") + "\n", to: ".gitignore")
      let names = paths.joined(separator: "\n") + "\n"
      let said = try Tool("/usr/bin/git", directory: fixture.path).run(
        ["-c", "core.excludesFile=/dev/null", "check-ignore", "--no-index", "--stdin", "-v", "-n"], input: names)
      let file = IgnoreFile(Array(patterns.joined(separator: "\n").utf8), base: [])
      for (path, line) in zip(paths, said.output.split(separator: "\n")) {
        // `source:line:pattern<TAB>path`; a pattern with ! takes back.
        let pattern = line.split(separator: "\t", omittingEmptySubsequences: false)[0]
          .split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)[2]
        let expected: Bool? = pattern.isEmpty ? nil : !pattern.hasPrefix("!")
        #expect(Self.walked(file, path) == expected, "\(patterns) \(path)")
      }
    }
  }

  /// As a walk asks: from the top, and not below what is ignored.
  private static func walked(_ file: IgnoreFile, _ path: String) -> Bool? {
    let names = path.utf8.split(separator: 0x2F)
    for count in 1..<max(1, names.count) {
      let above = Array(names[..<count].joined(separator: [0x2F]))
      if file.verdict(above, isDirectory: true) == true { return true }
    }
    return file.verdict(Array(path.utf8), isDirectory: false)
  }

  private static let pieces = [
    "a", "b", "c", "*", "**", "**/", "/**", "/", "?", "[ab]", "[!a]", "[^b-c]", "\\a", "!", "a/", "/b", "#", " ", ".c",
  ]
}

/// Chance that comes again.
struct Repeatable {
  var state: UInt64

  mutating func next(_ count: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % count
  }

  mutating func text(of pieces: [String], upTo most: Int) -> String {
    (0...next(most)).map { _ in pieces[next(pieces.count)] }.joined()
  }

  mutating func path() -> String {
    (0...next(3)).map { _ in text(of: ["a", "b", "c", ".c", "#"], upTo: 2) }.joined(separator: "/")
  }
}
