import ArgumentParser
import BaileyCore

struct Diff: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Show what a session changed: a summary, then the changes.",
    discussion: """
      EXAMPLES
        bailey diff
        bailey diff --stat
        bailey diff 4f7c --name-only

      Control characters in names and lines are written out as \\u{…}. Use --json for other programs.
      """)

  @OptionGroup var target: SessionOption
  @Flag(help: "Only the summary.")
  var stat = false
  @Flag(help: "Only the names of changed files.")
  var nameOnly = false
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    let source = try ReviewSource(try target.reference(), console)
    if console.isJSON {
      console.write(["v": 1, "ok": true, "session": .string(source.session.text), "changes": source.changes.json])
    } else {
      Pager(console: console).show(text(source.changes, source.session, console.palette))
    }
    return 0
  }

  func text(_ set: ChangeSet, _ session: SessionID, _ palette: Palette) -> String {
    if nameOnly { return set.changes.map { $0.displayPath + "\n" }.joined() }
    let summary = Summary(palette: palette).text(set, session: session)
    return stat || set.changes.isEmpty ? summary : summary + "\n" + DiffText(palette: palette).text(set)
  }
}
