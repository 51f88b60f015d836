import ArgumentParser
import BaileyCore
import BaileyWire

struct Ps: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "ps", abstract: "List sessions.",
    discussion: """
      EXAMPLES
        bailey ps
        bailey ps --all --json
      """)

  @Flag(name: .shortAndLong, help: "Also those that have ended.")
  var all = false
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    let (rows, fault) = try answer()
    if console.isJSON {
      console.write(Self.json(rows, fault))
      return 0
    }
    if let fault { console.insist("no effect happens: \(printable(fault.description))") }
    if rows.isEmpty {
      console.tell(all ? "no sessions" : "no running sessions; `bailey ps --all` lists those that have ended")
    } else {
      console.write(Self.table(rows, palette: console.palette))
    }
    return 0
  }

  /// `log` only where it takes no records.
  static func json(_ rows: [SessionRow], _ fault: Fault?) -> JSON {
    var members: [String: JSON] = ["v": 1, "ok": true, "sessions": .array(rows.map(\.json))]
    members["log"] = fault?.json
    return .object(members)
  }

  /// Without a controller nothing runs, and none is started to say so.
  private func answer() throws(Failure) -> ([SessionRow], Fault?) {
    let client = all ? try Client.open() : try Client.openIfRunning()
    guard let client else { return ([], nil) }
    guard case .sessions(let rows, let fault) = try client.ask(.list(all: all)) else { throw .misunderstood }
    return (rows, fault)
  }

  static func table(_ rows: [SessionRow], palette: Palette) -> String {
    let head = ["SESSION", "STATE", "STARTED", "MODE", "MEMORY", "PROJECT", "COMMAND"]
    return Table(head: head, rows: rows.map(cells)).text(palette)
  }

  private static func cells(_ row: SessionRow) -> [String] {
    let summary = row.summary
    let state =
      (summary.exitCode.map { "\($0)" } ?? row.held).map { "\(summary.state.rawValue) (\(printable($0)))" }
      ?? summary.state.rawValue
    let command = summary.command.joined(separator: " ") + (row.label.map { " [\($0)]" } ?? "")
    return [
      summary.id.text, state, timeText(summary.started), summary.mode.rawValue,
      row.usage.map { sizeText($0.memory) } ?? "-", printable(summary.project), printable(command),
    ]
  }
}
