internal import BaileyCore
internal import BaileyLinux

/// Makes the repository that a session made, anew: our configuration, no hooks, no refs yet.
enum GitFresh {
  /// - Parameter path: an existing directory of the project, reached through no symbolic link.
  /// - Returns: `nil` where that is not so, or a `.git` is there already.
  static func create(project: String, path: [UInt8], digits: Int) -> GitLocation? {
    guard let text = String(validating: path, as: UTF8.self) else { return nil }
    do throws(Errno) {
      let root = try Descriptor.open(project, [.readOnly, .directory])
      let top = try root.open(
        path.isEmpty ? [UInt8(ascii: ".")] : path, [.readOnly, .directory, .noFollow], resolve: [.beneath, .noSymlinks])
      try fill(top, digits: digits)
    } catch {
      return nil
    }
    return GitLocation.at(topLevel: text.isEmpty ? project : project + "/" + text)
  }

  /// Built under another name, so that no half of it is ever found as `.git`.
  private static func fill(_ top: borrowing Descriptor, digits: Int) throws(Errno) {
    let name = ".git-bailey-new"
    try top.removeTree(name)
    try top.makeDirectory(name, mode: 0o755)
    let git = try top.open(name, [.readOnly, .directory, .noFollow])
    for directory in ["objects", "objects/pack", "objects/info", "refs", "refs/heads", "refs/tags", "info"] {
      try git.makeDirectory(directory, mode: 0o755)
    }
    let format = digits == 64 ? "[extensions]\n\tobjectFormat = sha256\n" : ""
    try git.open("HEAD", [.writeOnly, .create, .exclusive], mode: 0o644).writeAll("ref: refs/heads/main\n")
    try git.open("config", [.writeOnly, .create, .exclusive], mode: 0o644).writeAll(
      "[core]\n\trepositoryformatversion = \(digits == 64 ? 1 : 0)\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n"
        + format)
    try top.rename(name, to: ".git", .keepExisting)
  }
}
