import ArgumentParser
import BaileyCore
import BaileyWire

struct LogShow: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one entry and the proof that it is in the log, or what a session did.",
    discussion: """
      EXAMPLES
        bailey log show 1234          one entry
        bailey log show 4f7c          a session from its start to its end
        bailey log show               the newest session of this project
        bailey log show --no-transcript  without what its terminal showed

      A number is an entry's; a session whose name begins with four digits needs more letters.
      """)

  @Argument(
    help: ArgumentHelp("An entry's number, or a session's name or the beginning of it.", valueName: "number|session"),
    completion: .sessions)
  var what: String?
  @Flag(
    inversion: .prefixedNo, help: "Show a session's terminal between the entries, where it was recorded.")
  var transcript = true
  @Flag(help: "For a session: read the log from end to end, whatever its index says.")
  var scan = false
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func validate() throws {
    if let what, UInt64(what) == nil, SessionReference(what) == nil {
      throw ValidationError("'\(printable(what))' is neither the number of an entry nor the name of a session.")
    }
  }

  func execute() throws(Failure) -> Int32 {
    if let index = what.flatMap({ UInt64($0) }) { return try entry(index) }
    return try session(try SessionOption.reference(what))
  }

  private func entry(_ index: UInt64) throws(Failure) -> Int32 {
    guard case .entry(let row) = try Client.open().ask(.logEntry(index: index)) else { throw .misunderstood }
    if console.isJSON { console.write(row.versioned) } else { console.write(Self.text(row)) }
    return 0
  }

  /// Twice through the log rather than once with all of it in memory: what came of an action stands behind it.
  private func session(_ reference: SessionReference) throws(Failure) -> Int32 {
    var outcomes = TimelineOutcomes()
    try Client.read(LogQuery(session: reference, kinds: TimelineOutcomes.kinds, scans: scan), console) {
      outcomes.add($0)
    }
    var timeline = Timeline(outcomes: outcomes, palette: console.palette)
    var shown = transcript ? try ShownLines.fetch(reference, console) : ShownLines([])
    try Client.read(LogQuery(session: reference, scans: scan), console) { row in
      guard let event = timeline.event(row) else { return }
      write(shown.take(before: event))
      console.isJSON ? console.write(event.json) : console.write(timeline.text(event))
    }
    write(shown.rest())
    return 0
  }

  private func write(_ lines: [ShownLines.Line]) {
    for line in lines { console.isJSON ? console.write(line.json) : console.write(line.shown(console.palette)) }
  }

  static func text(_ row: LogRow) -> String {
    var text = "entry \(row.index)\n\(row.record.shownText)\n"
    if !row.proof.isEmpty { text += "inclusion proof:\n" + row.proof.map { "  \(printable($0))\n" }.joined() }
    if let checkpoint = row.checkpoint {
      text +=
        "signed head:\n"
        + checkpoint.split(separator: "\n", omittingEmptySubsequences: false).map { "  \(printable(String($0)))\n" }
        .joined()
    }
    return text
  }
}
