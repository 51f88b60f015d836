import BaileyCore
import BaileyLinux

/// The copy of a project that a session in `copy` mode works on, without its sensitive files.
struct ProjectCopy {
  /// Both sides of one copied entry, just after it was copied.
  struct Entry: Sendable {
    var original: Stamp
    var copy: Stamp
    /// Whether credentials were left out: such a copy cannot go back over the person's file.
    var isWithheld = false
  }

  let project: Tree
  let copy: Tree
  let patterns: SensitivePatterns
  private(set) var entries: [[UInt8]: Entry] = [:]
  /// Sockets, devices and the like, which are not copied.
  private(set) var leftOut = 0
  private var directories: [([UInt8], UInt32)] = []

  private static let doing = "copying the project"

  init(project: Tree, copy: Tree, patterns: SensitivePatterns, entries: [[UInt8]: Entry] = [:]) {
    self.project = project
    self.copy = copy
    self.patterns = patterns
    self.entries = entries
  }

  /// Copies one path and everything below it; the empty path is everything.
  mutating func run(_ path: [UInt8] = []) throws(Fault) {
    if path.isEmpty { try contents(of: []) } else { try entry(path) }
    let copy = copy
    for (path, mode) in directories.reversed() {
      try attempting(Self.doing, path) { () throws(Errno) in
        let place = try copy.place(path)
        try place.folder.setMode(of: place.name, mode)
      }
    }
    directories = []
  }

  private mutating func contents(of path: [UInt8]) throws(Fault) {
    let project = project
    let names = try attempting(Self.doing, path) { () throws(Errno) in try project.directory(path).entries().map(\.name)
    }
    for name in names { try entry(join(path, name)) }
  }

  private mutating func entry(_ path: [UInt8]) throws(Fault) {
    let (project, name) = (project, Tree.split(path).name)
    guard let status = try attempting(Self.doing, path, { () throws(Errno) in try project.status(path) }) else {
      return
    }
    if patterns.matches(path: path, name: name, isDirectory: status.isDirectory) { return }
    if name.starts(with: Array(Transaction.stagingPrefix.utf8)) { return }
    switch status.type {
    case .directory, .regular, .symlink: try copyEntry(path, status)
    default: leftOut += 1
    }
    if status.isDirectory { try contents(of: path) }
  }

  private mutating func copyEntry(_ path: [UInt8], _ status: FileStatus) throws(Fault) {
    let (project, copy) = (project, copy)
    var isWithheld = false
    let made = try attempting(Self.doing, path) { () throws(Errno) in
      let from = try project.place(path)
      let to = try copy.place(path)
      switch status.type {
      case .directory: try to.folder.makeDirectory(to.name, mode: 0o700)
      case .symlink: try to.folder.symlink(target: from.folder.readLink(from.name), at: to.name)
      default:
        let file = try to.folder.open(to.name, [.readWrite, .create, .exclusive, .noFollow])
        let source = try from.folder.regular(from.name)
        let clean = try Self.withoutCredentials(source, path)
        isWithheld = clean != nil
        if let clean { try file.writeAll(clean) } else { try file.copyContents(of: source) }
        try file.setMode(status.mode)
        try file.setTimes(accessed: nil, modified: status.modified)
      }
      return try to.folder.status(of: to.name)
    }
    if status.isDirectory { directories.append((path, status.mode)) }
    entries[path] = Entry(original: Stamp(status), copy: Stamp(made), isWithheld: isWithheld)
  }

  private static func withoutCredentials(_ file: borrowing Descriptor, _ path: [UInt8]) throws(Errno) -> [UInt8]? {
    guard GitCredentials.mayHold(path) else { return nil }
    let limit = GitCredentials.isReflog(path) ? Int(GitDirectoryCopy.maximumFile) : 1 << 20
    let content = try file.readAll(limit: limit)
    try file.seek(to: 0)
    return GitCredentials.removed(from: content, at: path)
  }
}

extension ProjectCopy {
  static func json(_ entries: [[UInt8]: Entry]) -> JSON {
    .array(
      entries.map { [JSON(bytes: $0.key), $0.value.original.json, $0.value.copy.json, .bool($0.value.isWithheld)] })
  }

  static func entries(_ json: JSON) -> [[UInt8]: Entry]? {
    guard let list = json.array else { return nil }
    var entries: [[UInt8]: Entry] = [:]
    for item in list {
      guard let parts = item.array, parts.count == 4, let path = parts[0].bytes, let original = Stamp(json: parts[1]),
        let copy = Stamp(json: parts[2]), let isWithheld = parts[3].bool
      else { return nil }
      entries[path] = Entry(original: original, copy: copy, isWithheld: isWithheld)
    }
    return entries
  }
}
