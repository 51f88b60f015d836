internal import BaileyCore
internal import BaileyLinux

/// Copies of a git directory what a session may know: its refs, index, settings, hooks and operations in progress.
///
/// A name that is not known is not taken: git-crypt keeps keys in a git directory, other tools whole databases.
struct GitDirectoryCopy {
  let patterns: SensitivePatterns
  /// Settings and hooks that were copied, below the directory, as they are now.
  private(set) var settings: [[UInt8]: Stamp] = [:]
  private(set) var withheld: Set<[UInt8]> = []

  static let maximumFile: Int64 = 256 << 20
  static let maximumLog: Int64 = 4 << 20

  init(patterns: SensitivePatterns) { self.patterns = patterns }

  /// - Parameter prefix: where the directory lies below the one that `settings` is relative to.
  mutating func run(from source: borrowing Descriptor, to target: borrowing Descriptor, prefix: [UInt8] = [])
    throws(Errno)
  {
    for entry in try source.entries() {
      let name = String(decoding: entry.name, as: UTF8.self)
      guard Self.directories.contains(name) || Self.isFile(name) else { continue }
      try copy(entry, join(prefix, entry.name), from: source, to: target, depth: 0)
    }
  }

  /// Notes a setting that was not copied but made.
  mutating func note(_ path: [UInt8], _ stamp: Stamp) { settings[path] = stamp }

  private static let directories: Set<String> = [
    "refs", "logs", "hooks", "info", "rebase-merge", "rebase-apply", "sequencer",
  ]
  private static let files: Set<String> = [
    "HEAD", "config", "config.worktree", "packed-refs", "index", "shallow", "commondir", "gitdir", "AUTO_MERGE",
    "SQUASH_MSG",
  ]

  private static func isFile(_ name: String) -> Bool {
    files.contains(name) || name.hasSuffix("_HEAD")
      || ["MERGE_", "BISECT_", "sharedindex."].contains { name.hasPrefix($0) }
  }

  private mutating func copy(
    _ entry: DirectoryEntry, _ path: [UInt8], from source: borrowing Descriptor, to target: borrowing Descriptor,
    depth: Int
  ) throws(Errno) {
    do throws(Errno) {
      let type = entry.type == .unknown ? try source.status(of: entry.name).type : entry.type
      switch type {
      case .directory: try copyDirectory(entry.name, path, from: source, to: target, depth: depth)
      case .regular: try copyFile(entry.name, path, from: source, to: target)
      case .symlink where kind(path) == .hook:
        try target.symlink(target: source.readLink(entry.name), at: entry.name)
        settings[path] = Stamp(try target.status(of: entry.name))
      default: return
      }
    } catch {
      // Gone, or replaced by something else, since it was listed.
      if ![.noSuchFile, .tooManyLinks, .notDirectory, .invalid].contains(error) { throw error }
    }
  }

  private mutating func copyDirectory(
    _ name: [UInt8], _ path: [UInt8], from source: borrowing Descriptor, to target: borrowing Descriptor, depth: Int
  ) throws(Errno) {
    guard depth < 32 else { return }
    let directory = try source.open(name, [.readOnly, .directory, .noFollow])
    try target.makeDirectory(name, mode: 0o755)
    let copied = try target.open(name, [.readOnly, .directory, .noFollow])
    for entry in try directory.entries() where isTaken(join(path, entry.name), entry) {
      try copy(entry, join(path, entry.name), from: directory, to: copied, depth: depth + 1)
    }
  }

  /// Names of refs may look like those of keys; their files hold no more than hashes.
  private func isTaken(_ path: [UInt8], _ entry: DirectoryEntry) -> Bool {
    let (name, text) = (entry.name, String(decoding: path, as: UTF8.self))
    if name.suffix(5).elementsEqual(".lock".utf8) || name.suffix(7).elementsEqual(".sample".utf8) { return false }
    // One log for each branch is many files; HEAD's has them all, and a stash is nothing but its log.
    if ["logs/refs/heads", "logs/refs/tags", "logs/refs/remotes"].contains(where: { text.hasSuffix($0) }) {
      return false
    }
    if ["refs/", "logs/"].contains(where: { text.hasPrefix($0) || text.contains("/" + $0) }) { return true }
    return !patterns.matches(path: path, name: name, isDirectory: entry.type == .directory)
  }

  private mutating func copyFile(
    _ name: [UInt8], _ path: [UInt8], from source: borrowing Descriptor, to target: borrowing Descriptor
  ) throws(Errno) {
    let file = try source.regular(name)
    let status = try file.status()
    let isLog = GitCredentials.isReflog(Array(".git/".utf8) + path)
    guard status.size <= (isLog ? Self.maximumLog : Self.maximumFile) else { return }
    let kind = kind(path)
    let isSetting = kind == .hook || kind == .config
    let isRead = isLog || status.size <= 1 << 16 || name.starts(with: "config".utf8)
    let bytes = isRead ? try file.readAll(limit: Int(isLog ? Self.maximumFile : 1 << 20)) : nil
    let mode = kind == .hook ? status.mode & 0o777 : status.mode & 0o666 | 0o600
    let copied = try target.open(name, [.writeOnly, .create, .exclusive, .noFollow], mode: mode)
    if let bytes {
      try copied.writeAll(isLog || kind == .config ? withoutCredentials(bytes, path) : bytes)
    } else {
      try copied.copyContents(of: file)
    }
    // git compares files with the index's own time to find those that changed in the same moment.
    if name == Array("index".utf8) { try copied.setTimes(accessed: nil, modified: status.modified) }
    if isSetting { settings[path] = Stamp(try copied.status()) }
  }

  private mutating func withoutCredentials(_ bytes: [UInt8], _ path: [UInt8]) -> [UInt8] {
    guard let clean = GitCredentials.removed(from: bytes, at: Array(".git/".utf8) + path) else { return bytes }
    // A reflog is never applied.
    if kind(path) == .config { withheld.insert(path) }
    return clean
  }

  private func kind(_ path: [UInt8]) -> GitPath { GitPath(Array(".git/".utf8) + path, isDirectory: false) }
}
