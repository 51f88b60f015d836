import Glibc
import Testing

// SAFETY (whole file): handles are closed by the function that opened them; strings are copied before that.

func entries(_ directory: String) throws -> [String] {
  let handle = try unsafe #require(unsafe opendir(directory))
  defer { unsafe closedir(handle) }
  var names: [String] = []
  while let entry = unsafe readdir(handle) {
    names.append(
      unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      })
  }
  return names
}

func contents(_ path: String) throws -> String {
  let file = try unsafe #require(unsafe fopen(path, "r"))
  defer { unsafe fclose(file) }
  var bytes: [UInt8] = []
  while case let byte = unsafe getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
  return try #require(String(validating: bytes, as: UTF8.self))
}
