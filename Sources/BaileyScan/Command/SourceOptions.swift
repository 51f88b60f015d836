internal import ArgumentParser
internal import BaileyCore
internal import BaileyLinux

/// Files, a stream, a history or the index.
struct SourceOptions: ParsableArguments {
  @Flag(help: "Read all that was ever committed to the repository: every branch, tag, note and stash.")
  var git = false
  @Option(help: ArgumentHelp("Read what these commits add; as for git rev-list.", valueName: "revisions"))
  var range: String?
  @Option(
    help: ArgumentHelp("Read what commits since then add: RFC 3339, a date, 90s, 15m, 2h, 3d, 1w.", valueName: "time"))
  var since: String?
  @Flag(help: "Read what is staged, and tell what was not committed before: for a pre-commit hook.")
  var staged = false
  @Option(help: ArgumentHelp("What standard input is called in the report and in allowlists.", valueName: "path"))
  var name: String?
  @Flag(help: "Read what .gitignore and .baileyignore name, too.")
  var noIgnore = false
  @Option(
    help: ArgumentHelp("Pass over what this pattern matches, as in .gitignore. Can be repeated.", valueName: "glob"))
  var exclude: [String] = []
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("How many files are read at once; as many as processors.", valueName: "count"))
  var jobs: Int?

  var isGit: Bool { git || range != nil || since != nil || staged }

  func run(_ scan: inout Scan, _ paths: [String]) throws(Fault) -> Bool {
    if isGit { return try runGit(&scan, paths.first ?? ".") }
    if paths == ["-"] { return try scan.run(InputSource(name: name ?? "stdin")) }
    let source = TreeSource(
      paths.isEmpty ? ["."] : paths, excluding: exclude, honoursIgnoreFiles: !noIgnore, scan.results)
    return try scan.run(source)
  }

  private func runGit(_ scan: inout Scan, _ path: String) throws(Fault) -> Bool {
    let repository = try GitRepository(at: path)
    scan.repository = repository
    if staged { return try scan.run(try StagedSource(repository, scan.setup, scan.results)) }
    return try scan.run(try HistorySource(repository, try historyRange(), scan.setup, scan.results))
  }

  private func historyRange() throws(Fault) -> HistoryRange {
    var found = HistoryRange(revisions: (range ?? "").split(separator: " ").map(String.init))
    if let since {
      guard let time = Moment.read(since, now: Clock.realTime) else {
        throw Fault("usage", subject: since, why: "this is no time", hint: "for instance 2026-01-31 or 2w")
      }
      found.since = time / 1_000_000_000
    }
    return found
  }
}
