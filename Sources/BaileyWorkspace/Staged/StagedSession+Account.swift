import BaileyCore
import BaileyLinux

extension SensitivePatterns {
  /// Whether the file or a directory above it is sensitive.
  func cover(_ path: [UInt8]) -> Bool {
    let slashes = path.indices.filter { path[$0] == ExactText.slash }
    return (slashes.map { Array(path[..<$0]) } + [path]).contains { part in
      matches(path: part, name: Tree.split(part).name, isDirectory: part.count < path.count)
    }
  }
}

extension StagedSession {
  /// Bytes of one file that is hashed, and of all.
  private static let largest: Int64 = 64 << 20
  private static let budget: Int64 = 4 << 30

  /// The changed files by the plain SHA-256 of both sides. Neither commits nor directories are among them.
  func outputs() throws(Fault) -> [SessionOutput]? {
    if memory.mode == .direct { return nil }
    let patterns = SensitivePatterns(memory.sensitive)
    var left = Self.budget
    let (lower, staged) = (TreeReader(lower), TreeReader(staged))
    return try scan().filter { $0.before != $0.after && ($0.before.hasContent || $0.after.hasContent) }.map { change in
      let isSensitive = patterns.cover(change.path)
      return SessionOutput(
        path: change.path, kind: change.change.kind,
        before: content(change.before, change.path, lower, isSensitive, &left),
        after: content(change.after, change.path, staged, isSensitive, &left),
        isConflict: change.change.conflict != nil)
    }
  }

  /// `nil` for what is no regular file.
  private func content(
    _ state: NodeState, _ path: [UInt8], _ tree: TreeReader, _ isSensitive: Bool, _ left: inout Int64
  ) -> ReadLedger.Content? {
    guard let size = state.size else { return nil }
    if isSensitive { return .unknown(.sensitive) }
    if size > Self.largest { return .unknown(.tooLarge) }
    if size > left { return .unknown(.notInTime) }
    left -= size
    guard let bytes = tree.content(path, limit: Int(size)) else { return .unknown(.unreadable) }
    // The state was read before: both must be of the same content.
    guard BlockHash.of(bytes, hasher) == state.contentHash else { return .unknown(.changed) }
    var hash = hasher()
    hash.update(bytes)
    return .sha256(hexadecimal(hash.finish()), size: size)
  }
}

extension NodeState {
  fileprivate var hasContent: Bool { contentHash != nil }

  fileprivate var contentHash: [UInt8]? {
    if case .file(_, _, let hash) = self { return hash }
    return nil
  }
}
