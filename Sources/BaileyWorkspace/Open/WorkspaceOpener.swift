import BaileyCore
import BaileyLinux

/// A session's view of a project, and what is remembered of it on disk.
struct OpenWorkspace: Sendable {
  var opening: WorkspaceOpening
  var memory: SessionFiles.Memory
  /// Values in files that the session does not see; to be handed on, not kept.
  var secrets: [KnownSecret] = []
}

/// Prepares the layers of a new session and fixes what its changes will be compared with.
struct WorkspaceOpener {
  let files: SessionFiles
  let project: String
  let mode: WorkspaceMode
  let sensitive: [Glob]

  /// What cannot be opened leaves nothing behind: half a copy would keep a full disk full.
  func run(stateDirectory: String) throws(Fault) -> OpenWorkspace {
    try refuseOverlap(stateDirectory)
    do throws(Fault) { return try open() } catch {
      try? Descriptor.open(stateDirectory + "/sessions", [.readOnly, .directory]).removeTree(files.session.text)
      throw error
    }
  }

  private func open() throws(Fault) -> OpenWorkspace {
    let directory = files.directory
    let project = project
    let tree = try attempting("opening the project", Array(project.utf8)) { () throws(Errno) in
      try Descriptor.makeDirectories(directory)
      return try Tree(project)
    }
    let base = BaseRecord(started: try now(tree), accepted: [:])
    // The walk comes after the clock was read: what changes meanwhile is then seen as changed.
    var cover = DirectCover(project: tree)
    var directories = DirectoryRecord()
    let scan = try SensitiveFiles.scan(project: project, patterns: sensitive) { entry, directory in
      if mode == .direct { cover.look(at: entry, in: directory) }
    } opened: { directory, path in
      if mode == .staged { directories.note(path, directory) }
    }
    if mode == .staged { try files.save(directories) }
    let git = try GitBaseline.capture(project: project, directories: scan.repositories)
    var notices: [String] = []
    let layers = try layers(tree, &notices)
    let snapshot = try snapshot(git, scan.masks, &notices)
    let own = snapshot.own
    let memory = SessionFiles.Memory(
      project: project, mode: mode, sensitive: sensitive, base: base, git: git, ownGit: own)
    try files.save(memory)
    let hidden = HiddenVariables(in: tree, project: project, masks: scan.masks)
    let walls = mode == .direct ? try stand(&cover, tree) : DirectWalls()
    let masks = mode == .copy ? [] : scan.masks.filter { !own.covers(Array($0.utf8.dropFirst(project.utf8.count + 1))) }
    var opening = WorkspaceOpening(
      layers: layers, mounts: snapshot.mounts, masks: masks,
      notices: notices + hidden.notices + [walls.notice].compactMap(\.self),
      readOnly: walls.readOnly, pinned: walls.pinned)
    for mask in masks { opening.variables[mask] = hidden.names[Array(mask.utf8.dropFirst(project.utf8.count + 1))] }
    return OpenWorkspace(opening: opening, memory: memory, secrets: hidden.secrets)
  }

  private func snapshot(_ git: GitBaseline, _ masks: [String], _ notices: inout [String]) throws(Fault) -> GitSnapshot {
    let upper = mode == .staged ? files.upper : nil
    var snapshot = GitSnapshot(project: project, upper: upper, outside: files.git, patterns: sensitive)
    if mode == .staged || mode == .copy {
      try snapshot.write(git)
      notices += snapshot.pass(
        over: masks, git, scratch: files.directory, copy: mode == .copy ? files.copy : nil)
    }
    notices += snapshot.leftOut.map { "git does not work in \(printable($0)): its object store cannot be shown" }
    return snapshot
  }

  /// Puts the placeholders in place, or leaves none.
  private func stand(_ cover: inout DirectCover, _ tree: Tree) throws(Fault) -> DirectWalls {
    do {
      try Placeholders(project: project, list: cover.placeholders).make(in: tree, files)
      return try cover.finish()
    } catch {
      Placeholders.remove(files)
      throw error
    }
  }

  /// An overlay over itself never ends, and a copy into itself neither.
  private func refuseOverlap(_ stateDirectory: String) throws(Fault) {
    let state = (try? Descriptor.realPath(stateDirectory)).map { String(decoding: $0, as: UTF8.self) } ?? stateDirectory
    let (below, own) = (ExactText(state), ExactText(project))
    guard below.isPath(within: own) || own.isPath(within: below) else { return }
    throw Fault(
      "workspace-overlaps", subject: project,
      why: "the project and Bailey's state directory \(state) contain one another",
      hint: "set XDG_STATE_HOME to a directory outside the project")
  }

  /// The time by the project's own file system: of a file without a name, which leaves the directory untouched.
  private func now(_ tree: Tree) throws(Fault) -> Int64 {
    for path in [project, files.directory] {
      do throws(Errno) { return try Descriptor.open(path, [.temporary, .readWrite]).status().changed } catch {}
    }
    let directory = files.directory
    return try attempting("reading the file system's clock", Array(directory.utf8)) { () throws(Errno) in
      try Descriptor.open(directory + "/clock", [.writeOnly, .create, .truncate]).status().changed
    }
  }

  private func layers(_ tree: Tree, _ notices: inout [String]) throws(Fault) -> WorkspaceLayers {
    switch mode {
    case .staged: return try overlay(tree)
    case .direct:
      notices.append("direct workspace: changes go straight into the project; there is nothing to apply or undo")
      return .bind(path: project, source: project, readOnly: false)
    case .readOnly: return .bind(path: project, source: project, readOnly: true)
    case .copy: return try copy(tree, &notices)
    }
  }

  /// The upper directory gives the view's root its mode.
  private func overlay(_ tree: Tree) throws(Fault) -> WorkspaceLayers {
    let (upper, work) = (files.upper, files.work)
    try attempting("making the session's layers", Array(upper.utf8)) { () throws(Errno) in
      let mode = try tree.root.status().mode
      try Descriptor.makeDirectories(upper)
      try Descriptor.makeDirectories(work)
      try Descriptor.workingDirectory.setMode(of: upper, mode | 0o700)
    }
    try FileSystemKind.requireUpper(upper)
    return .overlay(path: project, lower: project, upper: upper, work: work)
  }

  private func copy(_ tree: Tree, _ notices: inout [String]) throws(Fault) -> WorkspaceLayers {
    let path = files.copy
    let target = try attempting("making the copy", Array(path.utf8)) { () throws(Errno) in
      try Descriptor.makeDirectories(path)
      return try Tree(path)
    }
    var copy = ProjectCopy(project: tree, copy: target, patterns: SensitivePatterns(sensitive))
    try copy.run()
    if copy.leftOut > 0 { notices.append("\(copy.leftOut) sockets, pipes or devices of the project were not copied") }
    try attempting("making the copy", Array(path.utf8)) { () throws(Errno) in
      try target.root.setMode(tree.root.status().mode | 0o700)
    }
    try files.save(copied: copy.entries, doing: "making the copy")
    return .bind(path: project, source: path, readOnly: false)
  }
}
