package import Glibc

// SAFETY: the argument and environment vectors are arrays of strdup'd strings that live until posix_spawn has returned.

/// A program that a test runs, with what it printed.
package struct Tool: Sendable {
  package let path: String
  package var environment: [String: String]
  package var directory: String?

  package struct Result: Sendable {
    /// Exit code, or 128 + signal.
    package var status: Int32
    package var output: String
    package var errors: String
  }

  package init(_ path: String, environment: [String: String]? = nil, directory: String? = nil) {
    self.path = path
    self.environment = environment ?? Self.inherited
    self.directory = directory
  }

  /// Runs it to its end. Output beyond what pipes hold is read by a second thread, so nothing blocks.
  package func run(_ arguments: [String], input: String = "") throws -> Result {
    let files = try (Capture(), Capture())
    let stdin = try Capture()
    stdin.fill(input)
    let pid = try spawn(arguments, stdin.descriptor, files.0.descriptor, files.1.descriptor)
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    return Result(status: Self.code(status), output: files.0.text(), errors: files.1.text())
  }

  /// Starts it and returns its pid; the caller waits.
  package func start(_ arguments: [String], output: Int32, errors: Int32) throws -> pid_t {
    let null = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer { close(null) }
    return try spawn(arguments, null, output, errors)
  }

  /// Starts it with nothing to read and nobody to read it.
  package func startSilently(_ arguments: [String]) throws -> pid_t {
    let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(null) }
    return try spawn(arguments, null, null, null)
  }

  package static func code(_ status: Int32) -> Int32 {
    status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }

  package static var inherited: [String: String] {
    var result: [String: String] = [:]
    var cursor = unsafe environ
    while let entry = unsafe cursor.pointee {
      let text = unsafe String(cString: entry)
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
      unsafe cursor += 1
    }
    return result
  }

  private func spawn(_ arguments: [String], _ input: Int32, _ output: Int32, _ errors: Int32) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (index, descriptor) in [input, output, errors].enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(index))
    }
    // posix_spawn cannot change the directory portably; env(1) can.
    let words = (directory.map { ["/usr/bin/env", "-C", $0, "--"] } ?? []) + [path] + arguments
    let argv = unsafe words.map { unsafe strdup($0) } + [nil]
    let envp = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe (argv + envp).forEach { unsafe free($0) } }
    // Swift's threads have signals blocked, and a child keeps that: a shell would wait for ever.
    var attributes = posix_spawnattr_t()
    var blocked = sigset_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    unsafe sigemptyset(&blocked)
    unsafe posix_spawnattr_setsigmask(&attributes, &blocked)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var pid: pid_t = 0
    let error = unsafe posix_spawnp(&pid, words[0], &actions, &attributes, argv, envp)
    guard error == 0 else { throw Scratch.Failed(call: "spawn " + path, errno: error) }
    return pid
  }
}

/// An unnamed file that catches what a program prints.
private final class Capture {
  let descriptor: Int32

  init() throws {
    var template = Array("/tmp/bailey-capture-XXXXXX".utf8CString)
    descriptor = unsafe mkstemp(&template)
    guard descriptor >= 0 else { throw Scratch.Failed(call: "mkstemp", errno: errno) }
    unsafe unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  func fill(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe write(descriptor, bytes, bytes.count)
    lseek(descriptor, 0, SEEK_SET)
  }

  func text() -> String {
    lseek(descriptor, 0, SEEK_SET)
    return String(decoding: drain(dup(descriptor)), as: UTF8.self)
  }
}

/// A file of /proc/PID; empty when the process is gone.
func procText(_ process: Int32, _ name: String) -> String {
  let descriptor = unsafe open("/proc/\(process)/\(name)", O_RDONLY | O_CLOEXEC)
  return descriptor < 0 ? "" : String(decoding: drain(descriptor), as: UTF8.self)
}

extension Walls {
  /// Waits for a process that `start` began.
  package func reap(_ process: Int32, _ status: inout Int32) {
    while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
  }
}
