import BaileyCore

/// What of a change set is applied, held back or refused, decided before anything is touched.
struct ApplyPlan {
  private(set) var operations: [Operation] = []
  private(set) var heldBack: [[UInt8]] = []
  private(set) var conflicts: [ApplyReport.Refusal] = []

  private let selection: ChangeSelection
  private let lower: Tree
  private let staged: Tree
  private let hasher: HasherFactory

  init(
    _ changes: [StagedChange], _ selection: ChangeSelection, lower: Tree, staged: Tree, hasher: @escaping HasherFactory
  ) throws(Fault) {
    self.selection = selection
    self.lower = lower
    self.staged = staged
    self.hasher = hasher
    try PathSelection.require((selection.paths ?? []).filter { !$0.isEmpty } + selection.hunks.keys, in: changes)
    let chosen = PathSelection(selection.paths)
    var taken: [[UInt8]: Operation] = [:]
    for change in changes where chosen.contains(change.path) {
      if let why = change.change.conflict {
        conflicts.append(.init(path: change.path, why: why))
      } else if !change.change.risks.isEmpty && !selection.includesRisky {
        heldBack.append(change.path)
      } else if let operation = try operation(for: change) {
        taken[change.path] = operation
      }
    }
    addParents(changes, &taken)
    keepDirectories(changes, &taken)
    operations = Array(taken.values).ordered
  }

  static func isBelow(_ path: [UInt8], _ directory: [UInt8]) -> Bool {
    path.count > directory.count && path[directory.count] == UInt8(ascii: "/") && path.starts(with: directory)
  }

  /// `nil` when no hunk of it is wanted.
  private func operation(for change: StagedChange) throws(Fault) -> Operation? {
    guard let chosen = selection.hunks[change.path] else {
      let content: Operation.Content = change.merged.map { .bytes($0) } ?? .copy(of: staged, at: change.path)
      return Operation(path: change.path, before: change.before, after: change.after, content: content)
    }
    if chosen.isEmpty { return nil }
    let hunks = Set(chosen)
    guard !change.change.hunks.isEmpty, hunks.allSatisfy(change.change.hunks.indices.contains) else {
      throw unknownHunk(change.path)
    }
    if hunks.count == change.change.hunks.count {
      let content: Operation.Content = change.merged.map { .bytes($0) } ?? .copy(of: staged, at: change.path)
      return Operation(path: change.path, before: change.before, after: change.after, content: content)
    }
    return try partial(change, hunks)
  }

  /// A part of the hunks leaves the mode as it is: the mode belongs to the whole.
  private func partial(_ change: StagedChange, _ hunks: Set<Int>) throws(Fault) -> Operation {
    guard case .file(let mode, _, _) = change.before, case .file(_, let size, let hash) = change.after,
      let old = lower.content(change.path, limit: ChangeDetail.maximumText),
      let new = change.merged ?? staged.content(change.path, limit: ChangeDetail.maximumText)
    else { throw unknownHunk(change.path) }
    guard Int64(new.count) == size, BlockHash.of(new, hasher) == hash,
      let text = LineDiff(old: old, new: new).text(taking: hunks)
    else { throw unknownHunk(change.path) }
    let after = NodeState.file(mode: mode, size: Int64(text.count), hash: BlockHash.of(text, hasher))
    return Operation(path: change.path, before: change.before, after: after, content: .bytes(text))
  }

  private func unknownHunk(_ path: [UInt8]) -> Fault {
    Fault(
      "hunk-not-found", subject: printable(String(decoding: path, as: UTF8.self)), why: "the change has no such hunk",
      hint: "look at the changes again, or take the file as a whole")
  }

  /// A file in a new directory brings the directory with it.
  private mutating func addParents(_ changes: [StagedChange], _ taken: inout [[UInt8]: Operation]) {
    let directories = Dictionary(
      changes.filter { $0.after.type == .directory && $0.before.type != .directory }.map { ($0.path, $0) },
      uniquingKeysWith: { first, _ in first })
    for path in taken.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) where taken[path]?.after != .absent {
      var at = Tree.split(path).parent
      var missing: [Operation] = []
      var isPossible = true
      while !at.isEmpty, taken[at] == nil {
        if let directory = directories[at] {
          isPossible =
            isPossible && directory.change.conflict == nil
            && (directory.change.risks.isEmpty || selection.includesRisky)
          missing.append(Operation(path: at, before: directory.before, after: directory.after, content: .none))
        }
        at = Tree.split(at).parent
      }
      if isPossible {
        for operation in missing { taken[operation.path] = operation }
      } else {
        taken[path] = nil
        conflicts.append(.init(path: path, why: "its directory is not applied"))
      }
    }
  }

  /// A directory in which something stays is not removed or replaced.
  private mutating func keepDirectories(_ changes: [StagedChange], _ taken: inout [[UInt8]: Operation]) {
    var occupied: Set<[UInt8]> = []
    for change in changes where change.after == .absent && taken[change.path] == nil {
      var at = Tree.split(change.path).parent
      while !at.isEmpty, occupied.insert(at).inserted { at = Tree.split(at).parent }
    }
    for path in occupied.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      guard let operation = taken[path], operation.before.type == .directory, operation.after.type != .directory else {
        continue
      }
      taken[path] = nil
      conflicts.append(.init(path: path, why: "the directory still holds files that are kept"))
    }
  }
}
