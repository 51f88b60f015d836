package import Glibc

// SAFETY: mkdtemp writes into an array we own; nftw-free removal goes through `rm`, so no pointer outlives its call.

/// A fresh directory below `$TMPDIR`, removed when the value goes away.
package final class Scratch: Sendable {
  package let path: String

  package struct Failed: Error { package let call: String, errno: Int32 }

  /// - Parameter parent: an existing directory; the test's temporary directory by default.
  package init(below parent: String? = nil) throws {
    let base = unsafe parent ?? getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array((base + "/bailey-test-XXXXXX").utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw Failed(call: "mkdtemp", errno: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { _ = try? Tool("/bin/rm").run(["-rf", "--", path]) }

  package func write(_ content: String, to name: String, mode: mode_t = 0o644) throws {
    let file = path + "/" + name
    let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw Failed(call: "open " + file, errno: errno) }
    defer { close(descriptor) }
    let bytes = Array(content.utf8)
    guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw Failed(call: "write " + file, errno: errno)
    }
  }

  package func directory(_ name: String, mode: mode_t = 0o755) throws {
    guard unsafe mkdir(path + "/" + name, mode) == 0 else { throw Failed(call: "mkdir " + name, errno: errno) }
  }

  package func link(_ name: String, to target: String) throws {
    guard unsafe symlink(target, path + "/" + name) == 0 else { throw Failed(call: "symlink " + name, errno: errno) }
  }

  package func read(_ name: String) throws -> String {
    let descriptor = unsafe open(path + "/" + name, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failed(call: "open " + name, errno: errno) }
    return String(decoding: drain(descriptor), as: UTF8.self)
  }

  package func exists(_ name: String) -> Bool { unsafe access(path + "/" + name, F_OK) == 0 }
}

/// Reads a descriptor to its end and closes it.
func drain(_ descriptor: Int32) -> [UInt8] {
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = unsafe read(descriptor, &buffer, buffer.count)
    if count < 0, errno == EINTR { continue }
    if count <= 0 { return bytes }
    bytes += buffer[..<count]
  }
}
