import ArgumentParser
import BaileyCore
import BaileyExport
import BaileyLinux
import BaileyWire

struct LogExport: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Print the log in the form of another program.",
    discussion: """
      EXAMPLES
        bailey log export --format ocsf --since 2h
        bailey log export --format otlp --session 4f7c
        bailey log export --format jsonl --hash-paths > log.jsonl
        bailey log export --format atif --session 4f7c > trajectory.json
        bailey log export --format opa --last 100

      ocsf, jsonl and opa print one event a line, syslog one message of RFC 5424 a line, otlp one request a line; atif prints one
      session as one document. Secrets are taken out, of opa unless --unmasked is given, for readers that decide anew on what was asked. What goes on by itself is in `export.yaml`: docs/export.md.
      The log is read from end to end, whatever its index says.
      The exit code is 1 when the log cannot be read, 2 for a wrong option.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case ocsf, otlp, syslog, jsonl, atif, opa

    /// OPA's is of decisions alone, and made here.
    var ofController: ExportFormat? { ExportFormat(rawValue: rawValue) }
  }

  @Option(help: "ocsf, otlp, syslog, jsonl, atif, or opa: the schema of OPA's decision log.")
  var format = Format.opa
  @Option(help: ArgumentHelp("Only of this session.", valueName: "session"), completion: .sessions)
  var session: String?
  @Option(
    help: ArgumentHelp(
      "Only what came since: RFC 3339, 90s, 15m, 2h, 3d, today, yesterday (in UTC).", valueName: "time"))
  var since: String?
  @Flag(help: "Replace paths by hashes under this site's key.")
  var hashPaths = false
  @Flag(help: "Only for opa: as it was recorded, which is masked once since there is an inspection.")
  var unmasked = false
  @Option(name: [.long, .customShort("n")], help: ArgumentHelp("The newest so many; 0 is all.", valueName: "count"))
  var last = 0

  var console: Console { Console() }

  func validate() throws {
    if last < 0 { throw ValidationError("--last is a count.") }
    if format == .opa, hashPaths { throw ValidationError("--hash-paths is not for opa, whose readers decide anew.") }
    if format != .opa, unmasked { throw ValidationError("--unmasked is for opa alone.") }
  }

  func execute() throws(Failure) -> Int32 {
    var query = LogQuery(last: last == 0 ? nil : last, scans: true)
    query.filter.since = try since.map { text throws(Failure) in try LogFilters.moment("--since", text, Clock.realTime)
    }
    // A trajectory is of one session: the newest of this project, if none is named.
    if session != nil || format == .atif { query.session = try SessionOption.reference(session) }
    let progress = Console.isTerminal(1) ? nil : Progress("exporting", console)
    defer { progress?.end() }
    guard let form = format.ofController else {
      try decisions(query)
      return 0
    }
    query.export = ExportOptions(form, hashesPaths: hashPaths)
    try Client.read(query, console, exported: { text throws(Failure) in try Self.write(text) }) { _ in }
    return 0
  }

  /// An export that is not whole is none.
  private static func write(_ text: String) throws(Failure) {
    do throws(Errno) { try Descriptor.lending(1) { output throws(Errno) in try output.writeAll(text) } } catch {
      throw Failure(Fault("output-failed", why: "the export cannot be written: \(error.message)"))
    }
  }
}

/// OPA's decision log names the bundles that a decision was made by; those are in notes, which may lie far before it.
extension LogExport {
  private func decisions(_ query: LogQuery) throws(Failure) {
    var query = query
    var notes = PolicyNotes()
    guard query.last != nil || query.filter.since != nil else {
      query.filter.kinds = [.intent, .note]
      return try Client.read(query, console) { row throws(Failure) in if !notes.take(row) { try write(row, notes) } }
    }
    query.filter.kinds = [.intent]
    var found: [LogRow] = []
    try Client.read(query, console) { found.append($0) }
    try Client.read(LogQuery(session: query.session, kinds: [.note], scans: true), console) { notes.take($0) }
    for row in found { try write(row, notes) }
  }

  private static let mask = SecretMask()

  private func write(_ row: LogRow, _ notes: PolicyNotes) throws(Failure) {
    var row = row
    if !unmasked { row.record = Self.mask.masked(row.record) }
    guard let event = DecisionEvent(row, policies: notes.policies(of: row)) else { return }
    try Self.write(event.json.shownText + "\n")
  }
}
