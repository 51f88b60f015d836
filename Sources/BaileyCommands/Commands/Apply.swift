import ArgumentParser
import BaileyCore
import BaileyWire

struct Apply: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Take a session's changes into the project.",
    discussion: """
      EXAMPLES
        bailey apply                      all changes, after a yes
        bailey apply --patch              piece by piece
        bailey apply --path src --path README.md
        bailey apply --dry-run

      Changes that can run code later (git hooks, CI, editor tasks …) need a yes of their own, and so does a secret in them. What you changed meanwhile is never \
      overwritten: a conflict is shown, left to you, and the exit code is 5. `bailey undo` takes an apply back.
      """)

  @Argument(help: "A session's name, and paths; a word that cannot be a session's name is a path.")
  var words: [String] = []
  @Option(help: ArgumentHelp("Only this path and what is below it; may be repeated.", valueName: "path"))
  var path: [String] = []
  @Flag(name: .shortAndLong, help: "Choose hunk by hunk.")
  var patch = false
  @Flag(name: [.long, .customShort("n")], help: "Say what would be done, and do nothing.")
  var dryRun = false
  @Flag(name: .shortAndLong, help: "Do not ask; risky changes are held back unless --include-risky is given.")
  var yes = false
  @Flag(help: "The separate yes to risky changes.")
  var includeRisky = false
  @Flag(help: "The separate yes to what a policy asks about: a secret that was found, for instance.")
  var approve = false
  @Flag(help: "Put git refs below refs/bailey/SESSION instead of moving them.")
  var keepRefs = false
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func validate() throws {
    if patch, data.json { throw ValidationError("--patch asks, and --json cannot.") }
  }

  /// The first word is a session if it has the form of one and no such file is meant by `--path`.
  var split: (session: String?, paths: [String]) {
    guard let first = words.first, SessionReference(first) != nil else { return (nil, words + path) }
    return (first, Array(words.dropFirst()) + path)
  }

  func execute() throws(Failure) -> Int32 {
    let source = try ReviewSource(try SessionOption.reference(split.session), console)
    let filter = try filter(source)
    let chosen = source.changes.changes.filter { filter.matches($0.path) }
    if chosen.isEmpty, filter.paths != nil || source.changes.refs.isEmpty { return try nothing(source, filter) }
    guard var selection = try selection(chosen, source, filter) else {
      console.confirm([:], "nothing was applied")
      return 0
    }
    selection.isDryRun = dryRun
    selection.movesRefs = !keepRefs
    selection.isApproved = approve
    return try asking(selection, source)
  }

  private func filter(_ source: ReviewSource) throws(Failure) -> PathFilter {
    let paths = split.paths
    if paths.isEmpty { return try PathFilter([], directory: "/", project: "/") }
    return try PathFilter(paths, directory: try Surroundings.workingDirectory(), project: try source.project())
  }

  private func nothing(_ source: ReviewSource, _ filter: PathFilter) throws(Failure) -> Int32 {
    if filter.paths != nil {
      throw Failure(
        1, Fault("nothing-selected", why: "no change matches these paths", hint: "`bailey diff --name-only` lists them")
      )
    }
    console.confirm([:], "session \(source.session.text) has no changes")
    return 0
  }

  /// `nil` when the person takes nothing.
  private func selection(_ chosen: [Change], _ source: ReviewSource, _ filter: PathFilter) throws(Failure)
    -> ChangeSelection?
  {
    guard patch else { return try whole(chosen, source, filter) }
    guard console.canAsk else { throw Failure(2, .usage("--patch needs a terminal")) }
    let choice = PatchSelection(palette: console.palette, show: { console.insist($0) }, ask: { console.ask($0) })
    guard var selection = choice.choose(from: chosen) else { return nil }
    let taken = chosen.filter { selection.paths?.contains($0.path) == true }
    selection.includesRisky = try agreesToRisks(taken)
    return selection
  }

  private func whole(_ chosen: [Change], _ source: ReviewSource, _ filter: PathFilter) throws(Failure)
    -> ChangeSelection?
  {
    var selection = ChangeSelection(paths: filter.paths)
    if !dryRun, !yes {
      guard console.canAsk else {
        throw Failure(
          2, Fault("confirmation-needed", why: "nobody can be asked whether to apply", hint: "give --yes, or --dry-run")
        )
      }
      let set = ChangeSet(
        changes: chosen, refs: source.changes.refs.filter(selection.selects), digest: source.changes.digest)
      console.insist(Summary(palette: console.palette).text(set, session: source.session))
      let answer = console.ask("Apply \(counted(chosen.count, "change"))? [y/N] ")
      guard answer == "y" || answer == "yes" else { return nil }
    }
    selection.includesRisky = try agreesToRisks(chosen)
    return selection
  }

  /// The separate yes: a word in full, after the list.
  private func agreesToRisks(_ chosen: [Change]) throws(Failure) -> Bool {
    let risky = chosen.filter { !$0.risks.isEmpty && $0.conflict == nil }
    if risky.isEmpty || includeRisky { return includeRisky }
    if dryRun || yes || !console.canAsk { return false }
    console.insist(Summary(palette: console.palette).risky(risky))
    return console.ask("Type yes to apply these as well, anything else to hold them back: ") == "yes"
  }

  /// What a policy asks is put to the person, once.
  private func asking(_ selection: ChangeSelection, _ source: ReviewSource) throws(Failure) -> Int32 {
    do throws(Failure) { return try apply(selection, source) } catch {
      guard let fault = error.fault, fault.code == "approval-needed", console.canAsk, !yes else { throw error }
      let changes = source.changes
      let (files, refs) = (selection.chosen(of: changes.changes), changes.refs.filter(selection.selects))
      console.insist(Summary(palette: console.palette).found(files, refs))
      console.insist(printable(fault.why) + "\n")
      guard console.ask("Type yes to apply it all the same: ") == "yes" else { throw error }
      var approved = selection
      approved.isApproved = true
      return try apply(approved, source)
    }
  }

  private func apply(_ selection: ChangeSelection, _ source: ReviewSource) throws(Failure) -> Int32 {
    let request = Request.apply(.named(source.session.text), selection, digest: source.changes.digest)
    let (session, report) = try Client.report(of: request, "applying", console)
    if console.isJSON {
      console.write([
        "v": 1, "ok": .bool(report.conflicts.isEmpty), "session": .string(session.text), "dry_run": .bool(dryRun),
        "report": report.json,
      ])
    } else {
      let verb = dryRun ? "would apply" : "applied"
      console.write(ReportText(palette: console.palette).text(report, session: session, verb: verb))
      if !dryRun, !report.applied.isEmpty { console.tell("bailey undo takes it back") }
    }
    return report.conflicts.isEmpty ? 0 : 5
  }
}
