package import BaileyCore
import BaileyLinux

/// Keeps the staged views of projects on disk: see docs/decisions/0201-workspace-base.md and 0202-workspace-apply.md.
///
/// An actor, so that one session's apply and another's diff do not interleave; a lock on the project's inode keeps other processes out.
package actor Workspaces: WorkspaceKeeper {
  let stateDirectory: String
  let hasher: HasherFactory
  private var running: Set<SessionID> = []
  private var watches: [SessionID: SensitiveWatch] = [:]
  private var masks: [SessionID: [String]] = [:]

  /// - Parameters:
  ///   - stateDirectory: absolute; sessions lie in `sessions/ID` below it.
  ///   - hasher: SHA-256.
  package init(stateDirectory: String, hasher: @escaping HasherFactory) {
    self.stateDirectory = stateDirectory
    self.hasher = hasher
  }

  package func open(session: SessionID, project: String, mode: WorkspaceMode, sensitive: [Glob]) throws(Fault)
    -> WorkspaceOpening
  {
    let files = SessionFiles(stateDirectory: stateDirectory, session: session)
    let opening = WorkspaceOpener(files: files, project: project, mode: mode, sensitive: sensitive)
    let result = try opening.run(stateDirectory: stateDirectory)
    running.insert(session)
    masks[session] = result.masks
    return result
  }

  package func changes(of session: SessionID) throws(Fault) -> ChangeSet {
    try StagedSession(session, files(session), hasher: hasher).read().set
  }

  package func apply(_ selection: ChangeSelection, of session: SessionID, digest: String) throws(Fault) -> ApplyReport {
    let staged = try StagedSession(session, files(session), hasher: hasher)
    let lock = try lock(staged.lower)
    defer { try? lock.unlock() }
    return try Applying(staged: staged, session: session).apply(selection, digest: digest)
  }

  package func undo(session: SessionID) throws(Fault) -> ApplyReport {
    let staged = try StagedSession(session, files(session), hasher: hasher)
    let lock = try lock(staged.lower)
    defer { try? lock.unlock() }
    return try Applying(staged: staged, session: session).undo()
  }

  package func discard(session: SessionID, paths: [String]?) throws(Fault) {
    if running.contains(session) {
      throw Fault(
        "session-running", subject: session.text, why: "the files of a running session cannot be taken from under it",
        hint: "wait for its end, or bailey kill \(session.text)")
    }
    try Discarding(session: session, files: files(session), hasher: hasher).run(paths: paths?.map { Array($0.utf8) })
  }

  package func recover() throws(Fault) -> [String] {
    try Recovery(stateDirectory: stateDirectory, hasher: hasher).run()
  }

  package func watch(session: SessionID, appeared: @escaping @Sendable (String) -> Void) throws(Fault) {
    let memory = try files(session).load()
    if memory.mode == .copy { return }
    watches[session]?.stop()
    watches[session] = try SensitiveWatch(
      project: memory.project, patterns: memory.sensitive.compactMap { try? Glob($0) }, known: masks[session] ?? []
    ) { event in
      if case .appeared(let path) = event { appeared(path) }
    }
  }

  package func close(session: SessionID) {
    watches.removeValue(forKey: session)?.stop()
    running.remove(session)
    masks[session] = nil
  }

  private func files(_ session: SessionID) -> SessionFiles {
    SessionFiles(stateDirectory: stateDirectory, session: session)
  }

  private func lock(_ project: Tree) throws(Fault) -> Descriptor {
    try ProjectLock.take(stateDirectory: stateDirectory, project: project)
  }
}
