internal import ArgumentParser
internal import BaileyCore
internal import BaileyRego

struct Check: PolicyTool {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Say what is wrong with modules.",
    discussion: """
      Exits with 1 when something is. What is allowed but surely not meant is a warning, or with --strict an error: a rule that can never
      fire (an expression that is always false, two that exclude each other, an `else` behind what always holds, a default that is
      never used); with --schema an expression that no input of that form meets, or a field that it does not have; with --entrypoint
      a rule that nothing asks for; and, where there are tests, a rule `deny` or `deny_…` that no test that passes makes true.

      EXAMPLES
        bailey policy check Policies
        bailey policy check --strict --json policy.rego
        bailey policy check --tests tests --schema Policies/schema/input.schema.json Policies
        bailey policy check --entrypoint data.policy.allow policy.rego
      """)

  @OptionGroup var policy: PolicyOptions
  @Flag(
    name: .shortAndLong,
    help: "Refuse unused variables and imports, and names that are deprecated, too; and warnings are errors.")
  var strict = false
  @Option(name: .long, help: "A JSON Schema of the input.", completion: .file())
  var schema: String?
  @Option(name: .long, help: "A document that somebody asks for, `data.a.allow`; may be repeated.")
  var entrypoint: [String] = []
  @Option(name: .long, help: "Tests that are not among the paths; may be repeated.", completion: .file())
  var tests: [String] = []
  @Flag(name: .long, help: "Print versioned JSON.")
  var json = false
  @Argument(help: "Modules and directories of them.", completion: .file())
  var paths: [String] = []

  var isJSON: Bool { json }

  func execute() throws(ToolFailure) -> Int32 {
    let files = try policy.files(paths)
    guard !files.sources.isEmpty else { throw .nothingGiven }
    let diagnosis = Diagnosis(sources: files.sources)
    let registry = try policy.registry()
    try compile(files, diagnosis, registry)
    let findings = try PolicyFindings(files: files, registry: registry, check: self).all()
    let problems = findings.map { diagnosis.problem($0, isWarning: !strict) }
    if strict, !problems.isEmpty { throw ToolFailure(problems) }
    if !json { problems.forEach { Output.complain($0.text) } }
    if json {
      var members: [String: JSON] = ["v": 1, "ok": true]
      if !problems.isEmpty { members["warnings"] = .array(problems.map(\.json)) }
      Output.write(JSON.object(members).shownText + "\n")
    }
    return 0
  }

  private func compile(_ files: PolicyFiles, _ diagnosis: Diagnosis, _ registry: Registry) throws(ToolFailure) {
    let program: BaileyRego.Program
    do throws(CompileFailure) {
      program = try BaileyRego.Program.compile(files.sources, queries: [], registry: registry, isStrict: strict)
    } catch {
      throw ToolFailure(diagnosis.problems(ParseErrors.all(error, files.sources)))
    }
    do throws(RegoError) { _ = try BaseDocument(files.json, for: program) } catch { throw diagnosis.failure(error) }
  }
}

/// What is surely not meant in modules that compile.
struct PolicyFindings {
  let files: PolicyFiles
  let registry: Registry
  let check: Check

  func all() throws(ToolFailure) -> [Finding] {
    let shape = try shape()
    let analysis: PolicyAnalysis
    do throws(CompileFailure) {
      analysis = try PolicyAnalysis(files.sources, registry: registry, shape: shape)
    } catch {
      throw Diagnosis(sources: files.sources).failure(error)
    }
    var found = analysis.neverFiring() + analysis.unknownFields()
    if !check.entrypoint.isEmpty {
      do throws(RegoError) { found += try analysis.unused(entries: check.entrypoint) } catch {
        throw ToolFailure(
          Fault(
            "policy-rule-missing", subject: check.entrypoint.joined(separator: ", "), why: error.message,
            hint: "an entry point is a document, for instance `data.policy.allow`"))
      }
    }
    return found + (try untested())
  }

  private func shape() throws(ToolFailure) -> InputShape? {
    guard let path = check.schema else { return nil }
    let text = try PolicyFiles.read(path)
    do { return try InputShape(text) } catch {
      throw ToolFailure(Fault("policy-data-malformed", subject: path, why: JSONPlace.text(error.message, text)))
    }
  }

  /// A path without `./` and doubled slashes.
  private static func plain(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }

  /// Only where there are tests: without any the answer is known.
  private func untested() throws(ToolFailure) -> [Finding] {
    var all = files
    for path in check.tests { try all.add(path) }
    // Tests that are among the paths as well are read once.
    let known = Set(files.sources.map { Self.plain($0.name) })
    let added = all.sources.dropFirst(files.sources.count).filter { !known.contains(Self.plain($0.name)) }
    let sources = files.sources + added
    let runner: TestRunner
    do throws(CompileFailure) { runner = try TestRunner(sources, registry: registry) } catch {
      throw ToolFailure(Diagnosis(sources: sources).problems(ParseErrors.all(error, sources)))
    }
    var coverage = DenyCoverage(runner)
    guard coverage.hasTests else {
      if !check.tests.isEmpty {
        throw ToolFailure(Fault("policy-files-missing", subject: check.tests.first, why: "there are no tests in it"))
      }
      return []
    }
    var options = TestRunner.Options()
    options.data = all.json
    let failed = coverage.run(options)
    if failed > 0, !check.json {
      Output.complain("\(failed) of the tests do not pass; what they came by does not count")
    }
    return coverage.untested().filter { $0.location.file < Int32(files.sources.count) }
  }
}

/// Reading stops at the first file that does not parse; a person wants to know of all of them.
enum ParseErrors {
  static func all(_ failure: CompileFailure, _ sources: [Source]) -> [RegoError] {
    guard failure.errors.contains(where: { $0.code == .parse }) else { return failure.errors }
    var found: [RegoError] = []
    for (index, source) in sources.enumerated() {
      do throws(CompileFailure) { _ = try BaileyRego.Program.compile([source], queries: []) } catch {
        for var problem in error.errors where problem.code == .parse {
          problem.location?.file = Int32(index)
          found.append(problem)
        }
      }
    }
    return found.isEmpty ? failure.errors : found
  }
}
