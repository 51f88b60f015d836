/// Paths compared as the kernel compares them, by bytes.
///
/// To Swift's strings two spellings of an accented name are equal, and a slash before a combining accent is no slash.
enum BytePath {
  static let slash = UInt8(ascii: "/")

  static func isSame(_ path: String, _ other: String) -> Bool { path.utf8.elementsEqual(other.utf8) }

  static func isAbsolute(_ path: String) -> Bool { path.utf8.first == slash }

  /// What follows the directory in a path below it; `nil` for every other path.
  static func relative(_ path: String, below directory: String) -> [UInt8]? {
    let prefix = directory == "/" ? "/" : directory + "/"
    return path.utf8.starts(with: prefix.utf8) ? Array(path.utf8.dropFirst(prefix.utf8.count)) : nil
  }

  /// The directory above an absolute path; of the root the root.
  static func parent(_ path: String) -> String {
    guard let index = path.utf8.lastIndex(of: slash), index != path.startIndex else { return "/" }
    return String(path[..<index])
  }
}
