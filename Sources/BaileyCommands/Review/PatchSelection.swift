import BaileyCore

/// Goes through a change set piece by piece, as `git add -p` does, and gathers what the person takes.
struct PatchSelection {
  var palette: Palette
  var show: (String) -> Void
  /// The answer to a question; `nil` at the end of input, which takes nothing more.
  var ask: (String) -> String?

  static let help = """
    y - take this piece
    n - leave it
    a - take it and all later pieces of this file
    d - leave it and all later pieces of this file
    q - leave it and everything after it
    ? - this help

    """

  private enum Answer { case yes, no, all, done, quit }

  /// `nil` when nothing was taken. Conflicts are never offered.
  func choose(from changes: [Change]) -> ChangeSelection? {
    var selection = ChangeSelection(paths: [])
    let offered = changes.filter { $0.conflict == nil }
    for (index, change) in offered.enumerated() {
      show(DiffText(palette: palette).heading(change))
      let (taken, quits) = choose(change)
      add(change, taken, to: &selection)
      if quits || index == offered.count - 1 { break }
    }
    return selection.paths?.isEmpty == true ? nil : selection
  }

  /// Pieces of a change: its hunks where it was only edited, else itself.
  private func pieces(_ change: Change) -> Int { change.kind == .modified ? max(change.hunks.count, 1) : 1 }

  private func choose(_ change: Change) -> (taken: [Int], quits: Bool) {
    let count = pieces(change)
    var taken: [Int] = []
    for index in 0..<count {
      if change.kind == .modified, !change.hunks.isEmpty {
        show(DiffText(palette: palette).text(change.hunks[index]))
      } else {
        for hunk in change.hunks { show(DiffText(palette: palette).text(hunk)) }
      }
      switch question(change, index, count) {
      case .yes: taken.append(index)
      case .no: continue
      case .all: return (taken + Array(index..<count), false)
      case .done: return (taken, false)
      case .quit: return (taken, true)
      }
    }
    return (taken, false)
  }

  private func question(_ change: Change, _ index: Int, _ count: Int) -> Answer {
    let what = count > 1 ? "(\(index + 1)/\(count)) apply this hunk" : "apply this change"
    while true {
      guard let answer = ask(palette.bold("\(what) to \(change.displayPath) [y,n,q,a,d,?]? ")) else { return .quit }
      switch answer {
      case "y": return .yes
      case "n": return .no
      case "a": return .all
      case "d": return .done
      case "q": return .quit
      default: show(Self.help)
      }
    }
  }

  private func add(_ change: Change, _ taken: [Int], to selection: inout ChangeSelection) {
    guard !taken.isEmpty else { return }
    selection.paths?.append(change.path)
    if taken.count < pieces(change) { selection.hunks[change.path] = taken }
  }
}
