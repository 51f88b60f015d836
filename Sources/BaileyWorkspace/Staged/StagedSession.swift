import BaileyCore
import BaileyLinux

/// A session's workspace as it lies on disk: reads its changes.
struct StagedSession: Sendable {
  /// What was read, in the form for the apply and in the form for the person.
  struct Reading: Sendable {
    var changes: [StagedChange]
    var set: ChangeSet
  }

  let files: SessionFiles
  let lower: Tree
  /// What the agent sees: the upper layer, or the copy.
  let staged: Tree
  let hasher: HasherFactory
  var memory: SessionFiles.Memory
  let start: StartState
  /// `nil` where the session has no view of its own.
  let git: GitStage?

  init(_ session: SessionID, _ files: SessionFiles, hasher: @escaping HasherFactory) throws(Fault) {
    self.files = files
    self.hasher = hasher
    try? Acceptance.catchUp(files, hasher)
    let memory = try files.load()
    self.memory = memory
    lower = try attempting("opening the project", Array(memory.project.utf8)) { () throws(Errno) in
      try Tree(memory.project)
    }
    let path =
      switch memory.mode {
      case .staged: files.upper
      case .copy: files.copy
      case .direct, .readOnly: files.directory
      }
    staged = try attempting("opening the session's files", Array(path.utf8)) { () throws(Errno) in try Tree(path) }
    start = StartState(
      record: memory.base, directories: memory.mode == .staged ? files.directories() : nil,
      base: try? Tree(files.base), hasher: hasher)
    git = try Self.git(session, files, memory)
  }

  private static func git(
    _ session: SessionID, _ files: SessionFiles, _ memory: SessionFiles.Memory
  ) throws(Fault) -> GitStage? {
    guard memory.mode == .staged || memory.mode == .copy else { return nil }
    let roots = try attempting("opening the session's files", Array(files.directory.utf8)) { () throws(Errno) in
      try Descriptor.makeDirectories(files.scratch)
      let view =
        memory.mode == .copy
        ? try LayeredView(upper: files.copy, lower: nil) : try LayeredView(upper: files.upper, lower: memory.project)
      return [StagedRoot(path: memory.project, view: view)] + (try memory.ownGit.roots(below: files.git))
    }
    return GitStage(
      project: memory.project, roots: roots, baseline: memory.git, session: session, scratch: files.scratch)
  }

  func read() throws(Fault) -> Reading {
    try requireStaged()
    var changes = try scan()
    try merge(&changes)
    changes.removeAll { $0.before == $0.after }
    var detail = ChangeDetail(lower: lower, staged: staged, classifier: RiskClassifier())
    for index in changes.indices { detail.complete(&changes[index]) }
    changes.removeAll(where: \.isGitTemplate)
    let refs = try git?.changes() ?? []
    var set = ChangeSet(changes: changes.map(\.change), refs: refs, digest: digest(changes, refs))
    set.contents = StagedContents(self, changes)
    return Reading(changes: changes, set: set)
  }

  /// A direct session wrote into the project itself: Bailey has nothing to show, apply or take back.
  func requireStaged() throws(Fault) {
    if memory.mode != .direct { return }
    throw Fault(
      "workspace-direct", subject: memory.project,
      why: "the changes of a direct session are in the project already, and what was there before was not kept",
      hint: "git diff and git restore, if the project is in git; use a staged workspace to review first and to undo")
  }

  /// Joins edits of both sides where the text that both began with is known; everything else stays a conflict.
  private func merge(_ changes: inout [StagedChange]) throws(Fault) {
    let candidates = changes.indices.filter { changes[$0].isMergeable }
    if candidates.isEmpty { return }
    let bases = try bases(of: candidates.map { changes[$0].path })
    for index in candidates {
      let path = changes[index].path
      guard let base = bases[path], let mine = lower.content(path, limit: ChangeDetail.maximumText),
        let theirs = staged.content(path, limit: ChangeDetail.maximumText), !mine.contains(0), !theirs.contains(0),
        let merged = ThreeWayMerge.merge(base: base, mine: mine, theirs: theirs)
      else { continue }
      changes[index].take(merged: merged, over: mine, theirs, hasher)
    }
  }

  /// From the clones of the start, or else from the commit that was checked out then.
  private func bases(of paths: [[UInt8]]) throws(Fault) -> [[UInt8]: [UInt8]] {
    var found: [[UInt8]: [UInt8]] = [:]
    for path in paths { found[path] = start.content(path, limit: ChangeDetail.maximumText) }
    let missing = paths.filter { found[$0] == nil }
    guard let git, !missing.isEmpty else { return found }
    return found.merging(try git.baseContents(missing)) { own, _ in own }
  }

  func scan() throws(Fault) -> [StagedChange] {
    switch memory.mode {
    case .readOnly, .direct: return []
    case .staged:
      var scan = OverlayScan(lower: lower, upper: staged, start: start, git: memory.ownGit, hasher: hasher)
      return try scan.run()
    case .copy:
      var scan = CopyScan(
        lower: lower, copy: staged, start: start, entries: try copied(), hasher: hasher)
      return try scan.run()
    }
  }

  func copied() throws(Fault) -> [[UInt8]: ProjectCopy.Entry] {
    guard let bytes = try? Tree(files.directory).content(Array("copy.json".utf8), limit: 1 << 30),
      let json = try? JSON.parse(bytes, maximumBytes: 1 << 30), let entries = ProjectCopy.entries(json)
    else {
      throw Fault("workspace-damaged", subject: files.directory, why: "the record of the copy cannot be read")
    }
    return entries
  }

  /// Of the canonical form, which is made change by change: as a whole it would be many times as large as the changes.
  func digest(_ changes: [StagedChange], _ refs: [RefChange]) -> String {
    let rest: JSON = ["project": .string(memory.project), "refs": .array(refs.map(\.json)), "version": 1]
    var hash = hasher()
    hash.update(Array(#"{"changes":["#.utf8))
    for (index, change) in changes.enumerated() {
      hash.update((index > 0 ? [UInt8(ascii: ",")] : []) + change.digestForm.canonical)
    }
    hash.update(Array("],".utf8) + rest.canonical.dropFirst())
    return hexadecimal(hash.finish())
  }
}
