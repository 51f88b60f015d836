internal import BaileyCore
internal import BaileyInspect

/// What a scan found, in order, and what it could not read.
struct ScanReport: Sendable {
  var findings: [LocatedFinding] = []
  var problems: [ScanProblem] = []
  /// Problems that are only counted.
  var moreProblems = 0
  var counts: ScanCounts
  var isWholeWay: Bool
  /// Nanoseconds.
  var duration: Int64 = 0

  /// Puts findings into the order of the walk, and leaves out what is known.
  ///
  /// - Parameter isHistory: each secret is told once for a file, where it first came in.
  init(_ contents: ScanResults.Contents, isWholeWay: Bool, isHistory: Bool) {
    (counts, problems, moreProblems) = (contents.counts, contents.problems, contents.moreProblems)
    self.isWholeWay = isWholeWay
    problems.sort { $0.path.lexicographicallyPrecedes($1.path) }
    if counts.dropped > 0 {
      let why = "\(counts.dropped) findings beyond \(ScanResults.maximumFindings) are not told"
      problems.append(ScanProblem(path: [], fault: Fault("scan-too-many-findings", why: why)))
    }
    let sorted = contents.findings.sorted { left, right in
      if left.number != right.number { return left.number < right.number }
      if left.finding.offset != right.finding.offset { return left.finding.offset < right.finding.offset }
      return left.finding.finding.rule < right.finding.finding.rule
    }
    guard isHistory else {
      findings = sorted.map(\.finding)
      return
    }
    var first: [Name: Int] = [:]
    for found in contents.findings where found.isBefore && found.finding.hasValue { first[Name(found.finding)] = -1 }
    for found in sorted where !found.isBefore {
      if !found.finding.hasValue {
        findings.append(found.finding)
      } else if first[Name(found.finding), default: found.number] == found.number {
        first[Name(found.finding)] = found.number
        findings.append(found.finding)
      } else {
        counts.known += first[Name(found.finding)] == -1 ? 1 : 0
      }
    }
  }

  private struct Name: Hashable {
    var rule: String
    var fingerprint: String
    var path: [UInt8]

    /// The words of commits are one place: what is said in many is told once.
    init(_ found: LocatedFinding) {
      (rule, fingerprint, path) = (found.finding.rule, found.finding.fingerprint, found.path)
      if path.starts(with: Array("message of ".utf8)) { path = [] }
    }
  }

  mutating func leaveOut(_ baseline: Baseline) {
    let all = findings.count
    findings.removeAll { baseline.contains($0) }
    counts.known += all - findings.count
  }

  /// Whether everything that was named was read to its end.
  var isComplete: Bool { problems.isEmpty && moreProblems == 0 && isWholeWay }

  func count(_ tier: Tier) -> Int { findings.count { $0.finding.tier == tier } }
}

/// How `bailey scan` ends.
enum ScanExit {
  static let clean: Int32 = 0
  static let found: Int32 = 1
  /// Wrong usage, rules, allowlist or baseline; a report that cannot be written.
  static let failed: Int32 = 2
  static let incomplete: Int32 = 4
  static let interrupted: Int32 = 130

  /// - Parameter least: nil when findings do not matter.
  static func code(_ report: ScanReport, failingOn least: Tier?) -> Int32 {
    if !report.isWholeWay { return interrupted }
    if let least, report.findings.contains(where: { $0.finding.tier >= least }) { return found }
    return report.isComplete ? clean : incomplete
  }
}
