/// What the data-loss inspection is asked by those who may not know it.

extension [ContentFinding] {
  /// Of each label the strictest: what a decision over them rests on.
  package var strictest: [ContentFinding] {
    ["secret", "pii"].compactMap { label in
      let labelled = filter { $0.kind.label == label }
      return ContentFinding.Tier.allCases.lazy.compactMap { tier in labelled.first { $0.tier == tier } }.first
    }
  }
}

extension ContentFinding.Kind {
  /// As policies know it.
  var label: String {
    switch self {
    case .secret, .evasion: "secret"
    case .personal, .financial, .identifier: "pii"
    }
  }
}

/// Something that was found in a content. It never holds the value.
package struct ContentFinding: Sendable, Equatable {
  package enum Tier: String, Sendable, CaseIterable { case certain, likely, hint }

  package enum Kind: String, Sendable, CaseIterable { case secret, personal, financial, identifier, evasion }

  package var rule: String
  package var title: String
  package var kind: Kind
  package var tier: Tier
  /// From 1; 0 where it is no line of a text.
  package var line = 0
  package var sample = ""
  /// What it was hidden in, the outermost first.
  package var disguises: [String] = []
  /// Tells the same value again; not told to anybody.
  package var fingerprint = ""
  /// What else there is to say, as the name of a value that is known.
  package var notes: [String: String] = [:]

  package init(rule: String, title: String, kind: Kind, tier: Tier) {
    self.rule = rule
    self.title = title
    self.kind = kind
    self.tier = tier
  }

  /// What could not be looked at hides anything.
  package static func unread(_ why: String) -> ContentFinding {
    ContentFinding(rule: "not-inspected", title: why, kind: .evasion, tier: .certain)
  }

  /// Whether a person has to say yes to it: a secret beyond doubt, or what may hide one.
  package var needsYes: Bool { tier == .certain && mayHide }

  package var mayHide: Bool { kind == .secret || kind == .evasion }
}

/// A finding, and where in the bytes it begins.
package struct PlacedFinding: Sendable, Equatable {
  package var finding: ContentFinding
  package var offset: Int

  package init(_ finding: ContentFinding, at offset: Int) {
    self.finding = finding
    self.offset = offset
  }
}

/// One content under inspection, on one thread.
package protocol ContentInspection: AnyObject {
  func feed(_ bytes: [UInt8])
  /// At most `ContentLimits.findings`, in order; then one of each label that says that there are more.
  func finish() -> [PlacedFinding]
}

package enum ContentLimits {
  /// Of one content.
  package static let findings = 100
}

/// What an answer of the inspection rests on: with another basis another answer is possible.
package struct InspectionBasis: Hashable, Sendable {
  /// Counts the changes of the rules.
  package var rules: Int
  /// Each set of known secrets has a number of its own; 0 is none.
  package var known: Int

  package init(rules: Int = 0, known: Int = 0) {
    self.rules = rules
    self.known = known
  }
}

/// Inspects contents by the rules that are in force, and for what a session knows as secret.
package protocol ContentInspector: Sendable {
  /// - Parameter path: for the person's list of what is known and accepted.
  /// - Throws: where no rules could be loaded.
  func begin(_ path: String, of session: SessionID) throws(Fault) -> any ContentInspection
  func basis(of session: SessionID?) -> InspectionBasis
  /// Adds to what the session knows, in memory only, until it is forgotten.
  func know(_ secrets: [KnownSecret], of session: SessionID)
  /// Whether it was told what the session knows, and be it nothing.
  func knows(_ session: SessionID) -> Bool
  func forget(_ session: SessionID)
}

/// Finds secrets in texts: certain and likely ones.
package protocol SecretFinder: Sendable {
  /// Their places, in order and apart; `nil` where it could not look.
  func secrets(in text: [UInt8], of session: SessionID?) -> [Range<Int>]?
  func basis(of session: SessionID?) -> InspectionBasis
  func know(_ secrets: [KnownSecret], of session: SessionID)
  func forget(_ session: SessionID)
}

/// For those who look for forms only.
extension SecretFinder {
  package func basis(of session: SessionID?) -> InspectionBasis { InspectionBasis() }
  package func know(_ secrets: [KnownSecret], of session: SessionID) {}
  package func forget(_ session: SessionID) {}
}

/// Takes secrets out of what the log keeps.
package protocol RecordMasking: Sendable {
  func masked(_ body: JSON, of session: SessionID?) -> JSON
  /// Values that are secrets of this session, whatever they look like.
  func know(_ secrets: [KnownSecret], of session: SessionID)
  func forget(_ session: SessionID)
}
