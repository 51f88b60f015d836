internal import ArgumentParser
internal import BaileyCore
internal import BaileyInspect
internal import BaileyLinux
internal import BaileyWire

/// `bailey scan`.
struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bailey scan",
    abstract: "Find secrets and personal data in files, directories, git histories and streams.",
    discussion: """
      EXAMPLES
        bailey scan                                 this directory
        bailey scan src config.yaml --min-tier certain
        git diff | bailey scan - --name change.diff
        bailey scan --git                           all ever committed here
        bailey scan --range origin/main..HEAD       what this branch adds
        bailey scan --staged                        what is about to be committed
        bailey scan --format sarif -o scan.sarif
        bailey scan --write-baseline known.json; bailey scan --baseline known.json

      To accept a finding: a comment `bailey:allow` in its line; its rule, path or fingerprint in .bailey/inspection.yaml; or a baseline. In a repository of
      somebody else use --no-allow and --ignore-allow-comments, which leave both out.

      Files that .gitignore and .baileyignore name are passed over, and counted, unless --no-ignore is given. Exit codes: 0 nothing found; 1 findings;
      2 wrong usage, rules, allowlist or baseline; 4 not all could be read; 130 interrupted. See docs/scan.md.
      """)

  @Argument(help: "Files and directories, `-` for standard input; with --git a repository. Without any this directory.")
  var paths: [String] = []
  @OptionGroup(title: "What is read") var sources: SourceOptions
  @OptionGroup(title: "What counts") var rules: RuleOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  @Flag(help: "List all rules: name, tier, kind and title.")
  var listRules = false
  @Option(help: ArgumentHelp("Say what a rule looks for.", valueName: "rule"))
  var explain: String?

  func validate() throws {
    let histories = [sources.git || sources.range != nil || sources.since != nil, sources.staged].count { $0 }
    if listRules, explain != nil { throw ValidationError("--list-rules and --explain are two questions") }
    if histories > 1 { throw ValidationError("--staged reads the index, and --git, --range and --since a history") }
    if histories > 0, paths.count > 1 || paths == ["-"] { throw ValidationError("one repository at a time") }
    if paths.contains("-"), paths.count > 1 { throw ValidationError("`-` stands alone") }
    if sources.name != nil, paths != ["-"] { throw ValidationError("--name is for `-`") }
    if let least = report.failOn?.tier, least < rules.minTier.tier {
      throw ValidationError("--fail-on cannot be below --min-tier: what is not told could make it fail")
    }
    if (sources.range ?? "").split(separator: " ").contains(where: { $0.hasPrefix("-") }) {
      throw ValidationError("--range takes revisions and no options")
    }
    if let jobs = sources.jobs, !(1...256).contains(jobs) { throw ValidationError("--jobs is from 1 to 256") }
  }

  func execute() throws(Fault) -> Int32 {
    let set = try rules.ruleSet()
    if listRules { return try RuleListing.list(set, json: report.chosenFormat == .json) }
    if let explain { return try RuleListing.explain(explain, set, json: report.chosenFormat == .json) }
    // Before hours are spent: what cannot be read then is refused now.
    let baseline = try report.baseline.map { path throws(Fault) in try Baseline.read(path) }
    var setup = try rules.setup(set, project: paths == ["-"] ? nil : paths.first ?? ".")
    setup.isBaselined = report.baseline != nil || report.writeBaseline != nil
    var found = try scan(setup)
    if let path = report.writeBaseline {
      try report.write(baseline: found, to: path)
      return ScanExit.code(found, failingOn: nil)
    }
    if let baseline { found.leaveOut(baseline) }
    let code = ScanExit.code(found, failingOn: report.failingTier(rules.minTier.tier))
    try report.write(found, set, exitCode: code)
    report.tell(found)
    return code
  }

  private func scan(_ setup: ScanSetup) throws(Fault) -> ScanReport {
    let results = ScanResults()
    let progress = ProgressLine(results, isShown: !report.quiet && Output.isTerminal)
    defer { progress.end() }
    let start = Clock.monotonic
    var scan = Scan(setup: setup, results: results, jobs: sources.jobs ?? max(1, min(256, Kernel.processors)))
    scan.progress = progress.show
    let isWholeWay = try sources.run(&scan, paths)
    var report = ScanReport(results.contents, isWholeWay: isWholeWay, isHistory: sources.isGit)
    report.duration = Clock.monotonic - start
    return report
  }
}

extension ScanCommand {
  var isJSON: Bool { report.chosenFormat == .json }
}
