package import BaileyCore
internal import BaileyLinux

extension GitStage {
  /// Imports the objects of these changes and moves the refs.
  ///
  /// Call it after the files were applied: where the branch that is checked out moves, the index follows it. A ref that was moved
  /// meanwhile, or is not a session's to move, is put at `refs/bailey/SESSION/…` instead; so is everything if `move` is false.
  ///
  /// - Returns: what was done, a change for each ref that now differs, with the name it was put under; a conflict where something was
  ///   left to the person. A change named `index` says that the index could not follow.
  /// Errors: `git-not-found`, `git-quarantine-failed`, `git-failed`.
  package func apply(_ changes: [RefChange], move: Bool) throws(Fault) -> [RefChange] {
    if changes.isEmpty { return [] }
    guard let binary else {
      throw Fault(
        "git-not-found", why: "git is needed to take commits over", hint: "install git, or apply the files alone")
    }
    var result: [RefChange] = []
    let groups = Dictionary(grouping: changes, by: \.repository)
    for (path, changes) in groups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      result += try apply(changes, in: path, move: move, binary)
    }
    return result
  }

  private func apply(_ changes: [RefChange], in path: [UInt8], move: Bool, _ binary: String) throws(Fault)
    -> [RefChange]
  {
    guard let place = place(path, baseline.repositories[path]?.location) else { return [] }
    let digits = changes.lazy.compactMap { $0.new ?? $0.old }.first { !$0.hasPrefix("ref:") }?.utf8.count ?? 40
    let location: GitLocation
    if let known = baseline.repositories[path]?.location {
      location = known
    } else if let fresh = GitFresh.create(project: project, path: path, digits: digits) {
      location = fresh
    } else {
      return changes.map { Self.left($0, "its directory is not in the project, or has a repository already") }
    }
    let quarantine = try GitQuarantine(
      scratch: scratch, binary: binary, target: location.commonDirectory + "/objects", digits: digits)
    defer { quarantine.remove() }
    try quarantine.copy(from: place.view, objects: join(place.common, "objects"))
    var mover = GitMover(location: location, path: path, session: session, quarantine: quarantine)
    return try mover.run(changes, move: move)
  }

  static func left(_ change: RefChange, _ why: String) -> RefChange {
    var change = change
    change.conflict = change.conflict ?? why
    return change
  }

  /// Moves refs that an apply moved back to where they were, if they are still where the apply put them.
  ///
  /// - Parameter changes: what `apply` returned.
  /// - Returns: the same changes turned round; a conflict where the ref was moved since.
  package func undo(_ changes: [RefChange]) throws(Fault) -> [RefChange] {
    if changes.isEmpty { return [] }
    guard let binary else { throw Fault("git-not-found", why: "git is needed to move refs back", hint: "install git") }
    var result: [RefChange] = []
    let groups = Dictionary(grouping: changes.filter { $0.new != nil || $0.old != nil }, by: \.repository)
    for (path, changes) in groups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let text = String(decoding: path, as: UTF8.self)
      guard
        let location = baseline.repositories[path]?.location
          ?? GitLocation.at(topLevel: path.isEmpty ? project : project + "/" + text)
      else { continue }
      let digits = changes.lazy.compactMap { $0.new ?? $0.old }.first { !$0.hasPrefix("ref:") }?.utf8.count ?? 40
      let quarantine = try GitQuarantine(
        scratch: scratch, binary: binary, target: location.commonDirectory + "/objects", digits: digits)
      defer { quarantine.remove() }
      var mover = GitMover(location: location, path: path, session: session, quarantine: quarantine)
      result += try mover.revert(changes)
    }
    return result
  }
}
