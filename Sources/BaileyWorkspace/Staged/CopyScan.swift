import BaileyCore
import BaileyLinux

/// Says how the copy of a project differs from it, by what was recorded of each entry when it was copied.
struct CopyScan {
  let lower: TreeReader
  let copy: TreeReader
  let start: StartState
  let entries: [[UInt8]: ProjectCopy.Entry]
  let hasher: HasherFactory
  private var found: [StagedChange] = []
  private var limit = ChangeLimit()
  private var seen: Set<[UInt8]> = []

  private static let doing = "comparing the copy with the project"

  init(
    lower: Tree, copy: Tree, start: StartState, entries: [[UInt8]: ProjectCopy.Entry], hasher: @escaping HasherFactory
  ) {
    self.lower = TreeReader(lower)
    self.copy = TreeReader(copy)
    self.start = start
    self.entries = entries
    self.hasher = hasher
  }

  /// The changes in path order.
  mutating func run() throws(Fault) -> [StagedChange] {
    try visit([])
    for path in entries.keys where !seen.contains(path) { try compare(path, isGone: true) }
    return found.sorted { $0.path.lexicographicallyPrecedes($1.path) }
  }

  private mutating func visit(_ path: [UInt8]) throws(Fault) {
    let copy = copy
    let names = try attempting(Self.doing, path) { () throws(Errno) in
      try copy.tree.directory(path).entries().map(\.name)
    }
    for name in names {
      let child = join(path, name)
      seen.insert(child)
      guard child.count <= OverlayScan.maximumPath else {
        try note(child, .absent, .other(mode: 0), "the path is too long to be applied")
        continue
      }
      let status = try attempting(Self.doing, child) { () throws(Errno) in try copy.status(child) }
      guard let status else { continue }
      let known = entries[child]
      if known == nil || known?.copy != Stamp(status) { try compare(child, isGone: false) }
      if status.isDirectory { try visit(child) }
    }
  }

  private mutating func compare(_ path: [UInt8], isGone: Bool) throws(Fault) {
    let (lower, copy, hasher) = (lower, copy, hasher)
    let before = try attempting(Self.doing, path) { () throws(Errno) in try lower.state(path, hasher) }
    let after = try attempting(Self.doing, path) { () throws(Errno) in try copy.state(path, hasher) }
    if before == after || (isGone && before == .absent) { return }
    try note(path, before, after, conflict(path, before, after))
  }

  private func conflict(_ path: [UInt8], _ before: NodeState, _ after: NodeState) -> String? {
    if entries[path]?.isWithheld == true { return GitCredentials.conflict }
    if case .other = after { return "a special file is never applied" }
    if case .other = before { return "the project has a special file here, which is left alone" }
    let status = (try? lower.status(path)) ?? nil
    if start.record.isAccepted(path, status) { return nil }
    let original = entries[path]?.original
    guard let status else {
      return original != nil || start.record.hasLeft(path) ? "removed from the project since the session began" : nil
    }
    guard let original else {
      return "exists in the project, but was not there or was left out when the session began"
    }
    if status.isDirectory, before.type == .directory {
      return status.mode == original.mode ? nil : "its mode was changed in the project since the session began"
    }
    return Stamp(status) == original || start.state(path) == before ? nil : BaseRecord.touched
  }

  private mutating func note(
    _ path: [UInt8], _ before: NodeState, _ after: NodeState, _ conflict: String?
  ) throws(Fault) {
    var staged = StagedChange(path: path, before: before, after: after)
    staged.change.conflict = conflict
    guard staged.passesGit(in: lower.tree) else { return }
    try limit.take(staged)
    found.append(staged)
  }
}
