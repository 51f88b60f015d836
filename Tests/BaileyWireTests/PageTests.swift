import BaileyCore
import Testing

@testable import BaileyWire

@Suite("Pages of long lists")
struct PageTests {
  private let paths = (0..<100_500).map { Array("node_modules/package-\($0)/index.js".utf8) }

  @Test("A change set of 100,500 files goes in pages, each far below a frame, and arrives in order")
  func changes() throws {
    let set = ChangeSet(changes: paths.map { Change(path: $0, kind: .added, type: .file) }, refs: [], digest: "d")
    var arrived: [[UInt8]] = []
    for number in 0...set.lastPage {
      let page = set.page(number).changes
      let frames = try Frame.encode(Event.changes(page).json)
      #expect(
        page.count == (number == set.lastPage ? 500 : pageSize) && frames.count == 1
          && (frames.first?.count ?? 0) < WireLimit.frame / 16)
      arrived += page.map(\.path)
    }
    #expect(arrived == paths)
  }

  @Test("A long report goes in pages as well, and its refs come once")
  func report() {
    let ref = RefChange(repository: [], name: "refs/heads/main", old: nil, new: "aa")
    let whole = ApplyReport(
      applied: paths, conflicts: [.init(path: [0x61], why: "w")], heldBack: Array(paths.prefix(3000)), refs: [ref])
    var joined = ApplyReport(applied: [], conflicts: [], heldBack: [], refs: [])
    for number in 0...whole.lastPage { joined.append(whole.page(number)) }
    #expect(joined == whole)
  }

  @Test("What fills its pages exactly, or is empty, has no page too many", arguments: [0, 1, 1000, 1001, 2000])
  func edges(count: Int) {
    let report = ApplyReport(applied: Array(paths.prefix(count)), conflicts: [], heldBack: [], refs: [])
    #expect(report.lastPage == (count > 1000 ? 1 : 0))
    #expect((0...report.lastPage).map { report.page($0).applied.count }.reduce(0, +) == count)
  }
}
