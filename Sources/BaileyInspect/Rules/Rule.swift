/// How sure a finding is, and so what follows: a record, a question, or a refusal.
public enum Tier: Int, Sendable, Comparable, CaseIterable {
  /// Worth a record.
  case hint
  /// Worth a question.
  case likely
  /// Structured and valid: to be blocked.
  case certain

  public static func < (left: Tier, right: Tier) -> Bool { left.rawValue < right.rawValue }

  public var name: String { ["hint", "likely", "certain"][rawValue] }

  init?(name: String) {
    guard let tier = Tier.allCases.first(where: { $0.name == name }) else { return nil }
    self = tier
  }

  /// `steps` tiers higher, or lower when negative, within what there is.
  func moved(_ steps: Int) -> Tier { Tier(rawValue: min(2, max(0, rawValue + steps))) ?? self }
}

/// What a rule finds.
public struct Rule: Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    case secret, personal, financial, identifier
    /// What hides something: a bomb, or more nesting than is unpacked.
    case evasion
  }

  /// What a match has to look like before its pattern is tried, for rules without literals.
  public enum Shape: String, Sendable, CaseIterable {
    /// Digits in groups.
    case number
    /// An `@` between two words.
    case address
    /// Two letters, two digits and more.
    case account
    /// Lower-case words in a row.
    case words
    /// One word of 16 to 110 letters and digits.
    case word
  }

  public var id: String
  public var title: String
  public var kind: Kind
  public var tier: Tier
  /// Texts a match begins with.
  var prefixes: [String] = []
  var ignoresCase = false
  /// Texts, in either case, at most 40 bytes before the value.
  var keywords: [String] = []
  var shape: Shape?
  /// How many digits a number has.
  var digits: ClosedRange<Int>?
  /// In RE2's syntax, over bytes. Its first group is the value, else the whole.
  var pattern: String
  /// How far a match may reach behind its beginning.
  var reach = Rule.usualReach
  /// How far before its literal a match may begin.
  var around = 0
  var validator: Validator?
  /// Words near a match that make it a tier higher.
  var context: [String] = []
  /// Without one of the context words there is no finding.
  var needsContext = false
  /// A rule that finds the other half of a pair, near a match: with it the tier is higher.
  var companion: String?
  /// Without its companion there is no finding.
  var needsCompanion = false
  /// Bits a byte: what has fewer is a hint.
  var entropy: Double?
  public var examples: [String] = []
  public var counterexamples: [String] = []

  static let usualReach = 512
  static let longestReach = 4096
}
