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
  }
}
