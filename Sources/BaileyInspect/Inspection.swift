/// What an inspection may do and is told.
public struct InspectionOptions: Sendable {
  /// For fingerprints; without it they are bare SHA-256.
  public var key: [UInt8]?
  public var allowlist = Allowlist()
  /// The name of what is read, for the allowlist.
  public var path: String?
  /// How many disguises, one inside the other, are taken off.
  public var maximumDepth = 6
  /// What unpacking may yield in all, whatever the input.
  public var maximumExpansion = 64 << 20
  /// What unpacking may yield for each byte of input, above `maximumExpansion`.
  public var maximumRatio = 100

  public init() {}
}

/// What inspections on one thread share, one after the other.
public final class InspectionScratch {
  let automaton: AutomatonScratch
  private let rules: RuleSet
  /// A look at an array instead of an atomic load for each try.
  private var matchers: [Matcher?]

  public init(_ rules: RuleSet) {
    self.rules = rules
    automaton = AutomatonScratch(rules.automaton)
    matchers = Array(repeating: nil, count: rules.rules.count)
  }

  func matcher(_ index: Int) -> Matcher? {
    if let known = matchers[index] { return known }
    matchers[index] = rules.matcher(index)
    return matchers[index]
  }
}

/// One stream of bytes under inspection.
///
/// Findings do not depend on how the stream is cut into pieces. A finding comes at the latest 8 KiB behind its end, or with `finish`. Until
/// something is unpacked a stream needs less than 16 KiB.
public final class Inspection {
  private let context: InspectionContext
  private let lane: Lane

  public init(_ rules: RuleSet, options: InspectionOptions = InspectionOptions(), scratch: InspectionScratch? = nil) {
    context = InspectionContext(rules, options, scratch ?? InspectionScratch(rules))
    lane = Lane(context, depth: 0)
  }

  public func feed(_ bytes: Span<UInt8>) {
    context.received += bytes.count
    lane.feed(bytes)
  }

  public func feed(_ bytes: [UInt8]) { feed(bytes.span) }

  /// The findings since the last call.
  public func takeFindings() -> [Finding] {
    defer { context.findings = [] }
    return context.findings
  }

  /// The rest of the findings. Nothing may be fed afterwards.
  public func finish() -> [Finding] {
    lane.finish()
    return takeFindings()
  }

  /// What the stream itself holds on to.
  var heldBytes: Int { lane.heldBytes }

  /// All findings in one text.
  public static func findings(
    in bytes: [UInt8], rules: RuleSet, options: InspectionOptions = InspectionOptions(),
    scratch: InspectionScratch? = nil
  ) -> [Finding] {
    let inspection = Inspection(rules, options: options, scratch: scratch)
    inspection.feed(bytes)
    return inspection.finish()
  }
}

/// What all lanes of one inspection share.
final class InspectionContext {
  let rules: RuleSet
  let options: InspectionOptions
  let scratch: InspectionScratch
  let mask: Mask
  var findings: [Finding] = []
  /// Bytes of input, and bytes that unpacking made of them.
  var received = 0
  private var expanded = 0
  private(set) var isSpent = false
  /// Rule and fingerprint of the last findings: what was found plainly is not told again from a disguise.
  private var recent: [String] = []
  private var told: Set<String> = []

  init(_ rules: RuleSet, _ options: InspectionOptions, _ scratch: InspectionScratch) {
    (self.rules, self.options, self.scratch) = (rules, options, scratch)
    mask = Mask(key: options.key)
  }

  /// Counts what unpacking made; false when it has been too much.
  func expand(by count: Int) -> Bool {
    expanded += count
    if expanded
      > max(options.maximumExpansion, received.multipliedReportingOverflow(by: options.maximumRatio).partialValue)
    {
      isSpent = true
    }
    return !isSpent
  }

  func tell(_ finding: Finding) {
    guard !options.allowlist.covers(finding, path: options.path) else { return }
    let name = finding.rule + " " + finding.fingerprint
    if !finding.disguises.isEmpty, recent.contains(name) { return }
    recent.append(name)
    if recent.count > 64 { recent.removeFirst(32) }
    findings.append(finding)
  }

  /// Tells once that something stayed packed.
  func tellEvasion(_ rule: String, _ title: String, _ tier: Tier, _ span: Range<Int>, _ disguises: [String]) {
    guard told.insert(rule).inserted else { return }
    findings.append(
      Finding(
        rule: rule, title: title, kind: .evasion, tier: tier, confidence: 90, span: span, disguises: disguises,
        sample: "",
        fingerprint: "", notes: [:]))
  }
}
