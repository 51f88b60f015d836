import BaileyCore
import BaileyLinux

/// Where a session's workspace lies under the state directory, and what is remembered of it there.
struct SessionFiles: Sendable {
  /// What must survive the controller.
  struct Memory: Sendable {
    var project: String
    var mode: WorkspaceMode
    var sensitive: [Glob]
    var base: BaseRecord
    /// The refs of the project's repositories at the start.
    var git: GitBaseline
    var ownGit = OwnGit()
    /// The last journal whose outcome is in `base`.
    var settled = 0
  }

  let session: SessionID
  let directory: String

  init(stateDirectory: String, session: SessionID) {
    self.session = session
    directory = stateDirectory + "/sessions/" + session.text
  }

  var upper: String { directory + "/upper" }
  var work: String { directory + "/work" }
  /// Git directories of the session's own, for those that lie outside the project.
  var git: String { directory + "/git" }
  var copy: String { directory + "/copy" }
  /// Private room for git's quarantines.
  var scratch: String { directory + "/scratch" }
  var journals: String { directory + "/journal" }
  /// Clones of the project's files at the start, where the file system shares blocks.
  var base: String { directory + "/base" }

  /// Not synced: after a power cut the session is over, and without a record the change times alone decide.
  func save(_ directories: DirectoryRecord) throws(Fault) {
    let directory = directory
    try attempting("remembering the project's directories", Array(directory.utf8)) { () throws(Errno) in
      try Descriptor.open(directory + "/directories", [.writeOnly, .create, .truncate]).writeAll(directories.bytes)
    }
  }

  /// `nil` for a session without a record.
  func directories() -> DirectoryRecord? {
    (try? WholeFile.read(directory + "/directories", limit: 1 << 30)).flatMap { DirectoryRecord($0.bytes) }
  }

  func save(_ memory: Memory) throws(Fault) {
    let accepted = memory.base.accepted.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    let json: JSON = [
      "version": 1, "project": .string(memory.project), "mode": .string(memory.mode.rawValue),
      "sensitive": .array(memory.sensitive.map { .string($0.pattern) }), "started_ns": .int(memory.base.started),
      "settled": .int(Int64(memory.settled)),
      "git": memory.git.json, "own_git": memory.ownGit.json,
      "accepted": .array(accepted.map { [JSON(bytes: $0.key), $0.value?.json ?? .null] }),
    ]
    try replace("workspace.json", json, doing: "remembering the workspace")
  }

  /// What the copy of a project was made from: see `ProjectCopy`.
  func save(copied: [[UInt8]: ProjectCopy.Entry], doing what: String) throws(Fault) {
    try replace("copy.json", ProjectCopy.json(copied), doing: what)
  }

  private func replace(_ name: String, _ json: JSON, doing what: String) throws(Fault) {
    let path = directory + "/" + name
    try attempting(what, Array(directory.utf8)) { () throws(Errno) in
      try WholeFile.replace(path, with: json.canonical)
    }
  }

  static let missing = Fault(
    "workspace-not-found", why: "there is no workspace of this session", hint: "bailey ps --all lists the sessions")

  func load() throws(Fault) -> Memory {
    guard let tree = try? Tree(directory), let bytes = tree.content(Array("workspace.json".utf8), limit: 1 << 30) else {
      throw Self.missing
    }
    guard let json = try? JSON.parse(bytes, maximumBytes: 1 << 30), let memory = Memory(json) else {
      throw Fault(
        "workspace-damaged", subject: directory, why: "the workspace's record cannot be read",
        hint: "its files are in the directory upper or copy there")
    }
    return memory
  }
}

extension SessionFiles.Memory {
  fileprivate init?(_ json: JSON) {
    guard let project = json["project"]?.string, let started = json["started_ns"]?.int,
      let mode = json["mode"]?.string.flatMap(WorkspaceMode.init(rawValue:)), let accepted = json["accepted"]?.array,
      let sensitive = json["sensitive"]?.array, let git = json["git"].flatMap(GitBaseline.init(json:)),
      let ownGit = json["own_git"].flatMap(OwnGit.init(json:))
    else { return nil }
    self.project = project
    self.mode = mode
    // One that is lost would show a file.
    self.sensitive = sensitive.compactMap { $0.string.flatMap { try? Glob($0) } }
    guard self.sensitive.count == sensitive.count else { return nil }
    self.git = git
    self.ownGit = ownGit
    settled = json["settled"]?.int.flatMap(Int.init(exactly:)) ?? 0
    base = BaseRecord(started: started, accepted: [:])
    for entry in accepted {
      guard let pair = entry.array, pair.count == 2, let path = pair[0].bytes else { return nil }
      let stamp = Stamp(json: pair[1])
      if stamp == nil, pair[1] != .null { return nil }
      base.accepted.updateValue(stamp, forKey: path)
    }
  }
}
