internal import ArgumentParser
internal import BaileyCore
internal import BaileyFingerprints
internal import BaileyInspect
internal import BaileyLinux

struct Check: FingerprintTool {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Say whether files hold parts of what is registered, disguised or not.",
    discussion: """
      The exit code is 3 when something is found, and 0 when not. Only what is registered is looked for: `bailey scan` looks for secrets, too.

      EXAMPLES
        bailey fingerprint check answer.md
        git diff | bailey fingerprint check -
        bailey fingerprint check --json *.txt
      """)

  @Argument(help: "Files; - is standard input.", completion: .file())
  var files: [String]
  @OptionGroup var output: OutputOptions

  func execute() throws(Fault) -> Int32 {
    guard let registered = try store.load() else {
      throw Fault(
        "fingerprint-unknown", why: "nothing is registered", hint: "register something with `bailey fingerprint add`")
    }
    let check = try Registration(registered)
    var found: [(file: String, finding: Finding)] = []
    for file in files {
      for finding in try check.findings(in: file) {
        found.append((file, finding))
        if !output.json { Output.write(Self.line(file, finding)) }
      }
    }
    if output.json {
      Output.write(["ok": true, "findings": .array(found.map { Self.json($0.file, $0.finding) })])
    } else if found.isEmpty {
      Output.complain("nothing of what is registered")
    }
    return found.isEmpty ? 0 : 3
  }

  private static func line(_ file: String, _ finding: Finding) -> String {
    let notes = finding.notes
    let what =
      notes["source"].map { "part of \(printable($0))" }
      ?? "record of \(printable(notes["records"] ?? "")): \(printable(notes["columns"] ?? ""))"
    let disguise = finding.disguises.isEmpty ? "" : ", hidden in \(finding.disguises.joined(separator: ", "))"
    return
      "\(printable(file)):\(finding.span.lowerBound)-\(finding.span.upperBound): \(what) (\(finding.tier.name)\(disguise))\n"
  }

  private static func json(_ file: String, _ finding: Finding) -> JSON {
    [
      "file": .string(file), "rule": .string(finding.rule), "tier": .string(finding.tier.name),
      "begin": .int(Int64(finding.span.lowerBound)), "end": .int(Int64(finding.span.upperBound)),
      "disguises": .array(finding.disguises.map { .string($0) }),
      "notes": .object(finding.notes.mapValues { .string($0) }),
    ]
  }
}

/// An inspection for nothing but what is registered.
private struct Registration {
  private let rules: RuleSet
  private let scratch: InspectionScratch
  private var options = InspectionOptions()

  init(_ registered: Registered) throws(Fault) {
    do throws(RuleIssue) { rules = try RuleSet(only: []) } catch {
      throw Fault(error.code, subject: error.place, why: error.why)
    }
    scratch = InspectionScratch(rules)
    registered.apply(to: &options)
  }

  func findings(in file: String) throws(Fault) -> [Finding] {
    let inspection = Inspection(rules, options: options, scratch: scratch)
    do throws(Errno) {
      if file == "-" {
        try Descriptor.lending(0) { (file) throws(Errno) in try Self.read(file, inspection) }
      } else {
        try Self.read(try Descriptor.open(file, WholeFile.flags), inspection)
      }
    } catch {
      throw Fault("fingerprint-source-unreadable", subject: file, why: error.message)
    }
    return inspection.finish()
  }

  private static func read(_ file: borrowing Descriptor, _ inspection: Inspection) throws(Errno) {
    while case let bytes = try file.read(upTo: 64 << 10), !bytes.isEmpty { inspection.feed(bytes) }
  }
}

extension Tier {
  fileprivate var name: String { ["hint", "likely", "certain"][rawValue] }
}
