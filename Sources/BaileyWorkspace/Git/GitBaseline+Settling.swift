internal import BaileyCore

extension GitBaseline {
  /// Those of the planned moves that the project's refs show now: what a dead controller had done of them.
  ///
  /// A repository that cannot be read shows none.
  func happened(_ planned: [RefChange], project: String) -> [RefChange] {
    var tables: [[UInt8]: RefTable] = [:]
    return planned.filter { change in
      let table = tables[change.repository] ?? table(of: change.repository, project: project)
      tables[change.repository] = table
      guard let table else { return false }
      let now = change.name == "HEAD" ? table.head : table.refs[change.name]
      return now?.text == change.new
    }
  }

  private func table(of path: [UInt8], project: String) -> RefTable? {
    let text = String(decoding: path, as: UTF8.self)
    let location =
      repositories[path]?.location ?? GitLocation.at(topLevel: path.isEmpty ? project : project + "/" + text)
    return location.flatMap { location in try? location.refs() }
  }
}
