import BaileyCore
import BaileyLinux

/// Takes clones (FICLONE) of a project's files as they were when a session began, where the file system shares blocks: XFS, btrfs.
///
/// Runs beside the session, so that no start waits for it. A clone counts only if the file's change time says afterwards that nothing was
/// written since the start; what has none is judged by its change time alone. docs/decisions/0203-reflink-base.md has the reasons.
struct BaseSnapshot {
  let project: Tree
  let base: Tree
  let started: Int64
  let patterns: SensitivePatterns

  /// Files of one base, and sessions that keep theirs: each clone is an inode.
  static let maximumFiles = 200_000
  static let keptBases = 10
  private static let temporary = Array(".bailey-clone".utf8)

  /// Makes the base of a session that was just opened, and removes the oldest ones. No failure of it is a failure of the session.
  static func take(_ files: SessionFiles, _ memory: SessionFiles.Memory, stateDirectory: String) {
    guard (try? Descriptor.makeDirectories(files.base)) != nil,
      let project = try? Tree(memory.project), let base = try? Tree(files.base)
    else { return }
    let patterns = SensitivePatterns(memory.sensitive)
    let snapshot = BaseSnapshot(project: project, base: base, started: memory.base.started, patterns: patterns)
    if snapshot.run() { prune(stateDirectory) } else { remove(files) }
  }

  static func remove(_ files: SessionFiles) {
    try? Descriptor.open(files.directory, [.readOnly, .directory]).removeTree("base")
  }

  /// `false` where no file could be cloned.
  func run() -> Bool {
    defer { try? base.root.unlink(Self.temporary) }
    var queue: [[UInt8]] = [[]]
    var made = 0
    while let directory = queue.popLast() {
      for entry in (try? project.directory(directory).entries()) ?? [] {
        let path = join(directory, entry.name)
        if isLeftOut(path, entry) { continue }
        do throws(Errno) {
          switch entry.type {
          case .directory:
            try base.root.makeDirectory(path)
            queue.append(path)
          case .regular: if try clone(path) { made += 1 }
          case .symlink: try link(path)
          default: continue
          }
        } catch {
          if Self.ends(error) { return made > 0 }
        }
        if made == Self.maximumFiles { return true }
      }
    }
    return made > 0
  }

  /// Secrets are not copied anywhere, and what git keeps for itself is never applied.
  private func isLeftOut(_ path: [UInt8], _ entry: DirectoryEntry) -> Bool {
    path.count > OverlayScan.maximumPath || entry.name == Array(".git".utf8) || entry.name == Self.temporary
      || entry.name.starts(with: Array(Transaction.stagingPrefix.utf8))
      || patterns.matches(path: path, name: entry.name, isDirectory: entry.type == .directory)
  }

  /// Nothing further can succeed: no shared blocks, no space, or the base was removed.
  private static func ends(_ error: Errno) -> Bool {
    [.notSupported, .notTerminal, .notImplemented, .noSpace, .quota, .readOnlyFileSystem].contains(error)
  }

  /// `false` if the file was changed since the start.
  private func clone(_ path: [UInt8]) throws(Errno) -> Bool {
    let place = try project.place(path)
    let source = try place.folder.regular(place.name)
    let file = try base.root.open(Self.temporary, [.readWrite, .create, .truncate, .noFollow])
    do throws(Errno) { try file.cloneContents(of: source) } catch {
      // The state directory is on another file system, or this one cannot.
      throw error == .crossDevice || error == .invalid ? .notSupported : error
    }
    let status = try source.status()
    guard status.changed <= started else { return false }
    // Without setuid: such a file is judged by its change time.
    try file.setMode(status.mode & 0o777)
    try base.root.rename(Self.temporary, to: base.root, path, .keepExisting)
    return true
  }

  private func link(_ path: [UInt8]) throws(Errno) {
    let place = try project.place(path)
    let target = try place.folder.readLink(place.name)
    guard try place.folder.status(of: place.name).changed <= started else { return }
    try base.root.symlink(target: target, at: path)
  }

  /// The newest sessions keep their base.
  private static func prune(_ stateDirectory: String) {
    let sessions = (try? Descriptor.entries(of: stateDirectory + "/sessions")) ?? []
    let found = sessions.compactMap { SessionID($0.text) }.compactMap { id -> (SessionFiles, Int64)? in
      let files = SessionFiles(stateDirectory: stateDirectory, session: id)
      return (try? Descriptor.status(of: files.directory + "/workspace.json")).flatMap { status in
        (try? Descriptor.status(of: files.base)) == nil ? nil : (files, status.changed)
      }
    }
    for (files, _) in found.sorted(by: { $0.1 > $1.1 }).dropFirst(keptBases) { remove(files) }
  }
}
