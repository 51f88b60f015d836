internal import Glibc

extension Descriptor {
  /// Makes a directory and those above it; what exists already is left as it is.
  package static func makeDirectories(_ path: String, mode: UInt32 = 0o700) throws(Errno) {
    let slash = UInt8(ascii: "/")
    var sofar = path.utf8.first == slash ? "" : "."
    for component in path.utf8.split(separator: slash) {
      sofar += "/" + String(Substring(component))
      do throws(Errno) { try workingDirectory.makeDirectory(sofar, mode: mode) } catch {
        if error != .exists { throw error }
      }
    }
    if try status(of: path, followingLinks: true).type != .directory { throw .notDirectory }
  }

  /// Removes a name of this directory with everything below it, however deep. Symbolic links are removed, never followed; what is gone
  /// already is fine.
  package borrowing func removeTree(_ name: some PathText) throws(Errno) {
    var deep: [String] = []
    try remove(name, depth: Self.openLevels, top: self, &deep)
    while let next = deep.popLast() { try remove(next, depth: Self.openLevels, top: self, &deep) }
  }

  /// Each level holds a descriptor; what is deeper is first moved up to the top.
  private static let openLevels = 128

  private borrowing func remove(
    _ name: some PathText, depth: Int, top: borrowing Descriptor, _ deep: inout [String]
  ) throws(Errno) {
    do throws(Errno) {
      try unlink(name)
    } catch .noSuchFile {
      return
    } catch {
      guard error == .isDirectory || error == .notPermitted else { throw error }
      if depth == 0 { return deep.append(try moveUp(name, to: top)) }
      let directory = try openForRemoval(name)
      for entry in try directory.entries() { try directory.remove(entry.name, depth: depth - 1, top: top, &deep) }
      try removeDirectory(name)
    }
  }

  private borrowing func moveUp(_ name: some PathText, to top: borrowing Descriptor) throws(Errno) -> String {
    let moved = ".bailey-removed-\(UInt64.random(in: 0 ... .max))"
    // A directory that changes its parent must be writable itself.
    _ = try openForRemoval(name)
    try rename(name, to: top, moved, .keepExisting)
    return moved
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
