import Testing

@testable import BaileyScan

@Suite("Lines and columns")
struct LineMapTests {
  @Test(
    "Lines and columns of a finding do not depend on how the text was cut, and columns are code points",
    arguments: [1, 2, 3, 5, 100])
  func cuts(size: Int) {
    let text = Array("ä\nbüc\n\nz".utf8)
    var map = LineMap()
    for start in stride(from: 0, to: text.count, by: size) {
      map.append(Array(text[start..<min(start + size, text.count)]))
    }
    let places = (0...text.count).compactMap { map.place(of: $0) }.map { [$0.line, $0.column] }
    // The second byte of a letter stands behind it.
    #expect(
      places == [[1, 1], [1, 2], [1, 2], [2, 1], [2, 2], [2, 3], [2, 3], [2, 4], [3, 1], [4, 1], [4, 2]])
  }

  @Test("What was read too long ago has no line, but the beginning has")
  func window() {
    var map = LineMap()
    for _ in 0..<10 { map.append([UInt8](repeating: 0x0A, count: LineMap.window / 4)) }
    #expect(map.place(of: 0) == TextPlace(line: 1, column: 1))
    #expect(map.place(of: 1000) == nil)
    let end = LineMap.window / 4 * 10
    #expect(map.place(of: end) == TextPlace(line: end + 1, column: 1))
    #expect(map.place(of: end + 1) == nil)
  }

  @Test("A hole has no lines")
  func hole() {
    var map = LineMap()
    map.append(Array("a\nb".utf8))
    map.skip(100)
    map.append(Array("c\nd".utf8))
    #expect(map.place(of: 103) == TextPlace(line: 2, column: 102))
    #expect(map.place(of: 105) == TextPlace(line: 3, column: 1))
  }
}
