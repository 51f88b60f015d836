import Testing

@testable import BaileyWorkspace

@Suite("Merges of two edits of one text")
struct ThreeWayMergeTests {
  @Test("Edits apart from each other are joined, touching ones are a conflict")
  func merging() {
    let base = Array("1\n2\n3\n4\n5\n".utf8)
    let mine = Array("one\n2\n3\n4\n5\n".utf8)
    let theirs = Array("1\n2\n3\n4\nfive\n".utf8)
    #expect(ThreeWayMerge.merge(base: base, mine: mine, theirs: theirs) == Array("one\n2\n3\n4\nfive\n".utf8))
    #expect(ThreeWayMerge.merge(base: base, mine: mine, theirs: Array("uno\n2\n3\n4\n5\n".utf8)) == nil)
    #expect(ThreeWayMerge.merge(base: base, mine: mine, theirs: Array("1\nzwei\n3\n4\n5\n".utf8)) == nil)
    #expect(ThreeWayMerge.merge(base: base, mine: mine, theirs: mine) == mine)
  }
}
