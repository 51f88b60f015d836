/// Runs the tests of modules as `opa test` does.
///
/// It has no clock and no disk: what it needs of them it is given.
package struct TestRunner {
  package struct Options {
    /// Which tests to run, by their full name `data.package.test_name`.
    package var isWanted: (String) -> Bool = { _ in true }
    /// Data as JSON.
    package var data: [UInt8] = Array("{}".utf8)
    package var limits = Limits()
    /// Monotonic nanoseconds.
    package var clock: () -> Int = { 0 }
    package var nowNanoseconds = 0

    package init() {}
  }

  package let program: Program
  /// Collects what all runs came by.
  package let trace: Trace
  let tests: [TestRule]
  let modules: [Module]
  private let sources: [Source]
  /// The query of each test, then of each test's cases.
  private var queries: [Int] = []
  private var caseQueries: [Int?] = []

  package init(_ sources: [Source], registry: Registry? = nil) throws(CompileFailure) {
    let heap = Heap()
    let modules = try Program.read(sources, heap, yaml: registry?.yaml)
    let files = sources.map(\.name)
    var found = TestDiscovery(modules, heap: heap, withCases: true)
    func compile() throws(CompileFailure) -> Program {
      let texts = found.tests.map { $0.query($0.name) } + found.tests.compactMap { test in test.cases.map(test.query) }
      return try Program.compile(
        found.modules, files: files, queries: texts, registry: registry, heap: heap, reports: .coverage)
    }
    do throws(CompileFailure) {
      program = try compile()
    } catch {
      // The names of some cases are known only at the end of their rule: then a case that fails is not seen.
      found = TestDiscovery(modules, heap: heap, withCases: false)
      program = try compile()
    }
    (self.sources, self.modules, tests) = (sources, modules, found.tests)
    trace = Trace(program)
    number()
  }

  private mutating func number() {
    queries = Array(tests.indices)
    var next = tests.count
    for test in tests {
      caseQueries.append(test.cases == nil ? nil : next)
      if test.cases != nil { next += 1 }
    }
  }

  package func run(_ options: Options, each report: (TestResult) -> Void = { _ in }) -> [TestResult] {
    let machine = Machine(program, limits: options.limits)
    machine.trace = trace
    var results: [TestResult] = []
    for index in tests.indices where options.isWanted(tests[index].fullName()) {
      results.append(run(index, machine, options))
      report(results[results.count - 1])
    }
    return results
  }

  private func run(_ index: Int, _ machine: Machine, _ options: Options) -> TestResult {
    let test = tests[index]
    var result = TestResult(
      file: sources[test.module].name, location: test.location, package: test.packageName(), name: test.ruleName(),
      outcome: .skipped, nanoseconds: 0)
    guard !test.isSkipped else { return result }
    let start = options.clock()
    do throws(RegoError) {
      result.outcome = try outcome(index, machine, options, &result)
    } catch {
      result.outcome = .errored(error)
    }
    result.nanoseconds = options.clock() - start
    return result
  }

  private func outcome(
    _ index: Int, _ machine: Machine, _ options: Options, _ result: inout TestResult
  ) throws(RegoError) -> TestResult.Outcome {
    trace.watch(procedure(tests[index]))
    let value = try ask(queries[index], machine, options)
    result.failures = failures(tests[index])
    let forgiven = machine.forgivenErrors.first
    if caseQueries[index] != nil { result.cases = TestResult.Case.read(value) }
    let holds = caseQueries[index] == nil ? value.bits == Value.true.bits : !value.isUndefined
    trace.watch(nil)
    if let query = caseQueries[index] { try addCases(try ask(query, machine, options), &result) }
    let hasFailed = !holds || result.cases.contains { $0.hasFailed }
    result.hasFailed = hasFailed
    if !hasFailed { result.failures = [] }
    if let forgiven { return .errored(forgiven) }
    return hasFailed ? .failed : .passed
  }

  private func ask(_ query: Int, _ machine: Machine, _ options: Options) throws(RegoError) -> Value {
    machine.prepare(nowNanoseconds: options.nowNanoseconds)
    let data = try JSONReader.read(options.data, into: machine.heap)
    let answer = try machine.rows(query: query, data: data)
    return answer.count == 0 ? .undefined : answer.item(0).child(machine.heap.string("x"))
  }

  private func addCases(_ names: Value, _ result: inout TestResult) throws(RegoError) {
    guard names.tag == .set else { return }
    for index in 0..<names.count {
      let name = names.item(index)
      let path = (0..<name.count).map { TestResult.Case.caseName(name.item($0)) }
      TestResult.Case.add(path[...], to: &result.cases)
    }
    result.cases.sort { $0.name < $1.name }
  }

  /// The procedure that is the test's own rule.
  private func procedure(_ test: TestRule) -> Int? {
    var node = 0
    for part in test.package + test.name {
      guard let next = program.tree.child(node, part) else { return nil }
      node = next
    }
    return program.tree.nodes[node].group ?? program.tree.nodes[node].dynamic
  }

  /// Where the test's rule stopped: once, or for each of its cases.
  private func failures(_ test: TestRule) -> [TestResult.Failure] {
    let steps = test.cases == nil ? trace.failures.suffix(1) : trace.failures[...]
    return steps.map { step in
      let point = program.tracePoints[step.point]
      let text = sources[Int(point.location.file)].text[Int(point.location.start)..<Int(point.location.end)]
      let variables = zip(point.locals, step.values).map { local, value in
        (name: String(local.name), value: String(decoding: RegoWriter.write(value), as: UTF8.self))
      }
      return TestResult.Failure(
        location: point.location, text: String(decoding: text, as: UTF8.self), variables: variables)
    }
  }
}
