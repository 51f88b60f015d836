import BaileyAudit
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyCore
@testable import BaileyStore

@Suite("Stored diffs")
struct DiffTests {
  private func change(_ name: String, _ lines: [String]) -> Change {
    var change = Change(path: Array(name.utf8), kind: .added, type: .file)
    change.hunks = [
      Hunk(oldStart: 0, oldCount: 0, newStart: 1, newCount: lines.count, lines: lines.map { .added(Array($0.utf8)) })
    ]
    return change
  }

  @Test("A diff is the text that a person sees, masked, and lies where its hash says")
  func stored() async throws {
    let scratch = try BaileyTestSupport.Scratch()
    let diffs = Diffs(stateDirectory: scratch.path) { ContentDigest() }
    var binary = Change(path: Array("b".utf8), kind: .added, type: .file)
    (binary.isBinary, binary.newSize, binary.content) = (true, 3, "abcd")
    let ref = RefChange(repository: [], name: "refs/heads/x", old: nil, new: "12")
    let set = ChangeSet(
      changes: [change("a", ["hunter2!", "ghp_0123456789abcdefghijABCDEFGHIJ012345"]), binary], refs: [ref], digest: "d"
    )
    let kept = try await diffs.keep(set, secrets: ["hunter2!"])
    let text = try scratch.read(StatePlace.payload(sha256: kept.sha256))
    #expect(text.hasPrefix("changes d\ngit refs/heads/x none -> 12\ndiff a\n") && !kept.isCut)
    #expect(
      text.contains("+[masked]\n+[masked]\ndiff b\n") && text.contains("binary: 3 bytes\ncontent abcd\n"), "\(text)")
    #expect(ContentDigest.hex(Array(text.utf8)) == kept.sha256 && Int64(text.utf8.count) == kept.size)
  }

  @Test("A diff that is too long is cut, and says so")
  func cut() {
    let set = ChangeSet(changes: .init(repeating: change("a", ["line"]), count: 100), refs: [], digest: "d")
    let (bytes, isCut) = Diffs.text(of: set, [], limit: 500)
    #expect(isCut && bytes.count < 600 && String(decoding: bytes, as: UTF8.self).hasSuffix("the rest is left out\n"))
  }
}
