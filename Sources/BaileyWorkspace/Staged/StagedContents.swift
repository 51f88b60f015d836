import BaileyCore

/// The files behind the changes of a session, read again when they are asked for: as a whole they would be many times what is shown.
struct StagedContents: ChangeContents {
  private let session: StagedSession
  private let patterns: SensitivePatterns
  private let changes: [[UInt8]: StagedChange]

  init(_ session: StagedSession, _ changes: [StagedChange]) {
    self.session = session
    patterns = SensitivePatterns(session.memory.sensitive)
    self.changes = Dictionary(changes.map { ($0.path, $0) }) { first, _ in first }
  }

  func isSensitive(_ path: [UInt8]) -> Bool { patterns.cover(path) }

  func sides(of path: [UInt8]) -> (old: [UInt8], new: [UInt8])? {
    guard let change = changes[path], let old = content(change.before, session.lower, path),
      let new = change.merged ?? content(change.after, session.staged, path)
    else { return nil }
    return (old, new)
  }

  private func content(_ state: NodeState, _ tree: Tree, _ path: [UInt8]) -> [UInt8]? {
    guard case .file(_, let size, let hash) = state else { return [] }
    guard size <= ChangeDetail.maximumText,
      let bytes = TreeReader(tree).content(path, limit: ChangeDetail.maximumText),
      BlockHash.of(bytes, session.hasher) == hash
    else { return nil }
    return bytes
  }
}
