import BaileyCore
import BaileyLinux
import BaileyPolicy
import Testing

/// The floor's column of Tests/path-floors.txt; the planner's is BaileySandboxTests' `PathFloorTests`.
@Suite struct PathFloorTests {
  private struct Row {
    var path: String
    var access: String
    var isRefused: Bool
  }

  private func rows() throws -> [Row] {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
    let file = try #require(try WholeFile.read(folder + "/path-floors.txt", limit: 1 << 16))
    let lines = String(decoding: file.bytes, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
    return try lines.map { line in
      let words = line.split(separator: " ")
      try #require(words.count == 4, "\(line)")
      return Row(path: String(words[0]), access: String(words[1]), isRefused: words[2] == "refuse")
    }
  }

  @Test("The floor refuses of the table of paths what it is said to refuse, at a start and live")
  func floor() throws {
    let rows = try rows()
    let own = ["/home/u/.local/state/bailey", "/home/u/.config/bailey", "/run/user/1/bailey"]
    let floor = Floor(home: "/home/u", ownDirectories: own)
    let subject = Subject(session: .random(), agent: "a", user: "u")
    #expect(rows.count > 40)
    for row in rows {
      let live = floor.judge(.mount(subject, path: row.path, access: row.access))
      #expect(live.isEmpty == !row.isRefused, "\(row.path) \(row.access)")
      let access = try #require(FileRule.Access(rawValue: row.access))
      let rule = FileRule(path: row.path, access: access, source: SourceLocation(file: "m"))
      #expect(floor.refusals(of: [rule], realPath: { $0 }).isEmpty == !row.isRefused, "\(row.path) \(row.access)")
    }
  }

  @Test("A parent directory is seen before a name that begins with an accent, and two spellings are two paths")
  func bytes() throws {
    let floor = Floor(home: "/home/u", ownDirectories: [])
    let subject = Subject(session: .random(), agent: "a", user: "u")
    #expect(!floor.judge(.mount(subject, path: "/srv/a/../\u{301}b", access: "read")).isEmpty)
    #expect(floor.judge(.mount(subject, path: "/srv/a/\u{301}b", access: "read")).isEmpty)
    #expect(throws: PathError.parent) { try PathSpelling.normal("/srv/a/../\u{301}b", home: "/home/u") }
    #expect(throws: PathError.parent) { try PathSpelling.normal("../\u{301}b", home: "/home/u") }
    #expect(!PathSpelling.isPath("/srv/\u{e9}", within: "/srv/e\u{301}"))
  }
}
