internal import Glibc

extension Descriptor {
  /// Makes a directory and those above it; what exists already is left as it is.
  package static func makeDirectories(_ path: String, mode: UInt32 = 0o700) throws(Errno) {
    var sofar = path.hasPrefix("/") ? "" : "."
    for component in path.split(separator: "/") {
      sofar += "/" + component
      do throws(Errno) { try workingDirectory.makeDirectory(sofar, mode: mode) } catch {
        if error != .exists { throw error }
      }
    }
    if try status(of: path, followingLinks: true).type != .directory { throw .notDirectory }
  }

  /// Removes a name of this directory with everything below it. Symbolic links are removed, never followed; what is gone already is fine.
  ///
  /// - Parameter depth: how many levels may be nested before it is `ELOOP`.
  package borrowing func removeTree(_ name: some PathText, depth: Int = 512) throws(Errno) {
    do throws(Errno) {
      try unlink(name)
    } catch .noSuchFile {
      return
    } catch {
      guard error == .isDirectory || error == .notPermitted else { throw error }
      try emptyDirectory(name, depth: depth)
      try removeDirectory(name)
    }
  }

  private borrowing func emptyDirectory(_ name: some PathText, depth: Int) throws(Errno) {
    guard depth > 0 else { throw .tooManyLinks }
    let directory = try openForRemoval(name)
    for entry in try directory.entries() { try directory.removeTree(entry.name, depth: depth - 1) }
  }

  /// A directory without permissions is given some: overlayfs leaves `work/work` with mode 000.
  private borrowing func openForRemoval(_ name: some PathText) throws(Errno) -> Descriptor {
    do throws(Errno) { return try open(name, [.readOnly, .directory, .noFollow]) } catch {
      guard error == .accessDenied else { throw error }
      try setMode(of: name, 0o700)
      return try open(name, [.readOnly, .directory, .noFollow])
    }
  }
}
