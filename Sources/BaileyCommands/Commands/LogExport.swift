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
    let query = LogQuery(
      session: try session.map { text throws(Failure) in try SessionOption.reference(text) }, kinds: [.intent],
      last: last == 0 ? nil : last, follows: false)
    let reply = try Client.open().ask(.log(query)) { event throws(Failure) in
      guard case .entries(let rows) = event else { return }
      for event in rows.compactMap(DecisionEvent.init) { console.write(event.json.shownText + "\n") }
    }
    guard case .done = reply else { throw .misunderstood }
    return 0
  }
}
