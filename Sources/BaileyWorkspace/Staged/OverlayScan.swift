import BaileyCore
import BaileyLinux

/// Reads the upper layer of an overlay and says how it differs from the project.
///
/// The layer is hostile: the agent chose names, depths, modes and types, and may still be writing. Nothing is followed, nothing but regular
/// files is opened, and what is too much is a refusal. Files of a git directory that are its state are left out: `GitStage` reads them.
struct OverlayScan {
  let lower: TreeReader
  let upper: TreeReader
  let start: StartState
  let git: OwnGit
  let hasher: HasherFactory
  private var found: [StagedChange] = []
  private var limit = ChangeLimit()
  private var above: (path: [UInt8], status: FileStatus?)?
  /// Of directories of the project: whether another one stands in the place of it, or of one above.
  private var moved: [[UInt8]: Bool] = [:]

  /// A path beyond this could not be opened from the root any more (PATH_MAX is 4096).
  static let maximumPath = 3900
  private static let doing = "comparing the session's files with the project"

  init(lower: Tree, upper: Tree, start: StartState, git: OwnGit, hasher: @escaping HasherFactory) {
    self.lower = TreeReader(lower)
    self.upper = TreeReader(upper)
    self.start = start
    self.git = git
    self.hasher = hasher
  }

  /// The changes in path order.
  mutating func run() throws(Fault) -> [StagedChange] {
    try visit([], hidesLower: false)
    return found.sorted { $0.path.lexicographicallyPrecedes($1.path) }
  }

  /// - Parameter hidesLower: an opaque directory is above: what the project has here and the layer has not is deleted.
  private mutating func visit(_ path: [UInt8], hidesLower: Bool) throws(Fault) {
    let upper = upper
    var hides = hidesLower
    let names = try attempting(Self.doing, path) { () throws(Errno) in
      let folder = try upper.tree.directory(path)
      if folder.isOpaque { hides = true }
      return try folder.entries().map(\.name)
    }
    for name in names { try compare(join(path, name), hidesLower: hides) }
    if hides { try deleteContents(of: path, except: Set(names)) }
  }

  private mutating func compare(_ path: [UInt8], hidesLower: Bool) throws(Fault) {
    if path.count > Self.maximumPath {
      return try note(path, .absent, .other(mode: 0), conflict: "the path is too long to be applied")
    }
    let (upper, lower) = (upper, lower)
    guard let status = try attempting(Self.doing, path, { () throws(Errno) in try upper.status(path) }) else { return }
    if git.placed[path] == Stamp(status) { return }
    let below = try attempting(Self.doing, path) { () throws(Errno) in try lower.status(path) }
    if upper.isWhiteout(path, status) { return try delete(path, below) }
    if let below, below.isDirectory, !status.isDirectory { try deleteContents(of: path, except: []) }
    try noteDifference(path, status, below)
    if status.isDirectory { try visit(path, hidesLower: hidesLower) }
  }

  private mutating func noteDifference(_ path: [UInt8], _ status: FileStatus, _ below: FileStatus?) throws(Fault) {
    let (upper, lower, hasher) = (upper, lower, hasher)
    let after = try attempting(Self.doing, path) { () throws(Errno) in try upper.state(path, hasher) }
    let before = try attempting(Self.doing, path) { () throws(Errno) in try lower.state(path, hasher) }
    if after == .absent || after == before { return }
    let isMoved = isMoved(path)
    if let below, start.isUntouchedBySession(path, below, after, isMoved: isMoved) { return }
    try note(path, before, after, conflict: conflict(path, below, before, after))
  }

  private mutating func delete(_ path: [UInt8], _ below: FileStatus?) throws(Fault) {
    guard let below else { return }
    // In a git directory of its own the session can only delete what was put there.
    if !below.isDirectory, git.placed[path] == nil, git.covers(path) { return }
    if below.isDirectory { try deleteContents(of: path, except: []) }
    let (lower, hasher) = (lower, hasher)
    let before = try attempting(Self.doing, path) { () throws(Errno) in try lower.state(path, hasher) }
    if before == .absent { return }
    try note(path, before, .absent, conflict: conflict(path, below, before, .absent))
  }

  private mutating func deleteContents(of path: [UInt8], except kept: Set<[UInt8]>) throws(Fault) {
    let lower = lower
    let names: [[UInt8]] = try attempting(Self.doing, path) { () throws(Errno) in
      do throws(Errno) { return try lower.tree.directory(path).entries().map(\.name) } catch {
        if error == .noSuchFile || error == .notDirectory || error == .tooManyLinks { return [] }
        throw error
      }
    }
    for name in names where !kept.contains(name) {
      let child = join(path, name)
      try delete(child, attempting(Self.doing, child) { () throws(Errno) in try lower.status(child) })
    }
  }

  /// Whether the project's entry came to its place with a directory above it.
  private mutating func isMoved(_ path: [UInt8]) -> Bool {
    if path.isEmpty { return false }
    let (parent, _) = Tree.split(path)
    if let known = moved[parent] { return known }
    let isReplaced = isMoved(parent) || start.isReplaced(parent, (try? lower.status(parent)) ?? nil)
    moved[parent] = isReplaced
    return isReplaced
  }

  private mutating func conflict(
    _ path: [UInt8], _ below: FileStatus?, _ before: NodeState, _ after: NodeState
  ) -> String? {
    if git.withheld.contains(path) { return GitCredentials.conflict }
    if case .other = after { return "a special file is never applied" }
    if case .other = before { return "the project has a special file here, which is left alone" }
    guard let below else { return resurrection(path, after) }
    let directoryMatters = before.type == .directory && after.type == .directory
    let isMoved = isMoved(path) || start.isReplaced(path, below)
    return start.isTouched(path, below, before, directoryMatters: directoryMatters, isMoved: isMoved)
      ? BaseRecord.touched : nil
  }

  /// A file that the project had, or that the agent took over from it, where the project has none any more: removed meanwhile, unless the
  /// agent renamed it and the project's directory is as it was.
  private mutating func resurrection(_ path: [UInt8], _ after: NodeState) -> String? {
    if start.hadFile(path) { return "removed from the project since the session began" }
    guard after.type == .file, !start.record.isAccepted(path, nil) else { return nil }
    let (parent, _) = Tree.split(path)
    let isGone =
      if let above = lowerDirectory(above: path) {
        isMoved(path) || start.record.isTouched(parent, above, directoryMatters: true)
      } else {
        start.hadDirectory(parent) && !start.record.isAccepted(parent, nil)
      }
    // The origin is asked for last: where the directory is new or as it was, no file in it needs to be opened.
    return isGone && upper.hasOrigin(path) ? "may have been removed from the project since the session began" : nil
  }

  /// Of the project's side; asked for by one new file of a directory after the other.
  private mutating func lowerDirectory(above path: [UInt8]) -> FileStatus? {
    let (parent, _) = Tree.split(path)
    if above?.path != parent { above = (parent, (try? lower.tree.status(parent)) ?? nil) }
    return above?.status
  }

  private mutating func note(
    _ path: [UInt8], _ before: NodeState, _ after: NodeState, conflict: String?
  ) throws(Fault) {
    var staged = StagedChange(path: path, before: before, after: after)
    staged.change.conflict = conflict
    guard staged.passesGit(in: lower.tree) else { return }
    try limit.take(staged)
    found.append(staged)
  }
}

extension Descriptor {
  /// Set by overlayfs on a directory that does not show the lower one of its name: `user.` where an ordinary user mounted it.
  fileprivate var isOpaque: Bool {
    borrowing get {
      (try? attribute("user.overlay.opaque")) == [UInt8(ascii: "y")]
        || (try? attribute("trusted.overlay.opaque")) == [UInt8(ascii: "y")]
    }
  }
}

extension TreeReader {
  /// Both forms of "deleted": a 0/0 character device, and an empty file that says so in an attribute.
  fileprivate func isWhiteout(_ path: [UInt8], _ status: FileStatus) -> Bool {
    if status.type == .characterDevice { return status.specialDevice == 0 }
    return status.isRegular && status.size == 0 && hasAttribute(path, "user.overlay.whiteout")
  }

  /// Whether overlayfs copied the file up from the lower layer, under this or another name.
  fileprivate func hasOrigin(_ path: [UInt8]) -> Bool { hasAttribute(path, "user.overlay.origin") }
}
