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
        125, Fault("directory-not-utf8", subject: printable(bytes), why: "the working directory's name is not UTF-8"))
    }
    return path
  }

  /// Variables that could cross the local API: no function definitions of shells with NUL, no empty names.
  static func environment() -> [String: String] {
    CurrentProcess.environment.filter { !$0.key.isEmpty }
  }

  /// An absolute, lexically normal path.
  static func absolute(_ path: String, from directory: String) -> String {
    String(decoding: absolute(Array(path.utf8), from: Array(directory.utf8)), as: UTF8.self)
  }

  static func absolute(_ path: [UInt8], from directory: [UInt8]) -> [UInt8] {
    let slash = UInt8(ascii: "/")
    let whole = path.first == slash ? path : directory + [slash] + path
    var parts: [ArraySlice<UInt8>] = []
    for part in whole.split(separator: slash) where part != [0x2E] {
      if part == [0x2E, 0x2E] { _ = parts.popLast() } else { parts.append(part) }
    }
    return [slash] + Array(parts.joined(separator: [slash]))
  }

  /// The bytes behind a word of the command line: Swift repairs what is not UTF-8, and a repaired name would be another one.
  ///
  /// - Parameter arguments: as the kernel keeps them.
  static func bytes(of word: String, arguments: [[UInt8]] = commandLine()) throws(Failure) -> [UInt8] {
    guard word.unicodeScalars.contains("\u{FFFD}") else { return Array(word.utf8) }
    let option = Array("--path=".utf8)
    let given = arguments.flatMap { $0.starts(with: option) ? [$0, Array($0.dropFirst(option.count))] : [$0] }
    let meant = Set(given.filter { String(decoding: $0, as: UTF8.self) == word })
    if let only = meant.first, meant.count == 1 { return only }
    throw Failure(2, .usage("an argument that is not UTF-8 could be several: \(printable(word))"))
  }

  static func commandLine() -> [[UInt8]] {
    guard let file = try? Descriptor.open("/proc/self/cmdline"), let bytes = try? file.readAll(limit: 8 << 20) else {
      return []
    }
    return bytes.split(separator: 0).map(Array.init)
  }

  /// Swift repairs arguments that are not UTF-8; a repaired one would name something else.
  static func checkWords(_ words: [String]) throws(Failure) {
    for word in words where word.unicodeScalars.contains("\u{FFFD}") {
      throw Failure(2, .usage("an argument is not UTF-8: \(printable(word))"))
    }
  }
}
