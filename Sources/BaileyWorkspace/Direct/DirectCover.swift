import BaileyCore
import BaileyLinux

/// What of a project a direct session may read but not change, since nothing reviews it: repository settings and `StandingNames`.
struct DirectCover {
  /// More mounts than this slow every start, and a project that needs them is better staged.
  private static let most = 500

  private let project: Tree
  private var standing: [[UInt8]] = []
  private var links = 0
  private var gitDirectories: Set<[UInt8]> = []

  init(project: Tree) { self.project = project }

  /// Takes note of one entry of a walk over the whole project.
  mutating func look(at entry: DirectoryEntry, in directory: [UInt8]) {
    let path = join(directory, entry.name)
    if entry.type == .directory, foldedName(entry.name) == ".git" { gitDirectories.insert(path) }
    if GitNames.marks.contains(entry.name), isGitDirectory(directory) { gitDirectories.insert(directory) }
    guard StandingNames.contains(entry.name, in: directory, isDirectory: entry.type == .directory) else { return }
    add(path, entry.type)
  }

  /// A symbolic link cannot be covered, only told of.
  private mutating func add(_ path: [UInt8], _ type: FileType) {
    if type == .symlink { links += 1 } else { standing.append(path) }
  }

  /// What git takes for one (`is_git_directory`), or what is left of one: an earlier session may have taken away what it could.
  private func isGitDirectory(_ directory: [UInt8]) -> Bool {
    let names = directory.split(separator: UInt8(ascii: "/")).map(Array.init)
    if let git = names.firstIndex(of: GitNames.repository) {
      return names.count > git + 1 && GitNames.holders.contains(names[git + 1])
        && !names.contains(where: GitNames.stores.contains)
    }
    return holds(directory, "objects") && holds(directory, "HEAD")
  }

  private func holds(_ directory: [UInt8], _ name: String) -> Bool {
    (try? project.status(join(directory, name))).flatMap { $0 } != nil
  }

  /// What must be there so that it can be covered; each means nothing to its reader.
  ///
  /// A `commondir` of "." says what holds without it; another one would give the repository a second, foreign config.
  var placeholders: [Placeholder] {
    var list = [Placeholder(path: Array(".bailey".utf8), content: nil)]
    for directory in gitDirectories {
      list.append(Placeholder(path: join(directory, "config.worktree"), content: []))
      if holds(directory, "commondir") { continue }
      list.append(Placeholder(path: join(directory, "hooks"), content: nil))
      list.append(Placeholder(path: join(directory, "config"), content: []))
      guard directory.split(separator: UInt8(ascii: "/")).map(Array.init).contains(GitNames.repository) else {
        continue
      }
      list.append(Placeholder(path: join(directory, "commondir"), content: Array(".\n".utf8)))
    }
    return list.filter { (try? project.status($0.path)).flatMap { $0 } == nil }
  }

  /// The finished cover, once the placeholders stand.
  mutating func finish() throws(Fault) -> DirectWalls {
    for directory in gitDirectories {
      for name in ["config", "config.worktree", "commondir", "hooks", "info"] {
        let path = join(directory, name)
        if let status = (try? project.status(path)).flatMap({ $0 }) { add(path, status.type) }
      }
    }
    if holds([], ".bailey") { standing.append(Array(".bailey".utf8)) }
    let paths = Set(standing)
    guard paths.count <= Self.most else {
      throw Fault(
        "workspace-direct-too-many", subject: project.path,
        why: "\(paths.count) files of this project run by themselves, too many to cover each",
        hint: "leave out --workspace direct: a staged workspace shows every change first")
    }
    var pinned: Set<[UInt8]> = []
    for directory in gitDirectories { pinned.formUnion(Self.chain(directory)) }
    return DirectWalls(
      readOnly: try absolute(paths), pinned: try absolute(pinned), notice: notice(paths.count))
  }

  private func notice(_ count: Int) -> String {
    var text = "\(count) places that act by themselves (git hooks and settings, editor, agent, shell) are read-only"
    if links > 0 { text += "; \(links) of them are symbolic links, which are not protected" }
    return text + "; new ones are not stopped: look before you use git, an editor or an agent there"
  }

  /// The directory and those above it, without the project itself.
  private static func chain(_ directory: [UInt8]) -> [[UInt8]] {
    let names = directory.split(separator: UInt8(ascii: "/"))
    return names.indices.map { Array(names[...$0].joined(separator: [UInt8(ascii: "/")])) }
  }

  /// Parents first.
  private func absolute(_ paths: Set<[UInt8]>) throws(Fault) -> [String] {
    var result: [String] = []
    for path in paths.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      guard let text = String(validating: path, as: UTF8.self), path.count < 3800 else {
        throw Fault(
          "workspace-direct-uncoverable", subject: printable(String(decoding: path, as: UTF8.self)),
          why: "a file that acts by itself cannot be covered, because of its name",
          hint: "rename it, or leave out --workspace direct")
      }
      result.append(project.path + "/" + text)
    }
    return result
  }
}

private enum GitNames {
  static let repository = Array(".git".utf8)
  /// Entries that only a repository's own directory has, beside others.
  static let marks: Set<[UInt8]> = [Array("HEAD".utf8), Array("config".utf8), Array("commondir".utf8)]
  /// Below a `.git`: where the directories of submodules and linked worktrees lie.
  static let holders: Set<[UInt8]> = [Array("modules".utf8), Array("worktrees".utf8)]
  /// Where a branch may be called `config`.
  static let stores: Set<[UInt8]> = [Array("refs".utf8), Array("logs".utf8), Array("objects".utf8)]
}

/// What the planner mounts for a direct session. Absolute paths.
struct DirectWalls {
  var readOnly: [String] = []
  /// Directories that stay where they are, so that nobody takes a repository away and puts another in its place.
  var pinned: [String] = []
  var notice: String?
}
