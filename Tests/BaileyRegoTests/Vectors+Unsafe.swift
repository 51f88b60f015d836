import Glibc

// SAFETY: C strings and buffers live for the call that reads them; directory streams are closed by the scope that opened them.

/// The conformance vectors, if this machine has them.
enum Vectors {
  /// Beside the checkout in `shared/`, or where the environment says.
  static let root: String? = {
    if let named = environment("BAILEY_REGO_VECTORS") { return named }
    let parts = #filePath.split(separator: "/").dropLast()
    for count in stride(from: parts.count, through: 0, by: -1) {
      let candidate = "/" + parts.prefix(count).joined(separator: "/") + "/shared/vectors/rego"
      if !names(in: candidate).isEmpty { return candidate }
    }
    return nil
  }()

  static func bytes(_ path: String) -> [UInt8]? {
    guard let stream = unsafe fopen(path, "r") else { return nil }
    defer { unsafe fclose(stream) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = unsafe fread(&buffer, 1, buffer.count, stream)
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  static func names(in folder: String) -> [String] {
    guard let directory = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(directory) }
    var found: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name.0) { unsafe String(cString: $0) }
      if !name.hasPrefix(".") { found.append(name) }
    }
    return found.sorted()
  }

  static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }
}
