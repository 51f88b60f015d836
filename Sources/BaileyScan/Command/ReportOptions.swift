internal import ArgumentParser
internal import BaileyCore
internal import BaileyInspect
internal import BaileyLinux
internal import BaileyWire

enum ReportFormat: String, CaseIterable, ExpressibleByArgument { case text, json, sarif }

enum FailTier: String, CaseIterable, ExpressibleByArgument {
  case certain, likely, hint, never

  var tier: Tier? { TierName(rawValue: rawValue)?.tier }
}

/// Where findings go, and which are known.
struct ReportOptions: ParsableArguments {
  @Option(help: ArgumentHelp("text, json (an object a line) or sarif (2.1.0).", valueName: "format"))
  var format: ReportFormat?
  @Flag(help: "The same as --format json.")
  var json = false
  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write the report to this file.", valueName: "file"), completion: .file())
  var output: String?
  @Option(
    help: ArgumentHelp(
      "Exit with 1 for findings of this tier and above, or never; that of --min-tier.", valueName: "tier"))
  var failOn: FailTier?
  @Option(help: ArgumentHelp("Leave out the findings that are in this file.", valueName: "file"), completion: .file())
  var baseline: String?
  @Option(
    help: ArgumentHelp("Write all findings of now to this file, and tell none.", valueName: "file"), completion: .file()
  )
  var writeBaseline: String?
  @Flag(name: .shortAndLong, help: "Only the report: no summary, no progress.")
  var quiet = false

  var chosenFormat: ReportFormat { json ? .json : format ?? .text }

  func validate() throws {
    if json, let format, format != .json { throw ValidationError("--json and --format contradict each other") }
  }

  func failingTier(_ least: Tier) -> Tier? {
    guard let failOn else { return least }
    return failOn.tier
  }

  func write(_ report: ScanReport, _ rules: RuleSet, exitCode: Int32) throws(Fault) {
    let text =
      switch chosenFormat {
      case .text: TextReport.text(report)
      case .json: JSONReport.text(report)
      case .sarif:
        SarifReport(
          report: report, rules: rules.rules, version: baileyVersion,
          directory: (try? CurrentProcess.workingDirectory()) ?? [IgnorePattern.slash], exitCode: exitCode
        ).text
      }
    guard let output else { return try Output.write(text) }
    try Self.replace(output, Array(text.utf8))
  }

  /// A baseline keeps its salt, so that a change of it is a change of findings.
  func write(baseline report: ScanReport, to path: String) throws(Fault) {
    var baseline = try Baseline.read(path, mayBeMissing: true)
    baseline.replace(with: report.findings)
    try Self.replace(path, baseline.bytes)
    tell(report)
    if quiet { return }
    let count = baseline.entries.count, left = report.findings.count { !$0.hasValue }
    Output.tell("\(count) \(count == 1 ? "entry" : "entries") in \(printable(path))")
    if left > 0 {
      Output.tell(
        "\(TextReport.counted(left, "finding")) without a value cannot be known again: an allowlist can name the path")
    }
  }

  func tell(_ report: ScanReport) {
    for problem in report.problems.prefix(quiet ? 0 : 50) {
      let fault = problem.fault
      let subject = problem.path.isEmpty ? fault.subject : printable(problem.path)
      Output.tell("bailey: " + (subject.map { $0 + ": " } ?? "") + "\(printable(fault.why)) [\(fault.code)]")
      if let hint = fault.hint { Output.tell("hint: \(hint)") }
    }
    let more = max(0, report.problems.count - 50) + report.moreProblems
    if quiet { return }
    if more > 0 { Output.tell("bailey: and \(more) more") }
    if !report.isWholeWay { Output.tell("bailey: interrupted; what was found until then is told") }
    if !report.isComplete { Output.tell("bailey: not everything was read, so this does not say that there is nothing") }
    Output.tell(TextReport.summary(report))
  }

  private static func replace(_ path: String, _ bytes: [UInt8]) throws(Fault) {
    do throws(Errno) { try WholeFile.replace(path.hasPrefix("/") ? path : "./" + path, with: bytes) } catch {
      throw Fault("output-failed", subject: path, why: error.message)
    }
  }
}
