package import BaileyCore
package import BaileyLinux

/// The git directories that a session has of its own instead of the person's, as they were made at its start.
///
/// docs/decisions/0205-git-directories.md says why.
package struct OwnGit: Sendable, Equatable {
  /// Relative to the project: they lie in the upper layer, at the same place.
  var inProject: [[UInt8]] = []
  /// Common directories outside the project: the n-th lies in the directory `n` of `SessionFiles.git`.
  var outside: [String] = []
  /// Settings and hooks as the session found them, in those of the project: what is still so is no change of the session's.
  var placed: [[UInt8]: Stamp] = [:]
  /// Those of `placed` from which credentials were taken: a change of them cannot go back over the person's.
  var withheld: Set<[UInt8]> = []

  package init() {}

  /// Whether a path of the project lies in one of them.
  func covers(_ path: [UInt8]) -> Bool {
    inProject.contains { path == $0 || ApplyPlan.isBelow(path, $0) }
  }

  /// Those outside the project as a session sees them.
  package func roots(below directory: String) throws(Errno) -> [StagedRoot] {
    var roots: [StagedRoot] = []
    for (number, path) in outside.enumerated() {
      roots.append(StagedRoot(path: path, view: try LayeredView(upper: "\(directory)/\(number)", lower: nil)))
    }
    return roots
  }

  package var json: JSON {
    let placed = placed.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    return [
      "in_project": .array(inProject.map(JSON.init(bytes:))), "outside": .array(outside.map(JSON.string)),
      "placed": .array(placed.map { [JSON(bytes: $0.key), $0.value.json, .bool(withheld.contains($0.key))] }),
    ]
  }

  /// Reads what `json` wrote. `nil` for anything else.
  package init?(json: JSON) {
    guard let inProject = json["in_project"]?.array, let outside = json["outside"]?.array,
      let placed = json["placed"]?.array
    else { return nil }
    self.inProject = inProject.compactMap(\.bytes)
    self.outside = outside.compactMap(\.string)
    guard self.inProject.count == inProject.count, self.outside.count == outside.count else { return nil }
    for item in placed {
      guard let parts = item.array, parts.count == 3, let path = parts[0].bytes, let stamp = Stamp(json: parts[1]),
        let isWithheld = parts[2].bool
      else { return nil }
      self.placed[path] = stamp
      if isWithheld { withheld.insert(path) }
    }
  }
}
