internal import BaileyCore
internal import BaileyInspect

/// A finding in a line or two, for a person and for whatever reads `path:line:column`.
enum TextReport {
  static func text(_ report: ScanReport) -> String { report.findings.map { line($0) + "\n" }.joined() }

  static func line(_ found: LocatedFinding) -> String {
    let finding = found.finding
    var text = place(found) + ": \(finding.tier.name) \(finding.rule): \(printable(finding.title))"
    if !finding.sample.isEmpty { text += "  \(printable(finding.sample))" }
    var more: [String] = []
    if !finding.disguises.isEmpty {
      more.append("in " + finding.disguises.map { printable($0) }.joined(separator: ", "))
    }
    if let commit = found.commit {
      let time = timeText(commit.time.multipliedReportingOverflow(by: 1_000_000_000).partialValue)
      more.append("since commit \(commit.id.prefix(12)) of \(time) by \(commit.author)")
    }
    if !finding.fingerprint.isEmpty { more.append("fingerprint \(finding.fingerprint)") }
    return text + (more.isEmpty ? "" : "\n    " + more.joined(separator: "; "))
  }

  private static func place(_ found: LocatedFinding) -> String {
    let path = printable(found.path)
    return found.start.map { "\(path):\($0.line):\($0.column)" } ?? "\(path): byte \(found.offset)"
  }

  /// What a scan did, in one line.
  static func summary(_ report: ScanReport) -> String {
    let counts = report.counts
    var text = "\(counted(report.findings.count, "finding"))"
    let tiers = Tier.allCases.reversed().filter { report.count($0) > 0 }.map { "\(report.count($0)) \($0.name)" }
    if !tiers.isEmpty { text += " (\(tiers.joined(separator: ", ")))" }
    text += " in \(counted(counts.files, "file")), \(size(counts.bytes)), \(seconds(report.duration))"
    let passed = (counts.known > 0 ? ["\(counts.known) known"] : []) + excuses(counts)
    if !passed.isEmpty { text += "; besides " + passed.joined(separator: " and ") }
    let skipped = Skipped.allCases.compactMap { kind in counts.skipped[kind].map { "\($0) \(words(kind))" } }
    if !skipped.isEmpty { text += "; skipped: " + skipped.joined(separator: ", ") }
    if (counts.skipped[.ignored] ?? 0) > 0 { text += " (--no-ignore reads them)" }
    return text
  }

  /// What kept findings from being told, with how many.
  static func excuses(_ counts: ScanCounts) -> [String] {
    let files = counts.allowed.sorted { $0.key < $1.key }.map { "\($1) allowed by \(printable($0))" }
    return files + (counts.excused > 0 ? ["\(counts.excused) excused by comments"] : [])
  }

  private static func words(_ kind: Skipped) -> String {
    switch kind {
    case .ignored: "ignored"
    case .links: "links"
    case .special: "pipes, sockets or devices"
    case .repositories: "parts of git directories (see --git)"
    case .submodules: "submodules"
    }
  }

  static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  /// Powers of 1000.
  static func size(_ bytes: Int) -> String {
    var (whole, rest, unit) = (bytes, 0, 0)
    let units = ["B", "kB", "MB", "GB", "TB"]
    while whole >= 1000, unit + 1 < units.count { (whole, rest, unit) = (whole / 1000, whole % 1000, unit + 1) }
    return rest >= 100 && whole < 100 ? "\(whole).\(rest / 100) \(units[unit])" : "\(whole) \(units[unit])"
  }

  private static func seconds(_ nanoseconds: Int64) -> String {
    let tenths = nanoseconds / 100_000_000
    return "\(tenths / 10).\(tenths % 10) s"
  }
}
