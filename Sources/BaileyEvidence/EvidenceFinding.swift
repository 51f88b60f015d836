package import BaileyCore

/// One thing about an archive that is not as it was signed.
package struct EvidenceFinding: Error, Sendable, Equatable {
  /// Stable, kebab-case; docs/evidence.md lists them.
  package var code: String
  /// A file of the archive, or a record.
  package var place: String
  package var why: String

  package init(_ code: String, _ place: String, _ why: String) {
    self.code = code
    self.place = place
    self.why = why
  }

  package var json: JSON { ["code": .string(code), "place": .string(place), "why": .string(why)] }
}

/// What came of a verification.
package struct EvidenceReport: Sendable, Equatable {
  /// Empty: everything holds.
  package var findings: [EvidenceFinding] = []
  /// As the statement has it; `nil` where the statement does not hold.
  package var predicate: JSON?
  /// Nothing can be left out up to the session's end, as far as the log counts.
  package var isComplete = false
  /// What holds and what has still to be known, in sentences.
  package var remarks: [String] = []

  package var isSound: Bool { findings.isEmpty }

  package init() {}
}
