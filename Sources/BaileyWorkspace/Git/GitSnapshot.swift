package import BaileyCore
internal import BaileyLinux

/// Puts the moving parts of a project's repositories into the upper layer before a session starts.
///
/// The lower layer is live: an index or ref that the person's git rewrites while the session runs would be half seen through the overlay,
/// and point at objects that the session cannot see. So index, HEAD and refs are the session's own from the first moment. The person's
/// lock files are hidden by whiteouts; once the session has used a name, a later lock of the person's may shine through again.
package enum GitSnapshot {
  /// - Parameters:
  ///   - upper: an empty upper layer that is not mounted yet.
  /// Repositories whose git directory lies outside the project are left alone. Errors: `git-snapshot-failed`.
  package static func write(project: String, upper: String, baseline: GitBaseline) throws(Fault) {
    for repository in baseline.repositories.values where !repository.location.isLinkedWorktree {
      let directory = repository.location.gitDirectory
      guard directory.hasPrefix(project + "/") else { continue }
      do throws(Errno) {
        let lower = try Descriptor.open(directory, [.readOnly, .directory])
        let path = upper + directory.dropFirst(project.utf8.count)
        try makeDirectories(
          project: project, upper: upper, relative: String(directory.dropFirst(project.utf8.count + 1)))
        try fill(try Descriptor.open(path, [.readOnly, .directory]), from: lower)
      } catch {
        throw Fault(
          "git-snapshot-failed", subject: directory, why: "cannot set the repository's index and refs aside: \(error)")
      }
    }
  }

  private static let files = ["HEAD", "index", "packed-refs"]
  private static let locks = ["index.lock", "HEAD.lock", "packed-refs.lock", "config.lock"]

  private static func fill(_ upper: borrowing Descriptor, from lower: borrowing Descriptor) throws(Errno) {
    for name in files { try copy(Array(name.utf8), from: lower, to: upper) }
    for name in locks {
      // A character device 0/0 is how overlayfs says "there is nothing here".
      do throws(Errno) { try upper.makeNode(name, mode: 0o020000, device: 0) } catch {
        if error != .exists { throw error }
      }
    }
    try copyTree("refs", from: lower, to: upper, depth: 0)
    try upper.open("refs", [.readOnly, .directory, .noFollow]).setAttribute("user.overlay.opaque", [UInt8(ascii: "y")])
  }

  private static func copyTree(
    _ name: some PathText, from lower: borrowing Descriptor, to upper: borrowing Descriptor, depth: Int
  ) throws(Errno) {
    let source: Descriptor
    do throws(Errno) { source = try lower.open(name, [.readOnly, .directory, .noFollow]) } catch .noSuchFile {
      return
    } catch { throw error }
    guard depth < 32 else { return }
    do throws(Errno) { try upper.makeDirectory(name, mode: 0o755) } catch { if error != .exists { throw error } }
    let target = try upper.open(name, [.readOnly, .directory, .noFollow])
    for entry in try source.entries() {
      if entry.type == .directory {
        try copyTree(entry.name, from: source, to: target, depth: depth + 1)
      } else if !entry.name.suffix(5).elementsEqual(".lock".utf8) {
        try copy(entry.name, from: source, to: target)
      }
    }
  }

  private static func copy(_ name: [UInt8], from lower: borrowing Descriptor, to upper: borrowing Descriptor)
    throws(Errno)
  {
    let source: Descriptor
    do throws(Errno) { source = try lower.open(name, [.readOnly, .noFollow, .nonBlocking]) } catch {
      if error == .noSuchFile || error == .tooManyLinks { return }
      throw error
    }
    let status = try source.status()
    guard status.isRegular else { return }
    let target = try upper.open(name, [.writeOnly, .create, .exclusive, .noFollow], mode: status.mode & 0o777)
    try target.copyContents(of: source)
    // git compares files with the index's own time to find those that changed in the same moment.
    try target.setTimes(accessed: nil, modified: status.modified)
  }

  /// The directories above, with the modes that they have in the project: in the view they replace them.
  private static func makeDirectories(project: String, upper: String, relative: String) throws(Errno) {
    var sofar = ""
    for component in relative.split(separator: "/") {
      sofar += "/" + component
      let mode = try Descriptor.status(of: project + sofar, followingLinks: false).mode
      do throws(Errno) { try Descriptor.workingDirectory.makeDirectory(upper + sofar, mode: mode) } catch {
        if error == .exists { continue }
        throw error
      }
      try Descriptor.workingDirectory.setMode(of: upper + sofar, mode)
    }
  }
}
