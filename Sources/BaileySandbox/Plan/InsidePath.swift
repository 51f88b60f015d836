import BaileyCore

/// Lexical operations on absolute, normal paths: no disk, no links.
///
/// Byte by byte, as the kernel does: to Swift's characters a slash before a combining mark is no slash, and two spellings of é are equal.
enum InsidePath {
  /// Whether the path is absolute, normal (no `.`, `..`, empty component, trailing slash) and free of NUL.
  static func isNormal(_ path: String) -> Bool {
    guard path.utf8.first == slash, path.utf8.count < 4096, !path.utf8.contains(0) else { return false }
    if path == "/" { return true }
    return path.utf8.dropFirst().split(separator: slash, omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && !$0.elementsEqual([dot]) && !$0.elementsEqual([dot, dot])
    }
  }

  /// Whether `path` is `directory` or lies below it.
  static func contains(_ directory: String, _ path: String) -> Bool {
    ExactText(path).isPath(within: ExactText(directory))
  }

  static func parent(_ path: String) -> String { ExactText(path).parent.text }

  /// From the outermost below `/` to the path itself.
  static func chain(_ path: String) -> [String] {
    var result: [String] = []
    var current = ""
    for component in path.utf8.split(separator: slash) {
      current += "/" + String(Substring(component))
      result.append(current)
    }
    return result
  }

  /// What lies behind the first `count` bytes.
  static func suffix(_ path: String, after count: Int) -> String {
    String(decoding: path.utf8.dropFirst(count), as: UTF8.self)
  }

  private static let slash = UInt8(ascii: "/")
  private static let dot = UInt8(ascii: ".")

  static func join(_ directory: String, _ path: String) -> String {
    directory == "/" ? path : path == "/" ? directory : directory + path
  }

  /// `path` with `.` and `..` taken away by spelling; relative ones start at `directory`.
  static func resolve(_ path: String, in directory: String) -> String {
    var components = path.utf8.first == slash ? [] : directory.utf8.split(separator: slash)
    for component in path.utf8.split(separator: slash) where !component.elementsEqual([dot]) {
      if component.elementsEqual([dot, dot]) { _ = components.popLast() } else { components.append(component) }
    }
    return "/" + components.map { String(Substring($0)) }.joined(separator: "/")
  }
}
