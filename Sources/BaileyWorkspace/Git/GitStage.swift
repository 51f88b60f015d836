package import BaileyCore
internal import BaileyLinux

/// A host directory, and how a session sees what is below it.
package struct StagedRoot: Sendable {
  package var path: String
  package var view: any StagedView

  /// - Parameter path: absolute and real, without a trailing slash.
  package init(path: String, view: any StagedView) {
    self.path = path
    self.view = view
  }
}

/// Takes the commits and refs of a session over into the person's repositories: objects after a check, refs by compare-and-swap.
///
/// git never runs in a directory that the session could write, and never with its configuration: refs are read by `RefTable`, objects
/// are copied as data into a quarantine of ours, packed there, and indexed anew by `git index-pack --strict` on their way in.
package struct GitStage: Sendable {
  let project: String
  let session: SessionID
  let roots: [StagedRoot]
  let baseline: GitBaseline
  /// A private directory on the session's side for quarantines.
  let scratch: String
  let binary: String?

  /// - Parameters:
  ///   - project: the host's side of the workspace: absolute, real.
  ///   - roots: the project's view, and those of git directories that lie elsewhere (linked worktrees).
  ///   - scratch: an existing private directory.
  ///   - binary: git; `nil` looks where distributions put it.
  package init(
    project: String, roots: [StagedRoot], baseline: GitBaseline, session: SessionID, scratch: String,
    binary: String? = nil
  ) {
    self.project = project
    self.session = session
    // The deepest root that holds a path is the one that shows it.
    self.roots = roots.sorted { $0.path.utf8.count > $1.path.utf8.count }
    self.baseline = baseline
    self.scratch = scratch
    self.binary = binary ?? GitCommand.find()
  }

  /// The refs that the session moved, made or deleted, in the order of repository and name. Runs no git.
  ///
  /// `old` is the value at the start. `HEAD` appears where it points to another branch, as `ref: refs/heads/NAME`, or to another object.
  package func changes() throws(Fault) -> [RefChange] {
    var result: [RefChange] = []
    for path in try repositories() { result += try changes(in: path) }
    return result
  }

  private func changes(in path: [UInt8]) throws(Fault) -> [RefChange] {
    let base = baseline.repositories[path]
    guard let staged = try stagedTable(path, base?.location) else { return [] }
    let now = try base.map { known throws(Fault) in try known.location.refs() } ?? RefTable()
    let start = base?.table ?? RefTable()
    let group = baseline.sharing(path)
    let holders = try group.count > 1 ? holders(group) : [:]
    let isFirst = group.first == path
    var result: [RefChange] = []
    for name in Set(start.refs.keys).union(staged.refs.keys).sorted() {
      guard holders[name].map({ $0 == path }) ?? isFirst else { continue }
      guard let ref = RefName(name.utf8), !ref.isIgnored, !staged.isUnknown(name), !start.isUnknown(name) else {
        continue
      }
      if let change = Self.change(path, ref, start.refs[name], staged.refs[name], now.refs[name]) {
        result.append(change)
      }
    }
    if staged.head != start.head, staged.head != now.head, let head = staged.head,
      base != nil || staged.resolve(head) != nil
    {
      let conflict = now.head == start.head ? nil : "HEAD was moved in the project meanwhile"
      result.append(
        RefChange(repository: path, name: "HEAD", old: start.head?.text, new: head.text, conflict: conflict))
    }
    for (name, why) in staged.refused.sorted(by: { $0.key < $1.key }) where isFirst && start.refused[name] == nil {
      result.append(
        RefChange(repository: path, name: printable(name), old: nil, new: nil, conflict: "not taken over: it \(why)"))
    }
    return result
  }

  /// Which of the working trees that share their refs speaks for a branch: the one that has it checked out, as its index must follow.
  private func holders(_ group: [[UInt8]]) throws(Fault) -> [String: [UInt8]] {
    var holders: [String: [UInt8]] = [:]
    for path in group.reversed() {
      let start = baseline.repositories[path]
      for case .symbolic(let name) in [start?.table.head, try stagedTable(path, start?.location)?.head] {
        holders[name] = path
      }
    }
    return holders
  }

  private static func change(
    _ path: [UInt8], _ name: RefName, _ start: RefValue?, _ staged: RefValue?, _ now: RefValue?
  ) -> RefChange? {
    if staged == start || staged == now { return nil }
    var change = RefChange(repository: path, name: name.text, old: start?.text, new: staged?.text)
    if case .symbolic = staged { change.conflict = "not taken over: it is a symbolic ref" }
    if case .symbolic = now { change.conflict = "it is a symbolic ref in the project" }
    if now != start { change.conflict = "moved in the project meanwhile" }
    if !name.isMovable {
      if staged == nil { return nil }
      change.conflict = change.conflict ?? "claims what only a fetch can say"
    }
    return change
  }
}

extension GitStage {
  /// Relative paths of the repositories of the start and of those that the session made, in order.
  private func repositories() throws(Fault) -> [[UInt8]] {
    var found = Set(baseline.repositories.keys)
    guard let root = roots.first(where: { $0.path == project }) else {
      return found.sorted { $0.lexicographicallyPrecedes($1) }
    }
    var queue: [[UInt8]] = [[]]
    var visited = 0
    do throws(Errno) {
      while let directory = queue.popLast() {
        visited += 1
        if visited > 500_000 { throw .overflow }
        for name in try root.view.stagedDirectories(directory) {
          if name == Array(".git".utf8) {
            found.insert(directory)
          } else {
            let child = join(directory, name)
            // What is nested deeper cannot be opened by its path, nor applied: OverlayScan reports it.
            if child.count <= OverlayScan.maximumPath { queue.append(child) }
          }
        }
      }
    } catch {
      throw Fault("git-refs-unreadable", subject: project, why: "cannot search for new repositories: \(error)")
    }
    return found.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The refs as the session sees them; `nil` where it sees no repository, or one that no view shows.
  func stagedTable(_ path: [UInt8], _ location: GitLocation?) throws(Fault) -> RefTable? {
    guard let (view, common, own) = place(path, location) else { return nil }
    let head: [UInt8]?
    do throws(Errno) { head = try view.read(join(own, "HEAD"), limit: 4096) } catch {
      throw Fault(
        "git-refs-unreadable", subject: String(decoding: path, as: UTF8.self), why: "cannot read HEAD: \(error)")
    }
    return head == nil ? nil : try RefTable(view, common: common, own: own)
  }

  /// The view that shows a repository's state, and where in it.
  func place(_ path: [UInt8], _ location: GitLocation?) -> (view: any StagedView, common: [UInt8], own: [UInt8])? {
    guard let location else {
      guard let root = roots.first(where: { $0.path == project }) else { return nil }
      let directory = join(path, ".git")
      return (root.view, directory, directory)
    }
    for root in roots {
      if let common = Self.relative(location.commonDirectory, root.path),
        let own = Self.relative(location.gitDirectory, root.path)
      {
        return (root.view, common, own)
      }
    }
    return nil
  }

  private static func relative(_ path: String, _ root: String) -> [UInt8]? {
    ExactText(path) == ExactText(root) ? [] : ExactText(path).relative(below: ExactText(root))
  }
}
