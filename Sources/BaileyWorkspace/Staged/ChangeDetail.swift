import BaileyCore

/// Adds to changes what a person looks at: hunks, whether it is text, risks.
struct ChangeDetail {
  private let lower: TreeReader
  private let staged: TreeReader
  private let classifier: RiskClassifier
  /// Bytes of hunks still allowed in this change set: a reply must fit into one frame.
  private var budget = 4 << 20

  /// Bytes of one side; larger files are shown and applied whole.
  static let maximumText = 1 << 20

  init(lower: Tree, staged: Tree, classifier: RiskClassifier) {
    self.lower = TreeReader(lower)
    self.staged = TreeReader(staged)
    self.classifier = classifier
  }

  mutating func complete(_ change: inout StagedChange) {
    compare(&change)
    guard change.change.hunks.isEmpty, change.change.kind != .modeChanged,
      case .file(_, let size, let hash) = change.after,
      size > 0
    else { return }
    change.change.content = hexadecimal(hash)
  }

  private mutating func compare(_ change: inout StagedChange) {
    let (lower, staged, path) = (lower, staged, change.path)
    let merged = change.merged
    change.change.risks = classifier.risks(
      path: path, kind: change.change.kind, type: change.change.type, oldMode: change.change.oldMode,
      newMode: change.change.newMode, newTarget: change.change.newTarget,
      newContent: { merged ?? staged.content(path, limit: Self.maximumText) },
      oldContent: { lower.content(path, limit: Self.maximumText) })
    guard change.change.kind != .modeChanged, change.before.type == .file || change.after.type == .file else { return }
    guard let old = text(of: change.before, in: lower, path),
      let new = merged ?? text(of: change.after, in: staged, path)
    else { return }
    change.change.isBinary = old.contains(0) || new.contains(0)
    // At least so many bytes were added or removed: what cannot fit is not compared.
    if change.change.isBinary || abs(old.count - new.count) > budget { return }
    attach(&change, LineDiff(old: old, new: new))
  }

  /// The content to compare; empty for what is no regular file, `nil` for what is too large.
  private func text(of state: NodeState, in tree: TreeReader, _ path: [UInt8]) -> [UInt8]? {
    guard case .file(_, let size, _) = state else { return [] }
    return size > Self.maximumText ? nil : tree.content(path, limit: Self.maximumText)
  }

  private mutating func attach(_ change: inout StagedChange, _ diff: LineDiff) {
    let hunks = diff.hunks
    let cost = hunks.reduce(0) { $0 + $1.lines.reduce(64) { $0 + $1.count + 8 } }
    if cost > budget { return }
    budget -= cost
    change.change.hunks = hunks
  }
}

extension Hunk.Line {
  fileprivate var count: Int {
    switch self {
    case .context(let text), .removed(let text), .added(let text): text.count
    }
  }
}
