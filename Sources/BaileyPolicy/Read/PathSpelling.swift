import BaileyCore

/// Why a text is not a path that a manifest may name.
package enum PathError: Error, Sendable, Equatable {
  case empty, tooLong, controlCharacter, parent, pattern, variable, otherHome

  package var why: String {
    switch self {
    case .empty: "it is empty"
    case .tooLong: "it is longer than 4095 bytes"
    case .controlCharacter: "it holds a NUL or another control character"
    case .parent: "it holds `..`"
    case .pattern: "it holds a wildcard, and a grant is for one path and what is below it"
    case .variable: "variables are not expanded"
    case .otherHome: "only your own home can be written with `~`"
    }
  }

  package var hint: String? {
    switch self {
    case .parent: "write the path as it is from `/`, `~/` or the project"
    case .pattern: "name the directory; patterns of files to hide go under `sensitive`"
    case .variable, .otherHome: "write `~/` for your home, or the whole path"
    default: nil
    }
  }
}

/// Paths as manifest and command line write them, made lexically normal.
///
/// No look at the disk: symbolic links are resolved where a path is used.
package enum PathSpelling {
  /// Absolute after `~/` has been expanded, or relative to the project; without `.`, `//` and a final slash.
  package static func normal(_ text: String, home: String) throws(PathError) -> String {
    if text.isEmpty { throw .empty }
    if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) { throw .controlCharacter }
    if text.contains("$") { throw .variable }
    if text.contains(where: { "*?[".contains($0) }) { throw .pattern }
    var path = text
    if text == "~" || text.utf8.starts(with: "~/".utf8) {
      path = home + String(Substring(text.utf8.dropFirst()))
    } else if text.utf8.first == UInt8(ascii: "~") {
      throw .otherHome
    }
    let components = ExactText(path).components.filter { $0 != ExactText(".") }
    if components.contains(ExactText("..")) { throw .parent }
    let joined = (ExactText(path).isAbsolute ? "/" : "") + components.map(\.text).joined(separator: "/")
    if joined.utf8.count > 4095 { throw .tooLong }
    return joined.isEmpty ? "." : joined
  }

  /// Whether `path` is `ancestor` or below it. Both lexically normal; `.` is the project itself.
  package static func isPath(_ path: String, within ancestor: String) -> Bool {
    ancestor == "." ? !ExactText(path).isAbsolute : ExactText(path).isPath(within: ExactText(ancestor))
  }
}
