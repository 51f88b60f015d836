import BaileyCore
import Testing

@Suite("Patterns of request paths")
struct PathPatternTests {
  @Test(
    "A star stays within a segment, two are any number of segments",
    arguments: [
      ("/", ["/"], ["/a", "", "*", "a"]),
      ("/v1/**", ["/v1", "/v1/", "/v1/a", "/v1/a/b"], ["/v1x", "/", "/V1", "/x/v1", "v1"]),
      (
        "/repos/*/issues", ["/repos/a/issues", "/repos/a/issues/"],
        ["/repos/issues", "/repos/a/b/issues", "/repos/a/issues/1"]
      ),
      ("/a/**/b", ["/a/b", "/a/x/b", "/a/x/y/b"], ["/a", "/ab", "/a/x"]),
      ("/**", ["/", "/a", "/a/b"], ["*", ""]),
      ("/file-*.txt", ["/file-.txt", "/file-a.txt"], ["/file-a/b.txt", "/file-a"]),
      ("/café/ü*", ["/café/über"], ["/cafe/über"]),
    ] as [(String, [String], [String])])
  func matching(text: String, matches: [String], others: [String]) throws {
    let pattern = try PathPattern(text)
    #expect(matches.filter { !pattern.matches($0) } == [] && others.filter { pattern.matches($0) } == [])
    // Of letters beyond ASCII the case counts there, too.
    let shouted = matches.filter { path in path.utf8.allSatisfy { $0 < 0x80 } }.map { $0.uppercased() }
    #expect(shouted.filter { !pattern.matchesBroadly($0) } == [])
  }

  @Test("What has no meaning in a pattern is refused")
  func refused() {
    for text in ["", "a", "*", "/a?", "/[a]", "/{a}", "/a\\b", "/%41", "/a#b", "/a;b", "/\u{0}", "/a\u{7F}"] {
      #expect(throws: PathPatternError.self) { try PathPattern(text) }
    }
    for text in ["/./a", "/a/..", "/a**", "//a", "/" + String(repeating: "a", count: 5000)] {
      #expect(throws: PathPatternError.self) { try PathPattern(text) }
    }
  }
}
