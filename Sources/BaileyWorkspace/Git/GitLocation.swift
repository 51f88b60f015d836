internal import BaileyCore
internal import BaileyLinux

/// Where a repository lies on the host: its working tree, and the directories that hold its state.
package struct GitLocation: Sendable, Equatable {
  /// Absolute path of the working tree's top level.
  package var topLevel: String
  /// Holds `HEAD` and the index. Outside the top level for linked worktrees and submodules.
  package var gitDirectory: String
  /// Holds objects and refs; the same as `gitDirectory` except for linked worktrees.
  package var commonDirectory: String

  package init(topLevel: String, gitDirectory: String, commonDirectory: String) {
    self.topLevel = topLevel
    self.gitDirectory = gitDirectory
    self.commonDirectory = commonDirectory
  }

  package var isLinkedWorktree: Bool { gitDirectory != commonDirectory }

  /// The repository in which a directory lies: the nearest `.git` here or above. Runs no git and reads no configuration.
  ///
  /// `nil` when there is none, or when it points somewhere that does not point back.
  package static func find(for directory: String) -> GitLocation? {
    guard let real = try? Descriptor.realPath(directory), var path = String(validating: real, as: UTF8.self) else {
      return nil
    }
    while true {
      if let found = at(topLevel: path) { return found }
      if path == "/" { return nil }
      path = ExactText(path).parent.text
    }
  }

  /// The repository whose working tree starts exactly here.
  package static func at(topLevel: String) -> GitLocation? {
    let dotGit = (topLevel == "/" ? "" : topLevel) + "/.git"
    guard let status = try? Descriptor.status(of: dotGit, followingLinks: true) else { return nil }
    let directory: String
    if status.isDirectory {
      // A link out of the project could lead to any repository of the person's.
      guard let real = text(realPath: dotGit), let top = text(realPath: topLevel),
        ExactText(real).relative(below: ExactText(top)) != nil
      else { return nil }
      directory = dotGit
    } else {
      guard let target = line(of: dotGit, after: "gitdir:") else { return nil }
      directory = absolute(target, from: topLevel)
      guard pointsBack(directory, to: dotGit, topLevel: topLevel) else { return nil }
    }
    return location(topLevel, directory)
  }

  private static func location(_ topLevel: String, _ directory: String) -> GitLocation? {
    guard let real = text(realPath: directory) else { return nil }
    let file = real + "/commondir"
    let target = line(of: file, after: "")
    // git may read one that we cannot: then the repository would be another for each of us.
    guard target != nil || (isGitDirectory(real) && (try? Descriptor.status(of: file)) == nil) else { return nil }
    var common = real
    if let target {
      guard let path = text(realPath: absolute(target, from: real)), isGitDirectory(path),
        isWorktree(real, of: path)
      else { return nil }
      common = path
    }
    return GitLocation(topLevel: topLevel, gitDirectory: real, commonDirectory: common)
  }

  /// Only `COMMON/worktrees/NAME` is a linked worktree's: any other directory could name a common one that does not know of it.
  private static func isWorktree(_ directory: String, of common: String) -> Bool {
    ExactText(directory).relative(below: ExactText(common + "/worktrees"))?.contains(ExactText.slash) == false
  }

  /// A file in a project can name any directory: it counts only inside the working tree's own surroundings (a submodule's, which
  /// git keeps in the `.git` above and which names the working tree in its settings), or if the directory names this file too (a linked worktree).
  private static func pointsBack(_ directory: String, to dotGit: String, topLevel: String) -> Bool {
    guard let real = text(realPath: directory) else { return false }
    if let back = line(of: real + "/gitdir", after: "") {
      return isSameFile(absolute(back, from: real), dotGit)
    }
    guard let above = superproject(of: real), ExactText(topLevel).relative(below: ExactText(above)) != nil,
      let tree = setting("core", "worktree", in: real)
    else { return false }
    return isSameFile(absolute(tree, from: real), topLevel)
  }

  private static func isSameFile(_ path: String, _ other: String) -> Bool {
    guard let real = text(realPath: path), let otherReal = text(realPath: other) else { return false }
    return ExactText(real) == ExactText(otherReal)
  }

  /// PATH in `PATH/.git/modules/…`; the longest one.
  private static func superproject(of path: String) -> String? {
    var names = path.utf8.split(separator: ExactText.slash)
    while names.count > 2 {
      let git = names[names.count - 2]
      if names[names.count - 1].elementsEqual("modules".utf8), git.elementsEqual(".git".utf8) {
        return ExactText(String(path[..<git.endIndex])).parent.text
      }
      names.removeLast()
    }
    return nil
  }

  private static func isGitDirectory(_ path: String) -> Bool {
    let hasHead = (try? Descriptor.status(of: path + "/HEAD")) != nil
    return hasHead && (try? Descriptor.status(of: path + "/objects", followingLinks: true))?.isDirectory == true
  }

  /// Whether the common directory is that of a bare repository, whose `HEAD` nobody has checked out.
  var isBare: Bool { Self.setting("core", "bare", in: commonDirectory)?.lowercased() == "true" }

  /// Whether its objects are named by SHA-256 (gitrepository-layout(5), `extensions.objectFormat`).
  var hasSHA256: Bool {
    Self.setting("extensions", "objectformat", in: commonDirectory)?.lowercased() == "sha256"
  }

  private static func setting(_ section: String, _ key: String, in directory: String) -> String? {
    content(of: directory + "/config", limit: 1 << 20).flatMap { GitSetting.value(section, key, in: $0) }
  }

  private static func content(of file: String, limit: Int) -> String? {
    guard let descriptor = try? Descriptor.open(file, [.readOnly, .nonBlocking, .noControllingTerminal]),
      (try? descriptor.status())?.isRegular == true, let bytes = try? descriptor.readAll(limit: limit)
    else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func line(of file: String, after prefix: String) -> String? {
    guard let text = content(of: file, limit: 8192), text.hasPrefix(prefix) else { return nil }
    var rest = text.dropFirst(prefix.count)
    if !prefix.isEmpty { rest = rest.drop { $0 == " " } }
    while rest.last?.isNewline == true { rest.removeLast() }
    return rest.isEmpty || rest.contains("\0") ? nil : String(rest)
  }

  private static func absolute(_ path: String, from directory: String) -> String {
    ExactText(path).isAbsolute ? path : directory + "/" + path
  }

  private static func text(realPath path: String) -> String? {
    (try? Descriptor.realPath(path)).flatMap { String(validating: $0, as: UTF8.self) }
  }
}
