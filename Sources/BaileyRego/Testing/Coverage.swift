/// Which lines of the modules tests came by, as `opa test --coverage` counts them.
package struct Coverage: Sendable {
  package struct File: Sendable {
    package var name: String
    package var covered: [ClosedRange<Int>]
    package var missed: [ClosedRange<Int>]

    package var coveredLines: Int { covered.reduce(0) { $0 + $1.count } }
    package var missedLines: Int { missed.reduce(0) { $0 + $1.count } }
  }

  package var files: [File]

  package var coveredLines: Int { files.reduce(0) { $0 + $1.coveredLines } }
  package var missedLines: Int { files.reduce(0) { $0 + $1.missedLines } }
  /// In percent; 0 when there is nothing to count.
  package var percentage: Double { Self.percentage(coveredLines, missedLines) }

  static func percentage(_ covered: Int, _ missed: Int) -> Double {
    covered + missed == 0 ? 0 : 100 * Double(covered) / Double(covered + missed)
  }

  package init(_ runner: TestRunner) {
    let program = runner.program
    files = runner.modules.indices.map { index in
      var hit: Set<Int> = []
      for (point, isHit) in zip(program.tracePoints, runner.trace.hits)
      where isHit && point.location.file == Int32(index) { hit.insert(point.location.row) }
      var lines = CountedLines()
      runner.modules[index].rules.forEach { lines.add($0) }
      return File(
        name: program.files[index], covered: Self.ranges(hit), missed: Self.ranges(lines.rows.subtracting(hit)))
    }
  }

  private static func ranges(_ rows: Set<Int>) -> [ClosedRange<Int>] {
    var ranges: [ClosedRange<Int>] = []
    for row in rows.sorted() {
      if let last = ranges.last, last.upperBound + 1 == row {
        ranges[ranges.count - 1] = last.lowerBound...row
      } else {
        ranges.append(row...row)
      }
    }
    return ranges
  }
}

/// The lines that count: heads, and statements but for declarations.
private struct CountedLines {
  private(set) var rows: Set<Int> = []

  mutating func add(_ rule: Rule) {
    rows.insert(rule.location.row)
    var terms = rule.path + [rule.value] + (rule.arguments ?? [])
    rule.body.forEach { add($0) }
    for branch in rule.alternatives {
      rows.insert(branch.location.row)
      terms.append(branch.value)
      branch.body.forEach { add($0) }
    }
    terms.forEach { closures(of: $0) }
  }

  private mutating func add(_ statement: Statement) {
    switch statement.kind {
    case .declare, .someIn: break
    default: rows.insert(statement.location.row)
    }
    if case .every(_, _, _, let body, _) = statement.kind { body.forEach { add($0) } }
    var found: [Term] = []
    TermVisitor(entersClosures: false) { found.append($0) }.statement(statement)
    found.forEach { closure($0) }
  }

  private mutating func closures(of term: Term) {
    var found: [Term] = []
    TermVisitor(entersClosures: false) { found.append($0) }.term(term)
    found.forEach { closure($0) }
  }

  private mutating func closure(_ term: Term) {
    switch term.node {
    case .comprehension(let comprehension):
      comprehension.body.forEach { add($0) }
      comprehension.key.map { closures(of: $0) }
      closures(of: comprehension.value)
    case .template(let parts): for case .expression(let statement) in parts { add(statement) }
    default: break
    }
  }
}
