import BaileyCore
import Testing

@testable import BaileyCommands

@Suite("Choosing piece by piece")
struct PatchSelectionTests {
  private func edited(_ path: String, hunks: Int) -> Change {
    var change = Change(path: Array(path.utf8), kind: .modified, type: .file)
    change.hunks = (0..<hunks).map {
      Hunk(oldStart: $0 + 1, oldCount: 0, newStart: $0 + 1, newCount: 1, lines: [.added(Array("x".utf8))])
    }
    return change
  }

  /// The selection that these answers give, and how many questions were asked.
  private func choose(_ answers: [String], _ changes: [Change]) -> (ChangeSelection?, asked: Int) {
    var rest = answers[...]
    var asked = 0
    let selection = PatchSelection(
      palette: .none, show: { _ in },
      ask: { _ in
        asked += 1
        return rest.popFirst()
      }
    ).choose(from: changes)
    return (selection, asked)
  }

  private func path(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test("Some hunks of a file are named, all of them are the file")
  func hunks() {
    let some = choose(["y", "n", "y"], [edited("a", hunks: 3)]).0
    #expect(some?.paths == [path("a")] && some?.hunks == [path("a"): [0, 2]])
    let all = choose(["y", "y"], [edited("a", hunks: 2)]).0
    #expect(all?.paths == [path("a")] && all?.hunks == [:])
  }

  @Test("a and d settle the rest of one file and no other")
  func rest() {
    let changes = [edited("a", hunks: 3), edited("b", hunks: 2)]
    let (selection, asked) = choose(["n", "a", "d"], changes)
    #expect(selection?.paths == [path("a")] && selection?.hunks == [path("a"): [1, 2]])
    #expect(asked == 3)
  }

  @Test(
    "q and the end of input take nothing more, and keep what was taken", arguments: [["y", "n", "q"], ["y", "n"]])
  func quit(_ answers: [String]) {
    let selection = choose(answers, [edited("a", hunks: 2), edited("b", hunks: 1), edited("c", hunks: 1)]).0
    #expect(selection?.paths == [path("a")] && selection?.hunks == [path("a"): [0]])
  }

  @Test("Nothing taken is no selection, never the empty one that would mean everything")
  func nothing() {
    #expect(choose(["n", "n"], [edited("a", hunks: 2)]).0 == nil)
    #expect(choose([], [edited("a", hunks: 2)]).0 == nil)
    #expect(choose([], []).0 == nil)
  }

  @Test("Anything but the letters shows help and asks again")
  func help() {
    let (selection, asked) = choose(["yes", "", "Y", "y"], [edited("a", hunks: 1)])
    #expect(selection?.paths == [path("a")] && asked == 4)
  }

  @Test("Added, deleted and binary files are one piece, and a conflict is not offered")
  func whole() {
    var added = edited("new", hunks: 2)
    added.kind = .added
    var conflict = edited("c", hunks: 1)
    conflict.conflict = "changed"
    var binary = Change(path: path("b"), kind: .modified, type: .file)
    binary.isBinary = true
    let (selection, asked) = choose(["y", "y"], [added, conflict, binary])
    #expect(selection?.paths == [path("new"), path("b")] && selection?.hunks == [:] && asked == 2)
  }
}
