import ArgumentParser
import BaileyCore
import BaileyWire

struct Undo: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo", abstract: "Take back the last apply of a session.",
    discussion: """
      EXAMPLES
        bailey undo
        bailey undo 4f7c

      Bytes, modes, links and deletions are restored. A file that you changed since is left to you; the exit code is then 5.
      """)

  @OptionGroup var target: SessionOption
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    let (session, report) = try Client.report(of: .undo(try target.reference()), "taking back", console)
    if console.isJSON {
      console.write([
        "v": 1, "ok": .bool(report.conflicts.isEmpty), "session": .string(session.text), "report": report.json,
      ])
    } else {
      console.write(ReportText(palette: console.palette).text(report, session: session, verb: "took back"))
    }
    return report.conflicts.isEmpty ? 0 : 5
  }
}
