import ArgumentParser
import BaileyCore
import BaileyWire

struct LogExport: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Print decisions in the form of another program, one a line.",
    discussion: """
      EXAMPLES
        bailey log export --format opa
        bailey log export --format opa --session 4f7c --last 100
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case opa }

  @Option(help: "opa: the schema of OPA's decision log.")
  var format = Format.opa
  @Option(help: ArgumentHelp("Only decisions of this session.", valueName: "session"), completion: .sessions)
  var session: String?
  @Option(name: [.long, .customShort("n")], help: ArgumentHelp("The newest so many; 0 is all.", valueName: "count"))
  var last = 0

  var console: Console { Console() }

  func validate() throws {
    if last < 0 { throw ValidationError("--last is a count.") }
  }

  func execute() throws(Failure) -> Int32 {
    let session = try session.map { text throws(Failure) in try SessionOption.reference(text) }
    var notes = PolicyNotes()
    if last == 0 {
      try read(LogQuery(session: session, kinds: [.intent, .note])) { row in
        if !notes.take(row) { write(row, notes) }
      }
      return 0
    }
    // What the newest decisions go back to may be far before them.
    var rows: [LogRow] = []
    try read(LogQuery(session: session, kinds: [.intent], last: last)) { rows.append($0) }
    try read(LogQuery(session: session, kinds: [.note])) { notes.take($0) }
    for row in rows { write(row, notes) }
    return 0
  }

  private func write(_ row: LogRow, _ notes: PolicyNotes) {
    guard let event = DecisionEvent(row, policies: notes.policies(of: row)) else { return }
    console.write(event.json.shownText + "\n")
  }

  private func read(_ query: LogQuery, each: (LogRow) -> Void) throws(Failure) {
    let reply = try Client.open().ask(.log(query)) { event throws(Failure) in
      if case .entries(let rows) = event { rows.forEach(each) }
    }
    guard case .done = reply else { throw .misunderstood }
  }
}
