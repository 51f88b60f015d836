package import BaileyCore
import BaileyLinux

/// Keeps the staged views of projects on disk: see docs/decisions/0201-workspace-base.md and 0202-workspace-apply.md.
///
/// The work itself blocks, and so has threads of its own: one at a time for each session, and one apply at a time for each project. A lock on
/// the project's inode keeps other processes out.
package actor Workspaces: WorkspaceKeeper {
  let stateDirectory: String
  let hasher: HasherFactory
  let inspector: (any ContentInspector)?
  let reviewed = ReviewedContents()
  private var turns = Turns()
  private var running: Set<SessionID> = []
  private var watches: [SessionID: SensitiveWatch] = [:]
  private var openings: [SessionID: OpenWorkspace] = [:]
  /// Sessions whose placeholders still serve another direct session of the same project.
  private var lingering: [String: Set<SessionID>] = [:]
  /// Sessions that are over, and of which the inspection was told again what they know.
  var recalled: [SessionID] = []
  private var bases: [SessionID: Task<Void, Never>] = [:]

  /// - Parameters:
  ///   - stateDirectory: absolute; sessions lie in `sessions/ID` below it.
  ///   - inspector: of what a session would bring into its project; `nil` inspects nothing.
  ///   - hasher: SHA-256.
  package init(stateDirectory: String, inspector: (any ContentInspector)? = nil, hasher: @escaping HasherFactory) {
    self.inspector = inspector
    self.stateDirectory = stateDirectory
    self.hasher = hasher
  }

  package func open(session: SessionID, project: String, mode: WorkspaceMode, sensitive: [Glob]) async throws(Fault)
    -> WorkspaceOpening
  {
    let files = files(session)
    let opening = WorkspaceOpener(files: files, project: project, mode: mode, sensitive: sensitive)
    let stateDirectory = stateDirectory
    var result = try await onOwnThread("workspace") { () throws(Fault) in
      try opening.run(stateDirectory: stateDirectory)
    }
    inspector?.know(result.secrets, of: session)
    result.secrets = []
    running.insert(session)
    openings[session] = result
    if mode == .staged || mode == .copy { takeBase(of: session, result.memory) }
    return result.opening
  }

  package func changes(of session: SessionID) async throws(Fault) -> ChangeSet {
    try await working(session) { files, hasher throws(Fault) in
      let set = try StagedSession(session, files, hasher: hasher).read().set
      giveBackMemory(after: set.changes.count)
      return set
    }
  }

  package func review(of session: SessionID) async throws(Fault) -> ChangeSet {
    let (staged, reading) = try await working(session) { files, hasher throws(Fault) in
      let staged = try StagedSession(session, files, hasher: hasher)
      return (staged, try staged.read())
    }
    return await inspected(reading, of: staged).set
  }

  package func account(of session: SessionID, inputs: [[UInt8]]) async throws(Fault) -> WorkspaceAccount {
    try await working(session) { files, hasher throws(Fault) in
      let staged = try StagedSession(session, files, hasher: hasher)
      let patterns = SensitivePatterns(staged.memory.sensitive)
      let outputs = try staged.outputs()
      giveBackMemory(after: outputs?.count ?? 0)
      return WorkspaceAccount(outputs: outputs, sensitive: Set(inputs.filter(patterns.cover)))
    }
  }

  package func apply(
    _ selection: ChangeSelection, of session: SessionID, digest: String,
    approve: @Sendable (ChangeSet) async throws(Fault) -> Void
  ) async throws(Fault) -> ApplyReport {
    try await applying(session) { applying async throws(Fault) in
      // Read once: what has changed when the apply comes to it shows by its content then.
      let reading = try await onOwnThread("workspace") { () throws(Fault) in try applying.read(digest: digest) }
      if !selection.isDryRun { try await approve(await self.inspected(reading, of: applying.staged).set) }
      return try await onOwnThread("workspace") { () throws(Fault) in
        let report = try applying.apply(selection, reading)
        giveBackMemory(after: report.applied.count)
        return report
      }
    }
  }

  package func undo(session: SessionID) async throws(Fault) -> ApplyReport {
    try await applying(session) { applying async throws(Fault) in
      try await onOwnThread("workspace") { () throws(Fault) in
        let report = try applying.undo()
        giveBackMemory(after: report.applied.count)
        return report
      }
    }
  }

  package func discard(session: SessionID, paths: [[UInt8]]?) async throws(Fault) {
    if running.contains(session) {
      throw Fault(
        "session-running", subject: session.text, why: "the files of a running session cannot be taken from under it",
        hint: "wait for its end, or bailey kill \(session.text)")
    }
    try await working(session) { files, hasher throws(Fault) in
      try Discarding(session: session, files: files, hasher: hasher).run(paths: paths)
    }
  }

  package func recover() async throws(Fault) -> [String] {
    let recovery = Recovery(stateDirectory: stateDirectory, hasher: hasher)
    return try await onOwnThread("workspace") { () throws(Fault) in try recovery.run() }
  }

  package func watch(session: SessionID, report: @escaping @Sendable (WorkspaceEvent) -> Void) async throws(Fault) {
    guard let open = openings[session] else { throw SessionFiles.missing }
    let (memory, opening) = (open.memory, open.opening)
    if memory.mode == .copy { return }
    let watch = try await onOwnThread("workspace") { () throws(Fault) -> SensitiveWatch in
      try SensitiveWatch(
        project: memory.project, patterns: memory.sensitive,
        known: opening.masks, standing: memory.mode == .direct ? opening.readOnly : nil
      ) { if !memory.concernsOwnGit($0) { report(WorkspaceEvent($0)) } }
    }
    // The session may have ended while the project was searched.
    let superseded = running.contains(session) ? watches.updateValue(watch, forKey: session) : watch
    await stop(superseded)
  }

  package nonisolated func isPresent(_ path: String) -> Bool {
    do throws(Errno) { _ = try Descriptor.status(of: path, followingLinks: false) } catch {
      return error != .noSuchFile && error != .notDirectory
    }
    return true
  }

  package func unwatch(session: SessionID) async { await stop(watches.removeValue(forKey: session)) }

  package func close(session: SessionID) async {
    running.remove(session)
    await unwatch(session: session)
    guard let project = openings.removeValue(forKey: session)?.opening.layers.path else { return }
    lingering[project, default: []].insert(session)
    if openings.values.contains(where: { $0.opening.layers.path == project }) { return }
    for ended in lingering.removeValue(forKey: project) ?? [] { Placeholders.remove(files(ended)) }
  }

  private func stop(_ watch: SensitiveWatch?) async {
    guard let watch else { return }
    do { try await onOwnThread("workspace") { () throws(Fault) in watch.stop() } } catch { watch.stop() }
  }

  private func takeBase(of session: SessionID, _ memory: SessionFiles.Memory) {
    let (files, stateDirectory) = (files(session), stateDirectory)
    guard FileSystemKind.mayShareBlocks(files.directory) else { return }
    bases[session] = Task {
      _ = try? await onOwnThread("workspace") { () throws(Fault) in
        BaseSnapshot.take(files, memory, stateDirectory: stateDirectory)
      }
      bases[session] = nil
    }
  }

  /// Returns when the base of a session is as complete as it will be.
  func awaitBase(of session: SessionID) async { await bases[session]?.value }

  private func files(_ session: SessionID) -> SessionFiles {
    SessionFiles(stateDirectory: stateDirectory, session: session)
  }
}

extension Workspaces {
  /// Work on one session, after what was asked for earlier.
  private func working<Value: Sendable>(
    _ session: SessionID, _ body: @escaping @Sendable (SessionFiles, @escaping HasherFactory) throws(Fault) -> Value
  ) async throws(Fault) -> Value {
    let (files, hasher) = (files(session), hasher)
    await take("session " + session.text)
    defer { turns.pass("session " + session.text) }
    return try await onOwnThread("workspace") { () throws(Fault) in try body(files, hasher) }
  }

  /// Work on one session and its project.
  private func applying(
    _ session: SessionID, _ body: (Applying) async throws(Fault) -> ApplyReport
  ) async throws(Fault) -> ApplyReport {
    let (files, hasher, stateDirectory) = (files(session), hasher, stateDirectory)
    await take("session " + session.text)
    defer { turns.pass("session " + session.text) }
    let project = "project " + (try await onOwnThread("workspace") { () throws(Fault) in try files.load().project })
    await take(project)
    defer { turns.pass(project) }
    let (staged, lock) = try await onOwnThread("workspace") { () throws(Fault) in
      try Recovery(stateDirectory: stateDirectory, hasher: hasher).requireFinished(files)
      let staged = try StagedSession(session, files, hasher: hasher)
      return (staged, HeldLock(try ProjectLock.take(stateDirectory: stateDirectory, project: staged.lower)))
    }
    defer { try? lock.descriptor.unlock() }
    return try await body(Applying(staged: staged, session: session))
  }

  private func take(_ name: String) async {
    if turns.takeIfFree(name) { return }
    await withCheckedContinuation { turns.await(name, $0) }
  }
}

extension SessionFiles.Memory {
  /// What happens in a git directory of the person's of which the session has its own is not seen by the session.
  fileprivate func concernsOwnGit(_ event: SensitiveWatch.Event) -> Bool {
    switch event {
    case .appeared(let path), .detached(let path): ownGit.covers(Array(path.utf8.dropFirst(project.utf8.count + 1)))
    case .notice, .failed: false
    }
  }
}

/// The threads of large work leave much free memory behind, which smaller work would never need again.
private func giveBackMemory(after changes: Int) {
  if changes >= 10_000 { FreeMemory.giveBack() }
}

/// A lock that is held over several pieces of work.
private final class HeldLock: Sendable {
  let descriptor: Descriptor
  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}

extension WorkspaceEvent {
  fileprivate init(_ event: SensitiveWatch.Event) {
    self =
      switch event {
      case .appeared(let path): .appeared(path)
      case .detached(let path): .detached(path)
      case .notice(let text): .notice(text)
      case .failed(let fault): .failed(fault)
      }
  }
}
