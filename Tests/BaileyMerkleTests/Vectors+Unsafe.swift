import Glibc

func environment(_ name: String) -> String? {
  // SAFETY: the text is copied before anything can change the environment; tests never do.
  unsafe getenv(name).map { unsafe String(cString: $0) }
}

// SAFETY: the kernel reads the text during the call only.
func isReadable(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }

extension Vectors {
  static func read(_ path: String) throws -> [UInt8] {
    // SAFETY: the stream is closed on every way out; fread writes at most the chunk's size into it.
    guard let file = unsafe fopen(path, "re") else { throw Missing(path: path) }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe fread(&chunk, 1, chunk.count, file)
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }

  /// Every file below a folder whose name ends so, in order of name.
  static func files(below folder: String, suffix: String) throws -> [String] {
    // SAFETY: the directory is closed on every way out, and each entry's name is copied before the next read.
    guard let directory = unsafe opendir(folder) else { throw Missing(path: folder) }
    defer { unsafe closedir(directory) }
    var found: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      let path = folder + "/" + name
      if unsafe entry.pointee.d_type == UInt8(DT_DIR) {
        found += try files(below: path, suffix: suffix)
      } else if name.hasSuffix(suffix) {
        found.append(path)
      }
    }
    return found.sorted()
  }
}
