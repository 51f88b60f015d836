import BaileyCore
import BaileyLinux

/// Makes a part of a session's copy anew from the project.
///
/// It is made beside the copy and exchanged with what lies there in one step: where the disk is too full for it, the copy stays as it is.
struct CopyRenewal {
  let session: StagedSession
  private var files: SessionFiles { session.files }

  private static let doing = "discarding"
  private static let name = "renewal"

  init(_ session: StagedSession) { self.session = session }

  /// - Parameter path: relative to the project; the empty path is everything.
  func run(_ path: [UInt8]) throws(Fault) {
    let directory = files.directory
    let folder = try attempting(Self.doing, path) { () throws(Errno) in
      let folder = try Descriptor.open(directory, [.readOnly, .directory])
      try folder.removeTree(Self.name)
      try folder.makeDirectory(Self.name)
      return folder
    }
    var entries: [[UInt8]: ProjectCopy.Entry]
    do throws(Fault) {
      let beside = try made(path)
      entries = try copied(path, to: beside)
      try attempting(Self.doing, path) { () throws(Errno) in
        if path.isEmpty { try exchangeAll(beside, in: folder) } else { try exchange(path, with: beside) }
      }
    } catch {
      try? folder.removeTree(Self.name)
      throw error
    }
    // What was there before goes first: the record may need its room.
    try attempting(Self.doing, path) { () throws(Errno) in try folder.removeTree(Self.name) }
    // The rename changed the entry's time.
    if !path.isEmpty, let status = try? session.staged.status(path) { entries[path]?.copy = Stamp(status) }
    try files.save(copied: entries, doing: Self.doing)
  }

  /// An empty tree with the directories above the path.
  private func made(_ path: [UInt8]) throws(Fault) -> Tree {
    let place = "\(files.directory)/\(Self.name)"
    return try attempting(Self.doing, path) { () throws(Errno) in
      let tree = try Tree(place)
      for end in path.indices where path[end] == ExactText.slash { try tree.root.makeDirectory(Array(path[..<end])) }
      return tree
    }
  }

  private func copied(_ path: [UInt8], to beside: Tree) throws(Fault) -> [[UInt8]: ProjectCopy.Entry] {
    let kept = try session.copied().filter { !path.isEmpty && $0.key != path && !ApplyPlan.isBelow($0.key, path) }
    var copy = ProjectCopy(
      project: session.lower, copy: beside, patterns: SensitivePatterns(session.memory.sensitive), entries: kept)
    try copy.run(path)
    return copy.entries
  }

  private func exchangeAll(_ beside: Tree, in folder: borrowing Descriptor) throws(Errno) {
    try beside.root.setMode(session.staged.root.status().mode)
    try folder.rename(Self.name, to: Tree.split(Array(files.copy.utf8)).name, .exchange)
  }

  /// What is on one side only is moved to the other one.
  private func exchange(_ path: [UInt8], with beside: Tree) throws(Errno) {
    let (isThere, isMade) = (try session.staged.status(path) != nil, try beside.status(path) != nil)
    if !isThere && !isMade { return }
    let from = try beside.place(path)
    let to = try session.staged.place(path)
    switch (isThere, isMade) {
    case (true, true): try from.folder.rename(from.name, to: to.folder, to.name, .exchange)
    case (false, _): try from.folder.rename(from.name, to: to.folder, to.name, .keepExisting)
    case (true, false): try to.folder.rename(to.name, to: from.folder, from.name, .keepExisting)
    }
  }
}
