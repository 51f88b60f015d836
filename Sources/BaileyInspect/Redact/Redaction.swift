/// What is done with what an inspection finds: a value, so that each door has its own.
public struct Redaction: Sendable {
  /// The strongest last: where findings overlap, the strongest holds for all.
  public enum Action: Int, Sendable, Comparable {
    case keep
    /// A stand-in that a `PlaceholderVault` turns back. Without a vault, with a full one, or length-safe, it is a label or a mask.
    case placeholder
    /// `[redacted:RULE]`.
    case label
    /// As many stars as there were bytes.
    case mask

    public static func < (left: Action, right: Action) -> Bool { left.rawValue < right.rawValue }
  }

  /// Compressed bytes with a finding in them cannot be edited in place.
  public enum ContainerAction: Sendable {
    case refuse
    /// A label takes the place of the container and of all that follows.
    case replace
  }

  /// What becomes of a number of JSON.
  public enum NumberAction: Sendable {
    /// A string with the replacement.
    case string
    /// A number of the same length: a one, and zeros for all other digits.
    case zeros
  }

  public var tiers: [Tier: Action] = [.hint: .keep, .likely: .mask, .certain: .mask]
  /// Goes before `tiers`.
  public var kinds: [Rule.Kind: Action] = [:]
  /// By the id of a rule; goes before all.
  public var rules: [String: Action] = [:]
  public var containers = ContainerAction.refuse
  public var numbers = NumberAction.string
  /// A replacement has as many bytes as the value, of the same kinds: digits stay digits, letters stay letters of their case, signs stay.
  public var isLengthSafe = false
  /// How much of a stream is held back for one container, or for an encoding of one; what is longer is handled as `containers` says.
  public var maximumHeld = 1 << 20
  /// What is larger is not read as JSON, form, SQL or multipart, but as plain bytes.
  public var maximumDocument = 32 << 20

  public init() {}

  /// All findings of `likely` and `certain` are handled in the same way.
  public init(_ action: Action) { tiers = [.hint: .keep, .likely: action, .certain: action] }

  /// Without those that are kept in any case: what they find could stand before what others would.
  func rulesInForce(_ set: RuleSet) -> RuleSet {
    let rest = set.rules.filter { (rules[$0.id] ?? kinds[$0.kind]) != .keep }
    return rest.count == set.rules.count ? set : (try? RuleSet(only: rest)) ?? set
  }

  /// The same for what is registered.
  func optionsInForce(_ options: InspectionOptions) -> InspectionOptions {
    var rest = options
    if (rules["known-value"] ?? kinds[.secret]) == .keep { rest.known = nil }
    if (rules["exact-data"] ?? kinds[.personal]) == .keep { rest.records = [] }
    if (rules["source-fingerprint"] ?? kinds[.identifier]) == .keep { rest.sources = [] }
    return rest
  }

  func action(for finding: Finding) -> Action {
    rules[finding.rule] ?? kinds[finding.kind] ?? tiers[finding.tier] ?? .mask
  }
}

/// Why something is not let through at all.
public enum RedactionRefusal: Error, Sendable, Equatable {
  /// A container at this offset holds something that has to be redacted.
  case container(rule: String, offset: Int)
  /// A container, or an encoding of one, is longer than `Redaction.maximumHeld`.
  case containerTooLong(offset: Int)
  /// Memory or the limits of unpacking ran out, so that nothing may be believed clean.
  case notInspected(rule: String, offset: Int)
}

extension RedactionRefusal {
  var rule: String {
    switch self {
    case .container(let rule, _), .notInspected(let rule, _): rule
    case .containerTooLong: "container"
    }
  }
}

/// Something that was replaced.
public struct Redacted: Sendable, Equatable {
  /// Its span is where the value stood in the bytes that came in.
  public var finding: Finding
  public var action: Redaction.Action
  /// Of the leaf, where the bytes are JSON (RFC 6901). A key that was itself replaced is a star; keys are cut at 128 bytes, and the whole
  /// at 1 KiB, with `…`.
  public var pointer: String?
}
