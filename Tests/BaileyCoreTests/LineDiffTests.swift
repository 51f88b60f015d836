import Testing

@testable import BaileyCore

@Suite("Line diffs")
struct LineDiffTests {
  private func random(_ seed: inout UInt64, _ count: Int) -> [UInt8] {
    var out: [UInt8] = []
    for _ in 0..<count {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      out += "line \(seed >> 60)\n".utf8
    }
    return seed & 1 << 40 == 0 ? out : out.dropLast()
  }

  @Test("Taking all hunks gives the new text and taking none the old one")
  func allOrNothing() {
    var seed: UInt64 = 7
    for round in 0..<300 {
      let old = random(&seed, round % 40)
      let new = random(&seed, round % 23)
      let diff = LineDiff(old: old, new: new)
      #expect(diff.text(taking: Set(diff.hunks.indices)) == new)
      #expect(diff.text(taking: []) == old)
    }
  }

  @Test("A diff is never longer than the longest common subsequence allows")
  func shortest() {
    var seed: UInt64 = 99
    for round in 0..<100 {
      let old = random(&seed, 1 + round % 12)
      let new = random(&seed, 1 + round % 9)
      let diff = LineDiff(old: old, new: new)
      let changed = diff.edits.reduce(0) { $0 + $1.old.count + $1.new.count }
      let common = longestCommon(lines(diff.old), lines(diff.new))
      #expect(changed == diff.old.count + diff.new.count - 2 * common)
    }
  }

  private func lines(_ text: TextLines) -> [[UInt8]] { text.ranges.map { Array(text.bytes[$0]) } }

  private func longestCommon(_ left: [[UInt8]], _ right: [[UInt8]]) -> Int {
    var row = [Int](repeating: 0, count: right.count + 1)
    for line in left {
      var diagonal = 0
      for index in right.indices {
        let above = row[index + 1]
        row[index + 1] = line == right[index] ? diagonal + 1 : max(above, row[index])
        diagonal = above
      }
    }
    return row[right.count]
  }

  @Test("Hunks are numbered as diff -u numbers them")
  func numbering() throws {
    let old = (1...20).map { "l\($0)\n" }.joined()
    let new = old.replacing("l3\n", with: "three\n").replacing("l18\n", with: "")
    let hunks = LineDiff(old: Array(old.utf8), new: Array(new.utf8)).hunks
    #expect(hunks.count == 2)
    #expect([hunks[0].oldStart, hunks[0].oldCount, hunks[0].newStart, hunks[0].newCount] == [1, 6, 1, 6])
    #expect([hunks[1].oldStart, hunks[1].oldCount, hunks[1].newStart, hunks[1].newCount] == [15, 6, 15, 5])
    #expect(hunks[0].lines[2] == .removed(Array("l3".utf8)))
  }

  @Test("A missing newline at the end is a difference of its own")
  func missingNewline() throws {
    let hunks = LineDiff(old: Array("a\nb".utf8), new: Array("a\nb\n".utf8)).hunks
    let hunk = try #require(hunks.first)
    #expect(hunk.oldEndsWithoutNewline && !hunk.newEndsWithoutNewline)
    #expect(hunk.lines == [.context([97]), .removed([98]), .added([98])])
  }

  @Test("One of two hunks can be taken alone")
  func partial() {
    let old = (1...20).map { "l\($0)\n" }.joined()
    let new = old.replacing("l3\n", with: "three\n").replacing("l18\n", with: "")
    let diff = LineDiff(old: Array(old.utf8), new: Array(new.utf8))
    #expect(diff.text(taking: [1]) == Array(old.replacing("l18\n", with: "").utf8))
    #expect(diff.text(taking: [2]) == nil)
  }

  @Test("A text without a line in common is one edit, however long")
  func beyondLimit() {
    let old = (0..<5000).map { "a\($0)\n" }.joined()
    let new = (0..<5000).map { "b\($0)\n" }.joined()
    let diff = LineDiff(old: Array(old.utf8), new: Array(new.utf8))
    #expect(diff.edits == [LineEdit(old: 0..<5000, new: 0..<5000)])
  }
}
