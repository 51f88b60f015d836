internal import ArgumentParser
internal import BaileyCore
internal import BaileyLinux
internal import BaileyPolicy
internal import BaileyRego
internal import BaileyRegoLibraries

struct Test: PolicyTool {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Run the tests of policies.",
    discussion: """
      A rule whose name begins with test_ is a test; one whose name begins with todo_test_ is skipped. Exits with 1 when a test fails.

      EXAMPLES
        bailey policy test Policies
        bailey policy test Policies --run 'paths.*deny' --var-values
        bailey policy test Policies --coverage --threshold 90
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case pretty, json, junit }

  @OptionGroup var policy: PolicyOptions
  @Option(name: .shortAndLong, help: "Only tests whose full name (data.package.test_name) has this RE2 pattern in it.")
  var run: String?
  @Flag(name: .shortAndLong, help: "Print which lines the tests came by, as JSON.")
  var coverage = false
  @Option(name: .long, help: "Fail when fewer percent of the lines are covered.")
  var threshold: Double?
  @Flag(name: .long, help: "Show where a test failed, with the values of its variables.")
  var varValues = false
  @Flag(name: .shortAndLong, help: "Name the tests that passed, too.")
  var verbose = false
  @Option(name: .shortAndLong, help: "pretty, json or junit.")
  var format = Format.pretty
  @Argument(help: "Modules, data and directories of them.", completion: .file())
  var paths: [String] = []

  func execute() throws(ToolFailure) -> Int32 {
    let files = try policy.files(paths)
    guard !files.sources.isEmpty else { throw .nothingGiven }
    let runner = try runner(files)
    let results = runner.run(try options(files))
    var report = Coverage(runner)
    report.files.removeAll { $0.name.hasPrefix(PolicyLibrary.prefix) }
    show(results, report)
    if !results.allSatisfy(\.isGood) { return 1 }
    if let threshold, report.percentage < threshold {
      Output.complain("coverage is \(report.percentage) %, below \(threshold) %")
      return 1
    }
    return 0
  }

  private func runner(_ files: PolicyFiles) throws(ToolFailure) -> TestRunner {
    let registry = try policy.registry()
    do throws(CompileFailure) { return try TestRunner(files.sources, registry: registry) } catch {
      throw ToolFailure(Diagnosis(sources: files.sources).problems(ParseErrors.all(error, files.sources)))
    }
  }

  private func options(_ files: PolicyFiles) throws(ToolFailure) -> TestRunner.Options {
    var options = TestRunner.Options()
    options.data = files.json
    options.limits = policy.limits
    options.clock = { Int(Clock.monotonic) }
    options.nowNanoseconds = Int(Clock.realTime)
    guard let run else { return options }
    do { options.isWanted = try Libraries.matcher(run) } catch {
      throw ToolFailure(Fault("policy-pattern-malformed", subject: run, why: error.message))
    }
    return options
  }

  /// The report of coverage takes the place of the results, as it does with OPA; failures are still told.
  private func show(_ results: [TestResult], _ report: Coverage) {
    let text = TestReport.pretty(results, verbose: verbose, values: varValues)
    if coverage || threshold != nil {
      if !results.allSatisfy(\.isGood) { Output.complain(Self.shown(text)) }
      return Output.write(PrettyJSON.text(json: TestReport.json(report)) + "\n")
    }
    switch format {
    case .pretty: Output.write(Self.shown(text))
    case .json: Output.write(PrettyJSON.text(json: TestReport.json(results)) + "\n")
    case .junit: Output.write(TestReport.junit(results))
    }
  }

  private static func shown(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map { printable(String($0)) }
        .joined(separator: "\t")
    }.joined(separator: "\n")
  }
}
