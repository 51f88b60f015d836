/// Lexical operations on absolute, normal paths: no disk, no links.
enum InsidePath {
  /// Whether the path is absolute, normal (no `.`, `..`, empty component, trailing slash) and free of NUL.
  static func isNormal(_ path: String) -> Bool {
    guard path.hasPrefix("/"), path.utf8.count < 4096, !path.utf8.contains(0) else { return false }
    if path == "/" { return true }
    return path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && $0 != "." && $0 != ".."
    }
  }

  /// Whether `path` is `directory` or lies below it.
  static func contains(_ directory: String, _ path: String) -> Bool {
    directory == "/" || path == directory || path.hasPrefix(directory + "/")
  }

  static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  /// From the outermost below `/` to the path itself.
  static func chain(_ path: String) -> [String] {
    var result: [String] = []
    var current = ""
    for component in path.split(separator: "/") {
      current += "/" + component
      result.append(current)
    }
    return result
  }

  static func join(_ directory: String, _ path: String) -> String {
    directory == "/" ? path : path == "/" ? directory : directory + path
  }

  /// `path` with `.` and `..` taken away by spelling; relative ones start at `directory`.
  static func resolve(_ path: String, in directory: String) -> String {
    var components = path.hasPrefix("/") ? [] : directory.split(separator: "/")
    for component in path.split(separator: "/") where component != "." {
      if component == ".." { _ = components.popLast() } else { components.append(component) }
    }
    return "/" + components.joined(separator: "/")
  }
}
