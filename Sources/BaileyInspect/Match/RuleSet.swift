internal import Synchronization

/// Rules, made ready: one automaton for all their literals, and a pattern each, compiled when it is first needed.
public final class RuleSet: Sendable {
  public let rules: [Rule]
  let automaton: Automaton
  /// By literal.
  let triggers: [[Trigger]]
  /// By the raw value of a shape.
  private let shaped: [ShapedRule]
  private let matchers: [LazyMatcher]
  /// By rule: the number of its companion.
  let companions: [Int?]

  /// The rules that come with Bailey, and those of a site.
  ///
  /// - Throws: `rule-duplicate`, `rule-too-many`, `rule-companion`.
  public convenience init(adding rules: [Rule] = []) throws(RuleIssue) {
    try self.init(only: try BuiltinRules.read() + rules)
  }

  public init(only rules: [Rule]) throws(RuleIssue) {
    var names: Set<String> = []
    for rule in rules where !names.insert(rule.id).inserted {
      throw RuleIssue(code: "rule-duplicate", place: rule.id, why: "two rules have the id `\(rule.id)`")
    }
    companions = try Self.companions(rules)
    var builder = TriggerBuilder()
    for (index, rule) in rules.enumerated() { builder.add(rule, index) }
    builder.addContainers()
    guard let automaton = Automaton(builder.literals) else {
      throw RuleIssue(code: "rule-too-many", place: "rules", why: "the rules' literals do not fit in memory")
    }
    (self.rules, self.automaton, triggers) = (rules, automaton, builder.triggers)
    shaped = rules.indices.compactMap { index in
      rules[index].shape.map { ShapedRule(shape: $0, digits: rules[index].digits ?? 0...Int.max, rule: index) }
    }
    matchers = rules.map { LazyMatcher($0) }
  }

  /// Reads rules of a site from the text of a file; every rule is tried with its examples.
  public static func read(_ text: [UInt8], file: String) throws(RuleIssue) -> [Rule] {
    let rules = try RuleReader(file: file).read(text)
    try RuleTrial(file: file).check(rules)
    return rules
  }

  private static func companions(_ rules: [Rule]) throws(RuleIssue) -> [Int?] {
    let numbers = Dictionary(rules.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    var found: [Int?] = []
    for rule in rules {
      found.append(rule.companion.flatMap { numbers[$0] })
      guard let name = rule.companion, numbers[name] == nil else { continue }
      throw RuleIssue(
        code: "rule-companion", place: rule.id, why: "there is no rule `\(name)`, which `\(rule.id)` names as companion"
      )
    }
    return found
  }

  /// Calls with the number of each rule of a shape that takes so many digits.
  func eachRule(of shape: Rule.Shape, digits: Int, _ body: (Int) -> Void) {
    for entry in shaped where entry.shape == shape && entry.digits.contains(digits) { body(entry.rule) }
  }

  func matcher(_ index: Int) -> Matcher? { matchers[index].value }
}

/// A pattern that is compiled once, by whoever needs it first. Rules were tried when they were read, so there is one.
final class LazyMatcher: Sendable {
  private let rule: Rule
  private let made = AtomicLazyReference<Box>()

  private final class Box: Sendable {
    let matcher: Matcher?
    init(_ matcher: Matcher?) { self.matcher = matcher }
  }

  init(_ rule: Rule) { self.rule = rule }

  var value: Matcher? {
    if let box = made.load() { return box.matcher }
    return made.storeIfNil(Box(try? Matcher(rule.expression, lead: rule.lead))).matcher
  }
}

/// A rule without literals.
struct ShapedRule: Sendable {
  var shape: Rule.Shape
  var digits: ClosedRange<Int>
  var rule: Int
}

/// What a literal may be the beginning of.
struct Trigger: Sendable {
  enum Turn: Sendable {
    /// As it is, backwards, or with letters turned by thirteen.
    case none, reversed, rot13
  }

  enum Use: Sendable {
    /// A match of this rule begins here.
    case prefix(Int)
    /// A value of this rule may follow.
    case keyword(Int)
    case container(Container.Format)
  }

  var use: Use
  var turn = Turn.none
  /// How many bytes the literal has.
  var length: Int
  /// How far a match may reach behind its beginning, and how far before the literal it may begin.
  var reach = 0
  var around = 0
  /// A word may go over into the literal.
  var isLoose = false
  var glue = Glue.never

  /// Whether a match may have letters right beside it, as somebody may put there who hides it. It is a tier lower.
  enum Glue: Sendable {
    case never
    /// Before or behind it, not both: a prefix of letters only stands in other words by chance.
    case oneSide
    /// Where the rule's check proves it.
    case proven
    case bothSides
  }
}

/// Collects literals, each once.
struct TriggerBuilder {
  private(set) var literals: [Automaton.Literal] = []
  private(set) var triggers: [[Trigger]] = []
  private var numbers: [Automaton.Literal: Int] = [:]

  /// Shorter ones turn up backwards by chance too often, unless they hold a sign.
  private static let shortestTurned = 4

  private static func isTurned(_ bytes: [UInt8], _ rule: Rule) -> Bool {
    let isLong = bytes.count >= shortestTurned || bytes.count == 3 && bytes.contains { !Bytes.isWord($0) }
    return isLong && rule.kind == .secret && rule.around == 0 && !rule.ignoresCase
  }

  mutating func add(_ rule: Rule, _ index: Int) {
    for prefix in rule.prefixes {
      let bytes = Array(prefix.utf8)
      add(bytes, rule.ignoresCase, Self.trigger(.prefix(index), .none, bytes, rule))
      guard Self.isTurned(bytes, rule) else { continue }
      add(bytes.reversed(), false, Self.trigger(.prefix(index), .reversed, bytes, rule))
      let turned = bytes.map { Turned.rot13($0) }
      if turned != bytes { add(turned, false, Self.trigger(.prefix(index), .rot13, bytes, rule)) }
    }
    for keyword in rule.keywords {
      let bytes = keyword.utf8.map { Bytes.lowered($0) }
      add(bytes, true, Self.trigger(.keyword(index), .none, bytes, rule))
    }
  }

  private static func trigger(_ use: Trigger.Use, _ turn: Trigger.Turn, _ bytes: [UInt8], _ rule: Rule) -> Trigger {
    Trigger(
      use: use, turn: turn, length: bytes.count, reach: rule.reach, around: rule.around,
      isLoose: rule.ignoresCase || !Bytes.isWord(bytes[0]), glue: glue(bytes, rule))
  }

  private static func glue(_ bytes: [UInt8], _ rule: Rule) -> Trigger.Glue {
    guard rule.kind == .secret, !rule.ignoresCase else { return .never }
    // `ak_` stands in names of programs.
    if bytes.contains(where: { !Bytes.isWord($0) }), bytes.count >= 4 || bytes.last == 0x2D { return .bothSides }
    if [.crc32Base62, .jwt, .pem, .nkey, .base58check, .bech32].contains(rule.validator) { return .proven }
    return bytes.count >= 4 && rule.tier == .certain ? .oneSide : .never
  }

  mutating func addContainers() {
    for format in Container.Format.allCases {
      for magic in format.magics { add(magic, false, Trigger(use: .container(format), length: magic.count)) }
    }
  }

  private mutating func add(_ bytes: [UInt8], _ ignoresCase: Bool, _ trigger: Trigger) {
    let literal = Automaton.Literal(bytes: bytes, ignoresCase: ignoresCase)
    if let known = numbers[literal] {
      triggers[known].append(trigger)
    } else {
      numbers[literal] = literals.count
      literals.append(literal)
      triggers.append([trigger])
    }
  }
}

extension Rule {
  /// A match has to reach to the end of what it is tried on.
  fileprivate var isWhole: Bool { shape == .number || shape == .word }

  var lead: Lead { Lead(pattern, isBehindKeyword: !isWhole && !keywords.isEmpty) }

  /// The pattern as it is compiled: behind a keyword, the way to the value is added; numbers and words match as a whole.
  var expression: String {
    if isWhole { return "(?:" + pattern + #")\z"# }
    guard !keywords.isEmpty else { return pattern }
    return #"(?s:.{0,40}?)["'\s=:>,(/\x60]("# + pattern + #")(?:[^\w\-]|\z)"#
  }
}

enum Turned {
  static func rot13(_ byte: UInt8) -> UInt8 {
    let letter = (byte | 0x20) &- 0x61
    guard letter < 26 else { return byte }
    return letter < 13 ? byte + 13 : byte - 13
  }
}
