import BaileyCore
import Testing

@Suite struct ExactTextTests {
  @Test("Two spellings of an accented letter are two names, and a slash before a combining mark is a slash")
  func spellings() {
    let (composed, decomposed) = (ExactText("/caf\u{e9}"), ExactText("/cafe\u{301}"))
    #expect(composed.text == decomposed.text && composed != decomposed)
    #expect(Set([composed, decomposed, composed]).count == 2)
    #expect(!decomposed.isPath(within: composed) && ExactText("/a/\u{301}b").isPath(within: ExactText("/a")))
    #expect(ExactText("/\u{301}b").isAbsolute && ExactText("/\u{301}b").isPath(within: ExactText("/")))
    #expect(ExactText("/a/../\u{301}b").components.map(\.text) == ["a", "..", "\u{301}b"])
    #expect(ExactText("/a/\u{301}b").parent == ExactText("/a") && ExactText("/a").parent == ExactText("/"))
    #expect(ExactText("/").parent == ExactText("/"))
  }

  @Test("What follows a directory is found by bytes")
  func relative() {
    func below(_ path: String, _ directory: String) -> [UInt8]? {
      ExactText(path).relative(below: ExactText(directory))
    }
    #expect(below("/a/\u{301}b", "/a") == Array("\u{301}b".utf8) && below("/a", "/") == Array("a".utf8))
    #expect(below("/caf\u{e9}/x", "/cafe\u{301}") == nil)
    #expect(below("/ab", "/a") == nil && below("/a", "/a") == nil)
  }
}
