import ArgumentParser
import BaileyCore
import BaileyWire

struct LogList: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List entries, oldest first.",
    discussion: """
      EXAMPLES
        bailey log list --limit 20
        bailey log list --session 4f7c --json
        bailey log list --verb http.request --decision deny --since yesterday
        bailey log list --path '*.env' --path '/home/me/project/src/**'

      All filters must hold; of one that is repeated, any. They look at an entry itself: an outcome has no host, its intent has.
      """)

  @Option(help: ArgumentHelp("Only entries of this session.", valueName: "session"), completion: .sessions)
  var session: String?
  @OptionGroup var filters: LogFilters
  @Option(
    name: [.long, .customLong("last"), .customShort("n")],
    help: ArgumentHelp("The newest so many; 0 is all.", valueName: "count"))
  var limit = 200
  @Flag(help: "Newest first.")
  var reverse = false
  @Flag(name: .shortAndLong, help: "Go on with what is appended.")
  var follow = false
  @Flag(help: "Read the log from end to end, whatever its index says.")
  var scan = false
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func validate() throws {
    if limit < 0 { throw ValidationError("--limit is a count.") }
    if reverse, follow { throw ValidationError("--reverse and --follow exclude each other.") }
  }

  func query() throws(Failure) -> LogQuery {
    LogQuery(
      session: try session.map { text throws(Failure) in try SessionOption.reference(text) },
      filter: try filters.filter(), last: limit == 0 ? nil : limit, reversed: reverse, follows: follow, scans: scan)
  }

  func execute() throws(Failure) -> Int32 {
    let line = LogLine(palette: console.palette)
    try Client.read(try query(), console) { row in
      // One entry a line under --json, so that it can be followed.
      console.isJSON ? console.write(row.versioned) : console.write(line.text(row) + "\n")
    }
    return 0
  }
}

extension Client {
  /// Reads entries of the log, or their text in another form, and tells the person what is to be said about them.
  static func read(
    _ query: LogQuery, _ console: Console, exported: (String) throws(Failure) -> Void = { _ in },
    each: (LogRow) throws(Failure) -> Void
  ) throws(Failure) {
    let reply = try Client.open().ask(.log(query)) { event throws(Failure) in
      switch event {
      case .entries(let rows): for row in rows { try each(row) }
      case .exported(let text): try exported(text)
      case .remark(let text): console.tell("bailey: " + printable(text))
      default: break
      }
    }
    guard case .done = reply else { throw .misunderstood }
  }
}
