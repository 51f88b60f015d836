import BaileyCore
import BaileyLinux

/// A change with what the apply needs and the person need not see.
struct StagedChange: Sendable {
  var change: Change
  /// The project's side, and what it would become.
  var before: NodeState
  var after: NodeState
  /// Content to apply instead of the agent's, where the person's meanwhile edits were joined with it.
  var merged: [UInt8]?

  var path: [UInt8] { change.path }

  init(path: [UInt8], before: NodeState, after: NodeState) {
    var change = Change(path: path, kind: Self.kind(before, after), type: after.type ?? before.type ?? .other)
    (change.oldMode, change.newMode) = (before.mode, after.mode)
    (change.oldSize, change.newSize) = (before.size, after.size)
    (change.oldTarget, change.newTarget) = (before.target, after.target)
    self.change = change
    self.before = before
    self.after = after
  }

  private static func kind(_ before: NodeState, _ after: NodeState) -> Change.Kind {
    if before == .absent { return .added }
    if after == .absent { return .deleted }
    if before.type != after.type { return .typeChanged }
    return before.differsOnlyInMode(from: after) ? .modeChanged : .modified
  }

  /// What the digest of a change set covers: both sides with their content, what was said about it, and nothing that is derived.
  var digestForm: JSON {
    [
      "path": JSON(bytes: path), "before": before.json, "after": after.json,
      "risks": .array(change.risks.map { .string($0.code) }), "conflict": change.conflict.map(JSON.string) ?? .null,
    ]
  }
}

extension StagedChange {
  /// Whether both sides edited one text, and nothing but that stands in the way.
  var isMergeable: Bool {
    guard change.conflict == BaseRecord.touched, case .file(let old, _, _) = before, case .file(let new, _, _) = after
    else {
      return false
    }
    return old == new && change.kind == .modified
  }

  /// Replaces the agent's content by the joined one, if the two sides still hold what was compared.
  mutating func take(merged: [UInt8], over mine: [UInt8], _ theirs: [UInt8], _ hasher: HasherFactory) {
    func hash(_ bytes: [UInt8]) -> [UInt8] { BlockHash.of(bytes, hasher) }
    guard case .file(let mode, _, let old) = before, case .file(_, _, let new) = after, hash(mine) == old,
      hash(theirs) == new
    else { return }
    self.merged = merged
    change.isMerged = true
    after = .file(mode: mode, size: Int64(merged.count), hash: hash(merged))
    change.newSize = Int64(merged.count)
    change.conflict = nil
  }

  /// `false` for the state of a git repository, which is never applied file by file; a redirection becomes a conflict.
  ///
  /// - Parameter lower: the project, which says whether it has the repository that a setting belongs to.
  mutating func passesGit(in lower: Tree) -> Bool {
    switch GitPath(path, isDirectory: (after.type ?? before.type) == .directory) {
    case .state: return false
    case .redirection: change.conflict = "points at another git repository, which is never applied"
    case .hook, .config:
      let repository = GitPath.repository(of: path) ?? path
      if ((try? lower.status(repository)) ?? nil)?.isDirectory != true { change.conflict = Self.madeAnew }
    case .outside: break
    }
    return true
  }

  private static let madeAnew = "the session made this repository; it is made anew, without settings and hooks"

  /// Whether it is a file that `git init` writes, and says nothing that a person would have to look at.
  var isGitTemplate: Bool {
    guard change.kind == .added, change.risks.isEmpty else { return false }
    switch GitPath(path, isDirectory: after.type == .directory) {
    case .hook, .config: return true
    case .outside, .state, .redirection: return false
    }
  }
}
