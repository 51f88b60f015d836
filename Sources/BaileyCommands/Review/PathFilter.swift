import BaileyCore

/// The paths that a command names, relative to the project.
struct PathFilter {
  /// `nil` is everything.
  let paths: [[UInt8]]?

  /// - Parameter directory: the caller's, which relative paths begin from.
  init(_ words: [String], directory: String, project: String) throws(Failure) {
    if words.isEmpty {
      paths = nil
      return
    }
    var result: [[UInt8]] = []
    for word in words {
      let path = Surroundings.absolute(try Surroundings.bytes(of: word), from: Array(directory.utf8))
      if path == Array(project.utf8) {
        paths = nil
        return
      }
      guard path.starts(with: Array((project + "/").utf8)) else {
        throw Failure(2, Fault("path-outside-project", subject: word, why: "it is not in the project \(project)"))
      }
      result.append(Array(path.dropFirst(project.utf8.count + 1)))
    }
    paths = result
  }

  /// A path matches itself and everything below it.
  func matches(_ path: [UInt8]) -> Bool {
    guard let paths else { return true }
    return paths.contains { path == $0 || path.starts(with: $0 + [UInt8(ascii: "/")]) }
  }
}
