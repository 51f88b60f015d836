import ArgumentParser
import BaileyCore
import BaileyLinux
import BaileyWire

/// What `bailey log` can be asked for.
struct LogFilters: ParsableArguments {
  @Option(
    help: ArgumentHelp("Only entries of this kind; may be repeated.", valueName: "kind"),
    completion: .words(Record.Kind.self), transform: word)
  var kind: [Record.Kind] = []
  @Option(
    help: ArgumentHelp("Only actions of this verb.", valueName: "verb"), completion: .words(Verb.self), transform: word)
  var verb: [Verb] = []
  @Option(help: ArgumentHelp("Only actions of this agent.", valueName: "name"))
  var agent: [String] = []
  @Option(
    help: ArgumentHelp("Only what was decided so: allow, ask or deny.", valueName: "decision"),
    completion: .words(Effect.self), transform: word)
  var decision: [Effect] = []
  @Option(help: ArgumentHelp("Only decisions with this reason's code.", valueName: "code"))
  var reason: [String] = []
  @Option(help: ArgumentHelp("Only this host or address, or all names below *.DOMAIN.", valueName: "host"))
  var host: [String] = []
  @Option(
    help: ArgumentHelp(
      "Only paths that this pattern matches, as in .gitignore: with a slash from the root, without in any directory.",
      valueName: "pattern"))
  var path: [String] = []
  @Option(
    help: ArgumentHelp("From this time on: RFC 3339, 90s, 15m, 2h, 3d, today, yesterday (in UTC).", valueName: "time"))
  var since: String?
  @Option(help: ArgumentHelp("Before this time.", valueName: "time"))
  var until: String?
  @Flag(help: "Only what was refused.")
  var denied = false

  func filter() throws(Failure) -> RecordFilter {
    var filter = RecordFilter()
    (filter.kinds, filter.verbs, filter.agents, filter.effects) = (kind, verb, agent, decision)
    (filter.reasons, filter.hosts, filter.isDenial) = (reason, host.map { HostFilter($0) }, denied)
    for pattern in path {
      do throws(GlobError) { filter.paths.append(try Glob(pattern)) } catch {
        throw Failure(2, .usage("--path \(pattern): this is no pattern", hint: "`bailey log list --help` has examples"))
      }
    }
    let now = Clock.realTime
    filter.since = try since.map { text throws(Failure) in try Self.moment("--since", text, now) }
    filter.until = try until.map { text throws(Failure) in try Self.moment("--until", text, now) }
    try Self.check(filter, values: [kind.count, verb.count, agent.count, decision.count, reason.count, host.count])
    return filter
  }

  private static func check(_ filter: RecordFilter, values: [Int]) throws(Failure) {
    if (values + [filter.paths.count]).contains(where: { $0 > RecordFilter.limit }) {
      throw Failure(2, .usage("an option is repeated more than \(RecordFilter.limit) times"))
    }
    if let since = filter.since, let until = filter.until, since >= until {
      throw Failure(2, .usage("--since is not before --until, so nothing can match"))
    }
  }

  static func moment(_ option: String, _ text: String, _ now: Int64) throws(Failure) -> Int64 {
    guard let moment = Moment.read(text, now: now) else {
      throw Failure(
        2, .usage("\(option) \(text): this is no time", hint: "2026-11-22T08:30:00Z, 2026-11-22, 2h, today, yesterday"))
    }
    return moment
  }
}

/// One of a closed list of words, or the one that may have been meant.
private func word<T: RawRepresentable<String> & CaseIterable>(_ text: String) throws -> T {
  if let value = T(rawValue: text) { return value }
  let words = T.allCases.map(\.rawValue)
  let meant = Spelling.nearest(to: text, among: words).map { "did you mean `\($0)`?" }
  throw ValidationError("'\(printable(text))' is none of its values; \(meant ?? words.joined(separator: ", "))")
}

extension CompletionKind {
  fileprivate static func words<T: RawRepresentable<String> & CaseIterable>(_ type: T.Type) -> CompletionKind {
    .list(T.allCases.map(\.rawValue))
  }
}
