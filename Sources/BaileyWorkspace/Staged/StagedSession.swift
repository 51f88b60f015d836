import BaileyCore
import BaileyLinux

/// A session's workspace as it lies on disk: reads its changes.
struct StagedSession {
  /// What was read, in the form for the apply and in the form for the person.
  struct Reading {
    var changes: [StagedChange]
    var set: ChangeSet
  }

  let files: SessionFiles
  let lower: Tree
  /// What the agent sees: the upper layer, or the copy.
  let staged: Tree
  let hasher: HasherFactory
  var memory: SessionFiles.Memory

  init(_ files: SessionFiles, hasher: @escaping HasherFactory) throws(Fault) {
    self.files = files
    self.hasher = hasher
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
  }

  func read() throws(Fault) -> Reading {
    if memory.mode == .direct {
      throw Fault(
        "workspace-direct", subject: memory.project, why: "the changes of a direct session are in the project already",
        hint: "git diff shows them; use a staged workspace to review first")
    }
    var changes = try scan()
    var detail = ChangeDetail(lower: lower, staged: staged, classifier: RiskClassifier())
    for index in changes.indices { detail.complete(&changes[index]) }
    return Reading(changes: changes, set: ChangeSet(changes: changes.map(\.change), refs: [], digest: digest(changes, [])))
  }

  private func scan() throws(Fault) -> [StagedChange] {
    switch memory.mode {
    case .readOnly, .direct: return []
    case .staged:
      var scan = OverlayScan(lower: lower, upper: staged, base: memory.base, hasher: hasher)
      return try scan.run()
    case .copy:
      var scan = CopyScan(
        lower: lower, copy: staged, base: memory.base, entries: try copied(), hasher: hasher)
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

  func digest(_ changes: [StagedChange], _ refs: [RefChange]) -> String {
    let form: JSON = [
      "version": 1, "project": .string(memory.project), "changes": .array(changes.map(\.digestForm)),
      "refs": .array(refs.map(\.json)),
    ]
    var hash = hasher()
    hash.update(form.canonical)
    return hexadecimal(hash.finish())
  }
}
