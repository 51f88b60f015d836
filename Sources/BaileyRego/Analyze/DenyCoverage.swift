/// Which rules that deny were true in a test that passed.
package struct DenyCoverage {
  private let runner: TestRunner
  private var hits: [Bool]

  package init(_ runner: TestRunner) {
    self.runner = runner
    hits = runner.program.tracePoints.map { _ in false }
  }

  package var hasTests: Bool { !runner.tests.isEmpty }

  /// Runs all tests.
  /// - Returns: how many did not pass; what they came by does not count.
  package mutating func run(_ options: TestRunner.Options) -> Int {
    var failed = 0
    var hits = hits
    _ = runner.run(options) { result in
      let own = runner.trace.takeHits()
      guard case .passed = result.outcome else {
        if case .skipped = result.outcome { return }
        failed += 1
        return
      }
      for (index, isHit) in own.enumerated() where isHit { hits[index] = true }
    }
    self.hits = hits
    return failed
  }

  /// The rules named `deny` or `deny_…`, but for those in packages of tests, that never held.
  package func untested() -> [Finding] {
    var heads: [Location] = []
    for (point, isHit) in zip(runner.program.tracePoints, hits) where point.kind == .head && isHit {
      heads.append(point.location)
    }
    var found: [Finding] = []
    for module in runner.modules where module.package.last.map({ !String($0).hasSuffix("_test") }) ?? true {
      for rule in module.rules where Self.denies(rule) {
        for (place, value) in [(rule.location, rule.value)] + rule.alternatives.map({ ($0.location, $0.value) })
        where !heads.contains(place) && !Self.isFalse(value) {
          found.append(Self.finding(rule, place))
        }
      }
    }
    return found
  }

  private static func denies(_ rule: Rule) -> Bool {
    guard !rule.isDefault, case .name(let value) = rule.path[0].node else { return false }
    let name = String(value)
    return name == "deny" || name.hasPrefix("deny_")
  }

  private static func isFalse(_ value: Term) -> Bool {
    if case .scalar(let value) = value.node { value.bits == Value.false.bits } else { false }
  }

  private static func finding(_ rule: Rule, _ place: Location) -> Finding {
    Finding.untested(
      "no test that passes makes this rule deny", place,
      hint: "write a test with an input that it must deny: a rule that never fires denies nothing")
  }
}
