/// What an inspection may do and is told.
public struct InspectionOptions: Sendable {
  /// For fingerprints; without it they are bare SHA-256.
  public var key: [UInt8]?
  public var allowlist = Allowlist()
  /// The name of what is read, for the allowlist.
  public var path: String?
  /// Secrets whose values are known: findings of the rule `known-value`.
  public var known: KnownValues?
  /// Lists of records: findings of the rule `exact-data`.
  package var records: [RecordIndex] = []
  package var recordMatching = RecordMatching()
  /// Registered sources: findings of the rule `source-fingerprint`.
  package var sources: [FingerprintIndex] = []
  /// How many disguises, one inside the other, are taken off.
  public var maximumDepth = 6
  /// What unpacking may yield in all, whatever the input.
  public var maximumExpansion = 64 << 20
  /// What unpacking may yield for each byte of input, above `maximumExpansion`.
  public var maximumRatio = 100
  /// What the protocol says of the bytes, in the order in which it was applied. They are fed as they came.
  public var encodings: [ContentEncoding] = []

  public init() {}
}

/// What inspections on one thread share, one after the other.
public final class InspectionScratch {
  let automaton: AutomatonScratch
  private let rules: RuleSet
  /// A look at an array instead of an atomic load for each try.
  private var matchers: [Matcher?]
  private var maps: [ByteMap] = []

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

  /// A map that no walk uses: what is unpacked is walked while the walk around it waits.
  func takeMap() -> ByteMap { maps.popLast() ?? ByteMap() }

  func give(_ map: consuming ByteMap) { maps.append(map) }
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
    lane.declare(options.encodings)
  }

  /// Another scratch of the same rules from now on: who has many streams open lends each what it needs for one call.
  public func use(_ scratch: InspectionScratch) { context.scratch = scratch }

  public func feed(_ bytes: Span<UInt8>) {
    lane.feed(bytes)
  }

  public func feed(_ bytes: [UInt8]) { feed(bytes.span) }

  /// The findings since the last call.
  public func takeFindings() -> [Finding] {
    defer { context.findings = [] }
    return context.findings
  }

  /// The findings since the last call, and those there would be if the stream ended here: for a gate that answers for each message.
  ///
  /// The stream goes on as if nothing had been asked. What is told here is not told again; what a longer stream makes of its last bytes
  /// may differ, so that a beginning of something else may be told, and a number or password again when it has become another. It
  /// costs another look at what is held: at most 8.7 KiB, and as much for each stream that was unpacked from it.
  public func peek() -> [Finding] {
    lane.feedHeld()
    context.peek { Lane(copying: lane).finish() }
    return takeFindings()
  }

  /// The rest of the findings. Nothing may be fed afterwards.
  public func finish() -> [Finding] {
    lane.finish()
    return takeFindings()
  }

  /// How many matches a comment in their line excused.
  public var excused: [Excuse: Int] { context.excused }

  /// Where the first container begins that has not come to its end.
  var firstOpenContainer: Int? { lane.firstOpenContainer }

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

/// What a comment kept from being told.
public struct Excuse: Hashable, Sendable {
  public var kind: Rule.Kind
  public var tier: Tier
}

/// What all lanes of one inspection share.
final class InspectionContext {
  let rules: RuleSet
  let options: InspectionOptions
  fileprivate(set) var scratch: InspectionScratch
  let mask: Mask
  var findings: [Finding] = []
  var excused: [Excuse: Int] = [:]
  /// Bytes of input that have been worked, block by block, so that it does not depend on the pieces; and bytes that unpacking made.
  var received = 0
  private var expanded = 0
  private var borrowed = 0
  private(set) var isSpent = false
  /// Rule, fingerprint and tier of the last findings: what was found plainly is not told again from a disguise.
  private var recent: [(name: String, tier: Tier)] = []
  private var told: Set<String> = []
  private var toldPlaces = ToldPlaces()

  init(_ rules: RuleSet, _ options: InspectionOptions, _ scratch: InspectionScratch) {
    (self.rules, self.options, self.scratch) = (rules, options, scratch)
    mask = Mask(key: options.key)
  }

  /// Counts what unpacking made; false when it has been too much.
  func expand(by count: Int) -> Bool {
    expanded += count
    if expanded > mostExpanded { isSpent = true }
    return !isSpent
  }

  private var mostExpanded: Int {
    max(options.maximumExpansion, received.multipliedReportingOverflow(by: options.maximumRatio).partialValue)
  }

  /// What everything that is open at once may take.
  private static let mostMemory = 128 << 20

  /// False when that would be too much memory.
  func borrow(_ bytes: Int) -> Bool {
    guard borrowed + bytes <= Self.mostMemory else { return false }
    borrowed += bytes
    return true
  }

  func giveBack(_ bytes: Int) { borrowed -= bytes }

  func tell(_ finding: Finding) {
    guard !options.allowlist.covers(finding, path: options.path), toldPlaces.isNew(finding) else { return }
    let name = finding.rule + " " + finding.fingerprint
    if finding.rule != "known-value" {
      if !finding.disguises.isEmpty, recent.contains(where: { $0.name == name && $0.tier >= finding.tier }) {
        return
      }
      recent.append((name, finding.tier))
      if recent.count > 64 { recent.removeFirst(32) }
    }
    guard isPeeking || !ahead.isEmpty else { return findings.append(finding) }
    let sight = Sight(name: name, at: finding.span.lowerBound, disguises: finding.disguises, tier: finding.tier)
    if let known = sight.orHigher.first(where: ahead.contains) {
      if !isPeeking { ahead.remove(known) }
      return
    }
    findings.append(finding)
    guard isPeeking else { return }
    if ahead.count == Self.mostAhead { ahead = [] }
    ahead.insert(sight)
  }

  // MARK: peeks

  /// A finding that was told before its block was worked. Of what is hidden the end may not have been there yet.
  private struct Sight: Hashable {
    var name: String
    var at: Int
    var disguises: [String]
    var tier: Tier

    /// What follows may show that it was less certain.
    var orHigher: [Sight] {
      Tier.allCases.filter { $0 >= tier }.map { Sight(name: name, at: at, disguises: disguises, tier: $0) }
    }
  }

  private var isPeeking = false
  private var ahead: Set<Sight> = []

  /// So many may be told ahead; beyond that they may be told again.
  private static let mostAhead = 1024
  /// What one peek may unpack without its being counted: the stream itself will do so once more.
  private static let freeExpansion = 1 << 20

  /// What is found by `body` is told, and all else is left as it was.
  func peek(_ body: () -> Void) {
    let (recent, expanded, isSpent, borrowed, toldPlaces) = (recent, expanded, isSpent, borrowed, toldPlaces)
    let excused = excused
    isPeeking = true
    body()
    isPeeking = false
    let counted = max(expanded, self.expanded - Self.freeExpansion)
    (self.recent, self.expanded, self.borrowed, self.toldPlaces) = (recent, counted, borrowed, toldPlaces)
    self.excused = excused
    self.isSpent = isSpent || counted > mostExpanded
  }

  /// Tells once that something stayed packed.
  func tellEvasion(_ rule: String, _ title: String, _ tier: Tier, _ span: Range<Int>, _ disguises: [String]) {
    guard told.insert(rule == "unreadable-archive" ? title : rule + tier.name).inserted else { return }
    findings.append(
      Finding(
        rule: rule, title: title, kind: .evasion, tier: tier, confidence: 90, span: span, disguises: disguises,
        sample: "",
        fingerprint: "", notes: [:]))
  }
}
