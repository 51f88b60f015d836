package import BaileyCore
internal import BaileyLinux

/// The refs of a project's repositories when a session began: what "changed by the session" and "moved meanwhile" are measured against.
package struct GitBaseline: Sendable, Equatable {
  struct Repository: Sendable, Equatable {
    var location: GitLocation
    var table: RefTable
  }

  /// By path relative to the project; empty for the project itself.
  var repositories: [[UInt8]: Repository] = [:]

  /// Reads the refs of the repositories on the host's side. Runs no git; a few small files for each.
  ///
  /// - Parameter directories: relative directories that hold a `.git`, as `SensitiveFiles.scan` finds them. The one above the project
  ///   is not among them: start the workspace at `GitLocation.find(for:).topLevel`.
  package static func capture(project: String, directories: [[UInt8]]) throws(Fault) -> GitBaseline {
    var baseline = GitBaseline()
    for directory in directories {
      guard let relative = String(validating: directory, as: UTF8.self),
        let location = GitLocation.at(topLevel: relative.isEmpty ? project : project + "/" + relative)
      else { continue }
      baseline.repositories[directory] = Repository(location: location, table: try location.refs())
    }
    return baseline
  }

  /// Takes what an apply or undo moved as the new start, so that it is not taken for somebody else's move.
  ///
  /// - Parameter changes: what `GitStage.apply` or `undo` returned; whatever was left to the person is passed over.
  package mutating func accept(_ changes: [RefChange], project: String) {
    for change in changes
    where change.conflict == nil && change.name != "index" && !change.name.hasPrefix("refs/bailey/") {
      let path = change.repository
      if repositories[path] == nil {
        guard let text = String(validating: path, as: UTF8.self),
          let location = GitLocation.at(topLevel: text.isEmpty ? project : project + "/" + text)
        else { continue }
        repositories[path] = Repository(location: location, table: RefTable())
      }
      let value = change.new.flatMap { RefValue(Array($0.utf8)) }
      if change.name == "HEAD" {
        repositories[path]?.table.head = value
      } else {
        for path in sharing(path) { repositories[path]?.table.refs[change.name] = value }
      }
    }
  }

  /// This repository and the working trees that share its refs, in order.
  func sharing(_ path: [UInt8]) -> [[UInt8]] {
    guard let common = repositories[path].map({ ExactText($0.location.commonDirectory) }) else { return [path] }
    return repositories.filter { ExactText($0.value.location.commonDirectory) == common }.keys
      .sorted { $0.lexicographicallyPrecedes($1) }
  }

  package var json: JSON {
    .array(
      repositories.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { path, repository in
        [
          "path": .array(path.map { .int(Int64($0)) }), "top": .string(repository.location.topLevel),
          "git": .string(repository.location.gitDirectory), "common": .string(repository.location.commonDirectory),
          "head": repository.table.head.map { .string($0.text) } ?? .null,
          "refs": .object(repository.table.refs.mapValues { .string($0.text) }),
          "unknown": .array(repository.table.refused.keys.sorted().map(JSON.string)),
        ]
      })
  }

  /// Reads what `json` wrote. `nil` for anything else.
  package init?(json: JSON) {
    guard let list = json.array else { return nil }
    for entry in list {
      guard let path = entry["path"]?.array?.compactMap({ $0.int.flatMap(UInt8.init(exactly:)) }),
        let top = entry["top"]?.string, let git = entry["git"]?.string, let common = entry["common"]?.string,
        let refs = entry["refs"]?.object, let unknown = entry["unknown"]?.array
      else { return nil }
      var table = RefTable()
      for (name, value) in refs {
        guard let text = value.string, let value = RefValue(Array(text.utf8)) else { return nil }
        table.refs[name] = value
      }
      table.head = entry["head"]?.string.flatMap { RefValue(Array($0.utf8)) }
      for name in unknown { table.refused[name.string ?? ""] = "was unreadable at the start" }
      repositories[path] = Repository(
        location: GitLocation(topLevel: top, gitDirectory: git, commonDirectory: common), table: table)
    }
  }

  init() {}
}

extension GitLocation {
  /// The refs as they are on the host now.
  func refs() throws(Fault) -> RefTable {
    let view = try HostView.open(commonDirectory)
    if gitDirectory == commonDirectory { return try RefTable(view, common: [], own: []) }
    var table = try RefTable(view, common: [], own: [])
    let own = try HostView.open(gitDirectory)
    table.head = (try? own.read(Array("HEAD".utf8), limit: 4096)).flatMap { $0 }.flatMap(RefValue.init)
    return table
  }
}

/// A plain directory of the host as a view.
enum HostView {
  static func open(_ path: String) throws(Fault) -> LayeredView {
    do throws(Errno) { return try LayeredView(upper: path, lower: nil) } catch {
      throw Fault("git-refs-unreadable", subject: path, why: "cannot open the directory: \(error)")
    }
  }
}
