internal import BaileyCore
internal import BaileyFingerprints
internal import BaileyInspect

/// An allowlist, and where it stands.
struct AllowlistFile: Sendable {
  var path: String
  var list: Allowlist
}

/// What all threads of a scan share and none changes.
struct ScanSetup: Sendable {
  var rules: RuleSet
  var allowlists: [AllowlistFile] = []
  /// Registered with `bailey fingerprint`.
  var registered: Registered?
  /// Whether a baseline is read or written, which knows findings by their paths.
  var isBaselined = false
  var honoursComments = true
  /// What is less sure is let go of at once.
  var least = Tier.likely
  /// Empty for all.
  var kinds: Set<Rule.Kind> = []

  /// The one place where an inspection gets what it may look for besides rules.
  func options(path: String) -> InspectionOptions {
    var options = InspectionOptions()
    options.path = path
    options.allowlist.honoursComments = honoursComments
    registered?.apply(to: &options)
    return options
  }

  func wants(_ kind: Rule.Kind, _ tier: Tier) -> Bool {
    tier >= least && (kinds.isEmpty || kind == .evasion || kinds.contains(kind))
  }

  /// Whether everything at this path is accepted.
  func allows(_ path: [UInt8]) -> Bool {
    let path = String(decoding: path, as: UTF8.self)
    return allowlists.contains { $0.list.covers(path: path) }
  }
}

/// One stream under inspection, with the places of what is found.
struct StreamScan {
  /// Of one stream; more are counted.
  static let maximumFindings = 10_000

  private let setup: ScanSetup
  private let scratch: InspectionScratch
  private let path: [UInt8]
  private let name: String
  private var inspection: Inspection
  private var lines = LineMap()
  /// Where the inspection began: behind the last hole.
  private var base = 0
  private(set) var end = 0
  private(set) var findings: [LocatedFinding] = []
  private(set) var allowed: [String: Int] = [:]
  private(set) var excused = 0
  private(set) var dropped = 0

  init(_ setup: ScanSetup, _ scratch: InspectionScratch, path: [UInt8]) {
    (self.setup, self.scratch, self.path) = (setup, scratch, path)
    name = String(decoding: path, as: UTF8.self)
    inspection = Inspection(setup.rules, options: setup.options(path: name), scratch: scratch)
  }

  mutating func feed(_ bytes: [UInt8]) {
    lines.append(bytes)
    end += bytes.count
    inspection.feed(bytes)
    take(inspection.takeFindings())
  }

  /// Goes over a hole of a file: what stands before and behind it is too far apart to belong together.
  mutating func skip(to place: Int) {
    finish()
    lines.skip(place - end)
    (base, end) = (place, place)
    inspection = Inspection(setup.rules, options: setup.options(path: name), scratch: scratch)
  }

  mutating func finish() {
    take(inspection.finish())
    for (excuse, count) in inspection.excused where setup.wants(excuse.kind, excuse.tier) { excused += count }
  }

  private mutating func take(_ found: [Finding]) {
    for finding in found where setup.wants(finding.kind, finding.tier) {
      if let file = setup.allowlists.first(where: { $0.list.covers(finding, path: name) }) {
        allowed[file.path, default: 0] += 1
      } else if findings.count < Self.maximumFindings {
        let (low, high) = (base + finding.span.lowerBound, base + finding.span.upperBound)
        findings.append(
          LocatedFinding(
            finding: finding, path: path, start: lines.place(of: low), end: lines.place(of: high), offset: low))
      } else {
        dropped += 1
      }
    }
  }
}
