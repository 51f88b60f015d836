import BaileyCore
import Testing

@testable import BaileyWire

@Suite("Pages of long lists")
struct PageTests {
  private let paths = (0..<100_500).map { Array("node_modules/package-\($0)/index.js".utf8) }

  @Test("A change set of 100,500 files goes in pages, each far below a frame, and arrives in order")
  func changes() throws {
    var set = ChangeSet(changes: paths.map { Change(path: $0, kind: .added, type: .file) }, refs: [], digest: "d")
    var arrived: [[UInt8]] = []
    while let page = set.takePage() {
      let frames = try Frame.encode(Event.changes(page).json)
      #expect(page.count == pageSize && frames.count == 1 && (frames.first?.count ?? 0) < WireLimit.frame / 16)
      arrived += page.map(\.path)
    }
    #expect(set.changes.count == 500 && arrived + set.changes.map(\.path) == paths)
  }

  @Test("A long report goes in pages as well, and its refs come once")
  func report() {
    let ref = RefChange(repository: [], name: "refs/heads/main", old: nil, new: "aa")
    let whole = ApplyReport(
      applied: paths, conflicts: [.init(path: [0x61], why: "w")], heldBack: Array(paths.prefix(3000)), refs: [ref])
    var (rest, joined) = (whole, ApplyReport(applied: [], conflicts: [], heldBack: [], refs: []))
    while let page = rest.takePage() { joined.append(page) }
    joined.append(rest)
    #expect(joined == whole)
  }
}
