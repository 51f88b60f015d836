internal import BaileyCore
internal import BaileyInspect
internal import BaileyLinux

/// SARIF 2.1.0 (OASIS, 27 March 2020), as code scanning of forges reads it.
struct SarifReport {
  let report: ScanReport
  let rules: [Rule]
  var version: String
  /// The working directory: paths are relative to it.
  var directory: [UInt8]
  var exitCode: Int32

  var text: String { json.shownText + "\n" }

  private var json: JSON {
    let used = usedRules
    let numbers = Dictionary(used.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    return [
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
      "runs": [
        [
          "tool": [
            "driver": [
              "name": "bailey", "semanticVersion": .string(version), "version": .string(version),
              "rules": .array(used.map(descriptor)),
            ]
          ],
          "columnKind": "unicodeCodePoints", "originalUriBaseIds": ["ROOT": ["uri": .string(root)]],
          "invocations": [invocation], "results": .array(report.findings.map { result($0, numbers) }),
        ]
      ],
    ]
  }

  private struct Descriptor {
    var id: String
    var title: String
    var kind: Rule.Kind
    var tier: Tier
  }

  /// Those with a finding, by name. Some are of the engine itself, and stand in no file.
  private var usedRules: [Descriptor] {
    var found: [String: Descriptor] = [:]
    for finding in report.findings.map(\.finding) {
      let rule = rules.first { $0.id == finding.rule }
      found[finding.rule] = Descriptor(
        id: finding.rule, title: rule?.title ?? finding.title, kind: finding.kind, tier: rule?.tier ?? finding.tier)
    }
    return found.values.sorted { $0.id < $1.id }
  }

  private func descriptor(_ rule: Descriptor) -> JSON {
    let help = RuleHelp.text(rule.kind)
    return [
      "id": .string(rule.id), "shortDescription": ["text": .string(rule.title)],
      "fullDescription": ["text": .string(rule.title)], "help": ["text": .string(help), "markdown": .string(help)],
      "defaultConfiguration": ["level": .string(Self.level(rule.tier))],
      "properties": [
        "tags": ["security", .string(rule.kind.rawValue)], "precision": .string(Self.precision(rule.tier)),
        "security-severity": .string(Self.severity(rule.tier)),
      ],
    ]
  }

  private static func level(_ tier: Tier) -> String { ["note", "warning", "error"][tier.rawValue] }
  private static func precision(_ tier: Tier) -> String { ["low", "medium", "very-high"][tier.rawValue] }
  private static func severity(_ tier: Tier) -> String { ["2.0", "6.0", "9.0"][tier.rawValue] }

  private func result(_ found: LocatedFinding, _ numbers: [String: Int]) -> JSON {
    let finding = found.finding
    var text = finding.title
    if !finding.sample.isEmpty { text += ": \(printable(finding.sample))" }
    if !finding.disguises.isEmpty { text += " (in \(finding.disguises.joined(separator: ", ")))" }
    var properties: [String: JSON] = [
      "tier": .string(finding.tier.name), "kind": .string(finding.kind.rawValue),
      "disguises": .array(finding.disguises.map(JSON.string)),
    ]
    if let commit = found.commit {
      properties["commit"] = .string(commit.id)
      properties["author"] = .string(commit.author)
      if commit.time > 0 { properties["time"] = .string(timeText(commit.time &* 1_000_000_000)) }
    }
    return [
      "ruleId": .string(finding.rule), "ruleIndex": .int(Int64(numbers[finding.rule] ?? -1)),
      "level": .string(Self.level(finding.tier)), "rank": .int(Int64(finding.confidence)),
      "message": ["text": .string(text)], "locations": [["physicalLocation": location(found)]],
      "partialFingerprints": ["baileyValue/v1": .string(finding.fingerprint)], "properties": .object(properties),
    ]
  }

  private func location(_ found: LocatedFinding) -> JSON {
    var region: [String: JSON] = [
      "byteOffset": .int(Int64(found.offset)), "byteLength": .int(Int64(found.finding.span.count)),
    ]
    if let start = found.start, let end = found.end {
      region["startLine"] = .int(Int64(start.line))
      region["startColumn"] = .int(Int64(start.column))
      region["endLine"] = .int(Int64(end.line))
      region["endColumn"] = .int(Int64(end.column))
    }
    return ["artifactLocation": artifact(found.path), "region": .object(region)]
  }

  private func artifact(_ path: [UInt8]) -> JSON {
    if path.first == IgnorePattern.slash { return ["uri": .string("file://" + Self.uri(path))] }
    return ["uri": .string(Self.uri(path)), "uriBaseId": "ROOT"]
  }

  private var root: String { "file://" + Self.uri(directory) + (directory.last == IgnorePattern.slash ? "" : "/") }

  /// RFC 3986: whatever is not unreserved is written as its byte.
  static func uri(_ path: [UInt8]) -> String {
    path.map { byte in
      let isPlain =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || [0x2D, 0x2E, 0x2F, 0x5F, 0x7E].contains(byte)
      return isPlain ? String(Unicode.Scalar(byte)) : "%" + hexadecimal([byte]).uppercased()
    }.joined()
  }

  private var invocation: JSON {
    let notes = report.problems.map { problem -> JSON in
      var note: [String: JSON] = [
        "level": "error", "message": ["text": .string(printable(problem.fault.why))],
        "descriptor": ["id": .string(problem.fault.code)],
      ]
      if !problem.path.isEmpty {
        note["locations"] = [["physicalLocation": ["artifactLocation": artifact(problem.path)]]]
      }
      return .object(note)
    }
    let excuses = TextReport.excuses(report.counts).map { text -> JSON in
      ["level": "note", "message": ["text": .string("not told: " + text)], "descriptor": ["id": "excused"]]
    }
    return [
      "executionSuccessful": .bool(report.isComplete), "exitCode": .int(Int64(exitCode)),
      "toolExecutionNotifications": .array(notes), "toolConfigurationNotifications": .array(excuses),
    ]
  }
}

/// What to do about a finding.
enum RuleHelp {
  static func text(_ kind: Rule.Kind) -> String {
    switch kind {
    case .secret:
      "Take the secret out of the text, and replace it where it is used: what was stored or sent in clear counts as known. A secret that "
        + "was committed stays in the history of the repository."
    case .personal: "Take the personal data out, or make sure that it may be here."
    case .financial: "Take the account or card out, or make sure that it may be here."
    case .identifier: "See whether this may be known outside."
    case .evasion: "Something could not be unpacked to its end: look at what it holds."
    }
  }
}
