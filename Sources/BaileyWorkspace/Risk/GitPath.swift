/// What a path below a `.git` is to a staged workspace.
///
/// The one place that says which files of a repository are its state (imported by `GitStage`, never copied) and which are settings
/// (shown as changes with a risk, copied only with the separate yes).
package enum GitPath: Sendable, Equatable {
  /// Not inside any `.git`.
  case outside
  /// Objects, refs, index, reflogs, operations in progress: neither listed nor applied as files.
  case state
  /// A hook, or a directory that stands in the place of hooks.
  case hook
  /// Settings; everything in a `.git` that is not known to be state.
  case config
  /// The `.git` itself, as a file or symlink: a redirection to another repository. Never applied.
  case redirection

  /// - Parameter path: relative to the project, bytes; `isDirectory` of its last component.
  package init(_ path: [UInt8], isDirectory: Bool) {
    let names = path.split(separator: UInt8(ascii: "/")).map(foldedName)
    guard let last = names.lastIndex(of: ".git") else {
      self = .outside
      return
    }
    let inside = Self.insideModule(Array(names[(last + 1)...]))
    if inside.isEmpty {
      self = isDirectory ? .state : .redirection
    } else {
      self = Self.classify(inside, isDirectory: isDirectory)
    }
  }

  /// The `.git` that a path lies in, or is; `nil` outside. Where the project has none at that path, the session made the repository: `GitStage`
  /// makes it anew, and nothing in it is applied as a file.
  package static func repository(of path: [UInt8]) -> [UInt8]? {
    let names = path.split(separator: UInt8(ascii: "/"))
    guard let last = names.lastIndex(where: { foldedName($0) == ".git" }) else { return nil }
    return Array(names[...last].joined(separator: [UInt8(ascii: "/")]))
  }

  /// Strips `modules/NAME` and `worktrees/NAME`, behind which another git directory lies; a module's name may hold slashes.
  private static func insideModule(_ names: [String]) -> [String] {
    guard names.count > 1, names[0] == "modules" || names[0] == "worktrees" else { return names }
    guard let end = names.dropFirst().firstIndex(where: { known.contains($0) }) else { return [names[names.count - 1]] }
    return Array(names[end...])
  }

  private static let known = stateNames.union(["hooks", "config", "config.worktree", "info", "description"])

  private static func classify(_ names: [String], isDirectory: Bool) -> GitPath {
    switch names[0] {
    case "hooks":
      if names.count == 1 { return isDirectory ? .state : .hook }
      return names[names.count - 1].hasSuffix(".sample") ? .state : .hook
    case "objects": return names.count > 1 && names[1] == "info" ? alternates(names) : .state
    case "info", "lfs": return isDirectory ? .state : info(names)
    case let name where stateNames.contains(name) || isOperation(name): return .state
    case let name where name.hasSuffix(".lock"): return .state
    default: return isDirectory ? .state : .config
    }
  }

  private static func alternates(_ names: [String]) -> GitPath {
    guard let name = names.last else { return .state }
    return name.hasSuffix("alternates") ? .config : .state
  }

  private static func info(_ names: [String]) -> GitPath {
    if names[0] == "lfs" { return names.count > 1 && names[1] == "objects" ? .state : .config }
    return names.last == "refs" ? .state : .config
  }

  /// Left by a merge, rebase, bisect or cherry-pick in progress.
  private static func isOperation(_ name: String) -> Bool {
    name.hasSuffix("_head") || name.hasPrefix("rebase-") || name.hasPrefix("bisect_") || name.hasPrefix("merge_")
      || name.hasPrefix("index") || name.hasPrefix("sharedindex.") || name.hasPrefix("fsmonitor--daemon")
  }

  private static let stateNames: Set<String> = [
    "objects", "refs", "logs", "head", "index", "packed-refs", "modules", "worktrees", "commit_editmsg", "squash_msg",
    "tag_editmsg",
    "sequencer", "branches", "description", "shallow", "gc.log", "gc.pid", "reftable", "gitk.cache", "commondir",
    "gitdir", "locked",
    "auto_merge", "notes_editmsg", "addp-hunk-edit.diff",
  ]
}
