import Glibc

// SAFETY: C strings and buffers live for the call that reads them; directory streams are closed by the scope that opened them.

/// The checked-out tree, as the fitness tests read it.
enum Repository {
  /// This file is `ROOT/Tests/FitnessTests/Repository.swift`.
  static let root: String = {
    let here = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return here.dropLast(3).joined(separator: "/")
  }()

  struct Unreadable: Error { let path: String }

  static func text(_ path: String) throws -> String {
    String(decoding: try bytes(at: root + "/" + path), as: UTF8.self)
  }

  /// A program that was built with these tests: it lies beside the test bundle.
  static func builtProgram(_ name: String) throws -> [UInt8] {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { throw Unreadable(path: "/proc/self/exe") }
    let own = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let folder = own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    return try bytes(at: folder + "/" + name)
  }

  private static func bytes(at path: String) throws -> [UInt8] {
    guard let stream = unsafe fopen(path, "r") else { throw Unreadable(path: path) }
    defer { unsafe fclose(stream) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = unsafe fread(&buffer, 1, buffer.count, stream)
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return bytes
  }

  /// Paths below a folder, relative to the root, whose name ends so.
  static func files(below folder: String, ending: String) throws -> [String] {
    guard let directory = unsafe opendir(root + "/" + folder) else { throw Unreadable(path: folder) }
    defer { unsafe closedir(directory) }
    var found: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name.0) { unsafe String(cString: $0) }
      if name.hasPrefix(".") { continue }
      let path = folder + "/" + name
      if unsafe Int32(entry.pointee.d_type) == Int32(DT_DIR) {
        found += try files(below: path, ending: ending)
      } else if name.hasSuffix(ending) {
        found.append(path)
      }
    }
    return found.sorted()
  }

  static func folders(in folder: String) throws -> [String] {
    guard let directory = unsafe opendir(root + "/" + folder) else { throw Unreadable(path: folder) }
    defer { unsafe closedir(directory) }
    var found: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name.0) { unsafe String(cString: $0) }
      if !name.hasPrefix("."), unsafe Int32(entry.pointee.d_type) == Int32(DT_DIR) { found.append(name) }
    }
    return found.sorted()
  }
}
