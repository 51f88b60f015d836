import BaileyCore
import BaileyLinux

/// What the caller is: where, and with which variables.
enum Surroundings {
  static func workingDirectory() throws(Failure) -> String {
    let bytes: [UInt8]
    do { bytes = try CurrentProcess.workingDirectory() } catch {
      throw Failure(125, Fault("directory-unusable", why: error.message))
    }
    guard let path = String(validating: bytes, as: UTF8.self) else {
      throw Failure(
        125, Fault("directory-not-utf8", subject: shown(bytes), why: "the working directory's name is not UTF-8"))
    }
    return path
  }

  /// Variables that could cross the local API: no function definitions of shells with NUL, no empty names.
  static func environment() -> [String: String] {
    CurrentProcess.environment.filter { !$0.key.isEmpty }
  }

  /// An absolute, lexically normal path.
  static func absolute(_ path: String, from directory: String) -> String {
    let whole = path.hasPrefix("/") ? path : directory + "/" + path
    var parts: [Substring] = []
    for part in whole.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// Swift repairs arguments that are not UTF-8; a repaired one would name something else.
  static func checkWords(_ words: [String]) throws(Failure) {
    for word in words where word.unicodeScalars.contains("\u{FFFD}") {
      throw Failure(2, .usage("an argument is not UTF-8: \(printable(word))"))
    }
  }
}
