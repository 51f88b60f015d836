import BaileyCore
import BaileyLinux
import BaileySandbox
import Testing

/// The planner's column of Tests/path-floors.txt; the floor's is BaileyPolicyTests' `PathFloorTests`.
@Suite struct PathFloorTests {
  @Test("The planner refuses of the table of paths what it is said to refuse")
  func planner() throws {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
    let file = try #require(try WholeFile.read(folder + "/path-floors.txt", limit: 1 << 16))
    let lines = String(decoding: file.bytes, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count > 40)
    for line in lines {
      let words = line.split(separator: " ").map(String.init)
      try #require(words.count == 4, "\(line)")
      let access = try #require(FileRule.Access(rawValue: words[1]))
      #expect(isRefused(words[0], access) == (words[3] == "refuse"), "\(line)")
    }
  }

  private func isRefused(_ path: String, _ access: FileRule.Access) -> Bool {
    do {
      _ = try SandboxPlanner.plan(PlanFixture.request([(access, path)]), PlanFixture.facts([path]))
      return false
    } catch {
      return true
    }
  }
}
