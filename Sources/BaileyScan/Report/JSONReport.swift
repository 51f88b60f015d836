internal import BaileyCore
internal import BaileyInspect

/// One object a line: findings, what could not be read, and at last a summary.
enum JSONReport {
  static func text(_ report: ScanReport) -> String {
    let lines = report.findings.map(json) + report.problems.map(json) + [summary(report)]
    return lines.map { $0.shownText + "\n" }.joined()
  }

  private static func json(_ found: LocatedFinding) -> JSON {
    let finding = found.finding
    var members: [String: JSON] = [
      "v": 1, "type": "finding", "rule": .string(finding.rule), "title": .string(finding.title),
      "kind": .string(finding.kind.rawValue), "tier": .string(finding.tier.name),
      "confidence": .int(Int64(finding.confidence)), "path": JSON(bytes: found.path),
      "offset": .int(Int64(found.offset)), "length": .int(Int64(finding.span.count)),
      "disguises": .array(finding.disguises.map(JSON.string)), "sample": .string(finding.sample),
      "fingerprint": .string(finding.fingerprint),
    ]
    if let start = found.start { (members["line"], members["column"]) = (number(start.line), number(start.column)) }
    if let end = found.end { (members["end_line"], members["end_column"]) = (number(end.line), number(end.column)) }
    if !finding.notes.isEmpty { members["notes"] = .object(finding.notes.mapValues(JSON.string)) }
    if let commit = found.commit {
      members["commit"] = ["id": .string(commit.id), "author": .string(commit.author), "time": .int(commit.time)]
    }
    return .object(members)
  }

  private static func json(_ problem: ScanProblem) -> JSON {
    ["v": 1, "type": "problem", "path": JSON(bytes: problem.path), "error": problem.fault.json]
  }

  private static func summary(_ report: ScanReport) -> JSON {
    let counts = report.counts
    let tiers = Tier.allCases.map { ($0.name, number(report.count($0))) }
    let skipped = Skipped.allCases.map { ($0.rawValue, number(counts.skipped[$0] ?? 0)) }
    return [
      "v": 1, "type": "summary", "findings": .object(Dictionary(tiers, uniquingKeysWith: { $1 })),
      "files": number(counts.files), "bytes": number(counts.bytes), "known": number(counts.known),
      "allowed": number(counts.allowed.values.reduce(0, +)), "allowed_by": .object(counts.allowed.mapValues(number)),
      "excused_by_comments": number(counts.excused), "complete": .bool(report.isComplete),
      "problems": number(report.problems.count + report.moreProblems), "duration_ns": .int(report.duration),
      "skipped": .object(Dictionary(skipped, uniquingKeysWith: { $1 })),
    ]
  }

  private static func number(_ value: Int) -> JSON { .int(Int64(value)) }
}
