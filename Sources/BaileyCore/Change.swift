/// One change of a session to a file of its project.
package struct Change: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case added, modified, deleted, typeChanged = "type-changed", modeChanged = "mode-changed"
  }

  package enum FileType: String, Sendable, CaseIterable { case file, directory, symlink, other }

  /// Relative to the project, as bytes: names may be invalid UTF-8.
  package var path: [UInt8]
  package var kind: Kind
  package var type: FileType
  package var oldMode: UInt16?
  package var newMode: UInt16?
  /// Bytes; `nil` where there is no regular file on that side.
  package var oldSize: Int64?
  package var newSize: Int64?
  package var isBinary: Bool
  package var oldTarget: [UInt8]?
  package var newTarget: [UInt8]?
  /// Lines added and removed; empty for binary, too large or non-regular files.
  package var hunks: [Hunk]
  /// The hash of the new content, where no lines are shown; lower-case hex. How it is made stands in docs/evidence.md.
  package var content: String?
  /// Why it plants code for later, by stable code (`git-hook`, `ci-workflow`, `setuid` …); a separate yes is needed.
  package var risks: [Risk]
  /// Whether the content is neither side's but both edits joined, since the person edited the file meanwhile as well.
  package var isMerged: Bool
  /// Why it cannot be applied: the project's side changed meanwhile.
  package var conflict: String?
  /// What the inspection finds in what is new of it: at most `ContentLimits.findings` and two. Empty where nobody has looked.
  package var findings: [ContentFinding]

  package init(path: [UInt8], kind: Kind, type: FileType) {
    self.path = path
    self.kind = kind
    self.type = type
    isBinary = false
    isMerged = false
    hunks = []
    risks = []
    findings = []
  }

  package var displayPath: String { printable(path) }
}

package struct Risk: Sendable, Equatable {
  package var code: String
  package var sentence: String

  package init(_ code: String, _ sentence: String) {
    self.code = code
    self.sentence = sentence
  }
}

/// One hunk of a unified diff. Line numbers are from 1, as in `diff -u`.
package struct Hunk: Sendable, Equatable {
  package enum Line: Sendable, Equatable {
    case context([UInt8]), removed([UInt8]), added([UInt8])
  }

  package var oldStart: Int
  package var oldCount: Int
  package var newStart: Int
  package var newCount: Int
  /// Lines without their newline.
  package var lines: [Line]
  package var oldEndsWithoutNewline: Bool
  package var newEndsWithoutNewline: Bool

  package init(oldStart: Int, oldCount: Int, newStart: Int, newCount: Int, lines: [Line]) {
    self.oldStart = oldStart
    self.oldCount = oldCount
    self.newStart = newStart
    self.newCount = newCount
    self.lines = lines
    oldEndsWithoutNewline = false
    newEndsWithoutNewline = false
  }
}

/// All changes of a session, in path order.
package struct ChangeSet: Sendable, Equatable {
  package var changes: [Change]
  /// Commits and refs that a session made, to be imported as objects and not file by file.
  package var refs: [RefChange]
  /// SHA-256 over the canonical form, lower-case hex: what an apply is bound to.
  package var digest: String
  /// For whoever stores them; not on the wire, and no part of what a person is shown.
  package var contents: (any ChangeContents)?

  package init(changes: [Change], refs: [RefChange], digest: String) {
    self.changes = changes
    self.refs = refs
    self.digest = digest
  }

  package static func == (left: ChangeSet, right: ChangeSet) -> Bool {
    left.changes == right.changes && left.refs == right.refs && left.digest == right.digest
  }
}

/// The files behind a change set.
package protocol ChangeContents: Sendable {
  func isSensitive(_ path: [UInt8]) -> Bool
  /// Both sides as the digest has them, empty for what is no regular file; `nil` where they are not so any more, or not to be compared.
  func sides(of path: [UInt8]) -> (old: [UInt8], new: [UInt8])?
}

/// A git ref that the session moved, made or deleted.
package struct RefChange: Sendable, Equatable {
  /// Relative path of the repository in the project; empty for the project itself.
  package var repository: [UInt8]
  package var name: String
  /// Object names in hex; `nil` is "none".
  package var old: String?
  package var new: String?
  package var conflict: String?
  /// What the inspection finds in the commits behind it, and nowhere else in the change set.
  package var findings: [ContentFinding] = []

  package init(repository: [UInt8], name: String, old: String?, new: String?, conflict: String? = nil) {
    self.repository = repository
    self.name = name
    self.old = old
    self.new = new
    self.conflict = conflict
  }
}

/// What of a change set is to be applied.
package struct ChangeSelection: Sendable, Equatable {
  /// `nil` is everything; a directory selects what is below it.
  package var paths: [[UInt8]]?
  /// For a path, the indexes of the hunks to take; a path not named is taken whole.
  package var hunks: [[UInt8]: [Int]]
  /// The separate yes to changes with risks.
  package var includesRisky: Bool
  /// Whether refs are imported; `false` puts them under `refs/bailey/SESSION/`.
  package var movesRefs: Bool
  package var isDryRun: Bool
  /// The separate yes to what a policy asks about.
  package var isApproved = false

  package init(
    paths: [[UInt8]]? = nil, hunks: [[UInt8]: [Int]] = [:], includesRisky: Bool = false, movesRefs: Bool = true,
    isDryRun: Bool = false
  ) {
    self.paths = paths
    self.hunks = hunks
    self.includesRisky = includesRisky
    self.movesRefs = movesRefs
    self.isDryRun = isDryRun
  }
}

/// What an apply or undo did.
package struct ApplyReport: Sendable, Equatable {
  package var applied: [[UInt8]]
  /// Left to the user, with the reason.
  package var conflicts: [Refusal]
  /// Held back because the separate yes was missing.
  package var heldBack: [[UInt8]]
  package var refs: [RefChange]

  package struct Refusal: Sendable, Equatable {
    package var path: [UInt8]
    package var why: String

    package init(path: [UInt8], why: String) {
      self.path = path
      self.why = why
    }
  }

  package init(applied: [[UInt8]], conflicts: [Refusal], heldBack: [[UInt8]], refs: [RefChange]) {
    self.applied = applied
    self.conflicts = conflicts
    self.heldBack = heldBack
    self.refs = refs
  }
}
