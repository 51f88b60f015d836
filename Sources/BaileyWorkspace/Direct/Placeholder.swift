import BaileyCore
import BaileyLinux

/// Something harmless that stands in the project while a direct session runs, since only what is there can be covered.
struct Placeholder: Equatable {
  /// Relative to the project.
  let path: [UInt8]
  /// `nil` for an empty directory.
  let content: [UInt8]?

  func make(in project: Tree) throws(Errno) {
    let place = try project.place(path)
    guard let content else { return try place.folder.makeDirectory(place.name, mode: 0o755) }
    let file = try place.folder.open(place.name, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o644)
    try file.writeAll(content)
  }

  /// Only what is still as it was made: anything else is somebody's.
  func remove(from project: Tree) throws(Errno) {
    let place = try project.place(path)
    guard let content else { return try place.folder.removeDirectory(place.name) }
    guard project.content(path, limit: content.count + 1) == content else { return }
    try place.folder.unlink(place.name)
  }
}

/// The placeholders of one session, on disk before the first is made: so they go even if the controller dies.
struct Placeholders {
  let project: String
  let list: [Placeholder]

  private static func file(_ files: SessionFiles) -> String { files.directory + "/placeholders.json" }

  /// What cannot be made here, the agent cannot make either: a read-only place, or one that is not the person's.
  func make(in tree: Tree, _ files: SessionFiles) throws(Fault) {
    if list.isEmpty { return }
    try attempting("noting placeholders", Array(files.directory.utf8)) { () throws(Errno) in
      try WholeFile.replace(Self.file(files), with: json.canonical)
    }
    for placeholder in list {
      do throws(Errno) { try placeholder.make(in: tree) } catch {
        guard [.readOnlyFileSystem, .accessDenied, .notPermitted, .exists].contains(error) else {
          throw Fault.workspace(error, placeholder.path, doing: "covering what is not there yet")
        }
      }
    }
  }

  /// Takes away what a session's placeholders are still there; a second call does nothing.
  static func remove(_ files: SessionFiles) {
    guard let stored = try? WholeFile.read(file(files), limit: 1 << 20), let own = Placeholders(stored.bytes) else {
      return
    }
    if let tree = try? Tree(own.project) {
      for placeholder in own.list { try? placeholder.remove(from: tree) }
    }
    try? Descriptor.workingDirectory.unlink(file(files))
  }

  private var json: JSON {
    let entries = list.map { JSON.array([JSON(bytes: $0.path), $0.content.map { JSON(bytes: $0) } ?? .null]) }
    return ["version": 1, "project": .string(project), "placeholders": .array(entries)]
  }

  init(project: String, list: [Placeholder]) {
    self.project = project
    self.list = list
  }

  private init?(_ bytes: [UInt8]) {
    guard let json = try? JSON.parse(bytes, maximumBytes: 1 << 20), let project = json["project"]?.string,
      let entries = json["placeholders"]?.array
    else { return nil }
    self.project = project
    list = entries.compactMap { entry in
      guard let pair = entry.array, pair.count == 2, let path = pair[0].bytes else { return nil }
      return Placeholder(path: path, content: pair[1].bytes)
    }
  }
}
