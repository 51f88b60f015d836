package import BaileyCore
internal import BaileyLinux

/// Gives a session git directories of its own, with the person's object stores to read from.
///
/// A git directory below an overlay is not one that git can work in while the person's git works in the lower one: overlayfs remembers
/// names such as `index.lock`. So the session gets an opaque copy of what moves, made before it starts. Of repositories whose git directory
/// lies outside the project, linked worktrees and submodules, it sees such a copy in the place of the person's.
package struct GitSnapshot {
  let project: String
  /// The overlay's upper layer, not mounted yet; `nil` where the session has another kind of workspace.
  let upper: String?
  /// Where those outside the project go: see `OwnGit`.
  let outside: String
  let patterns: [Glob]
  package private(set) var own = OwnGit()
  package private(set) var mounts: [WorkspaceMount] = []
  /// Common directories that could not be had, with the reason.
  package private(set) var leftOut: [String] = []

  /// Each costs two mounts.
  static let maximum = 250

  package init(project: String, upper: String?, outside: String, patterns: [Glob] = []) {
    self.project = project
    self.upper = upper
    self.outside = outside
    self.patterns = patterns
  }

  /// Errors: `git-snapshot-failed`.
  package mutating func write(_ baseline: GitBaseline) throws(Fault) {
    let groups = Dictionary(grouping: baseline.repositories.values.map(\.location)) { Array($0.commonDirectory.utf8) }
    for (number, key) in groups.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }).enumerated() {
      let common = String(decoding: key, as: UTF8.self)
      let isInside = ExactText(common).relative(below: ExactText(project)) != nil
      if isInside && upper == nil { continue }
      guard number < Self.maximum, let lower = directory(common, isInside: isInside) else {
        leftOut.append(common)
        continue
      }
      do throws(Errno) {
        try make(common, groups[key] ?? [], from: lower, objects: "/run/bailey/git/\(number)")
      } catch {
        throw Fault(
          "git-snapshot-failed", subject: common, why: "cannot set the repository's index and refs aside: \(error)")
      }
    }
  }

  /// `nil` for one that the sandbox could not show: a link in the place of the object store, or another file system mounted in the project.
  private func directory(_ common: String, isInside: Bool) -> Descriptor? {
    guard let directory = try? Descriptor.open(common, [.readOnly, .directory]),
      let objects = try? directory.open("objects", [.path, .directory, .noFollow]),
      let mount = try? objects.status().mount
    else { return nil }
    if isInside, (try? Descriptor.open(project, [.path, .directory]).status().mount) != mount { return nil }
    return directory
  }

  private mutating func make(
    _ common: String, _ locations: [GitLocation], from lower: borrowing Descriptor, objects: String
  ) throws(Errno) {
    let relative = ExactText(common).relative(below: ExactText(project))
    let target = if let relative { try inUpper(relative) } else { try beside(common) }
    var copy = GitDirectoryCopy(patterns: SensitivePatterns(patterns))
    try copy.run(from: lower, to: target)
    for location in locations where location.isLinkedWorktree { try worktree(location, in: target, &copy) }
    try link(target, to: objects, of: common, &copy)
    guard let relative else { return }
    own.inProject.append(relative)
    for (path, stamp) in copy.settings { own.placed[join(relative, path)] = stamp }
    own.withheld.formUnion(copy.withheld.map { join(relative, $0) })
  }

  private func worktree(
    _ location: GitLocation, in target: borrowing Descriptor, _ copy: inout GitDirectoryCopy
  ) throws(Errno) {
    guard let path = ExactText(location.gitDirectory).relative(below: ExactText(location.commonDirectory)) else {
      return
    }
    for step in [Tree.split(path).parent, path] {
      do throws(Errno) { try target.makeDirectory(step, mode: 0o755) } catch { if error != .exists { throw error } }
    }
    try copy.run(
      from: Descriptor.open(location.gitDirectory, [.readOnly, .directory]),
      to: target.open(path, [.readOnly, .directory, .noFollow]), prefix: path)
  }

  /// An empty object store of the session's, and the person's to read from (gitrepository-layout(5), `alternates`).
  private mutating func link(
    _ target: borrowing Descriptor, to place: String, of common: String, _ copy: inout GitDirectoryCopy
  ) throws(Errno) {
    for name in ["objects", "objects/info", "objects/pack"] { try target.makeDirectory(name, mode: 0o755) }
    do throws(Errno) { try target.makeDirectory("refs", mode: 0o755) } catch { if error != .exists { throw error } }
    let alternates = Array("objects/info/alternates".utf8)
    let file = try target.open(alternates, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o644)
    try file.writeAll(place + "/objects\n")
    copy.note(alternates, Stamp(try file.status()))
    mounts.append(WorkspaceMount(path: place + "/objects", source: common + "/objects", isWritable: false))
    // git-lfs looks beside an alternate for its files. A link on the way, which may lead anywhere, is not followed.
    let files = common + "/lfs/objects"
    if let directory = try? Tree(common).directory(Array("lfs/objects".utf8)), (try? directory.status()) != nil {
      mounts.append(WorkspaceMount(path: place + "/lfs/objects", source: files, isWritable: false))
    }
  }

  /// Remembers a setting from which something was taken, or to which something was added.
  mutating func note(_ path: [UInt8], _ stamp: Stamp) {
    own.placed[path] = stamp
    own.withheld.insert(path)
  }

  private mutating func beside(_ common: String) throws(Errno) -> Descriptor {
    let path = "\(outside)/\(own.outside.count)"
    try Descriptor.makeDirectories(path)
    try Descriptor.workingDirectory.setMode(of: path, 0o755)
    own.outside.append(common)
    mounts.append(WorkspaceMount(path: common, source: path, isWritable: true))
    return try Descriptor.open(path, [.readOnly, .directory])
  }

  /// The directory in the upper layer, which hides the lower one of its name.
  ///
  /// Those above have the modes that they have in the project: in the view they replace them.
  private func inUpper(_ path: [UInt8]) throws(Errno) -> Descriptor {
    let project = try Tree(project)
    let upper = try Descriptor.open(upper ?? "", [.readOnly, .directory])
    var sofar: [UInt8] = []
    for component in path.split(separator: UInt8(ascii: "/")) {
      sofar = join(sofar, Array(component))
      let mode = try project.status(sofar)?.mode ?? 0o755
      do throws(Errno) { try upper.makeDirectory(sofar, mode: mode) } catch .exists { continue } catch { throw error }
      try upper.setMode(of: sofar, mode | 0o700)
    }
    let directory = try upper.open(path, [.readOnly, .directory, .noFollow])
    if !own.covers(path) { try directory.setAttribute("user.overlay.opaque", [UInt8(ascii: "y")]) }
    return directory
  }
}
