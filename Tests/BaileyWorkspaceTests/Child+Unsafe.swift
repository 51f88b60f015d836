import Glibc

/// Another process, for what only a process can do: be killed, or mount.
struct Child {
  let process: pid_t

  /// - Parameter environment: `NAME=VALUE` besides the test's own.
  init(_ arguments: [String], environment: [String] = []) throws {
    var process: pid_t = 0
    // SAFETY: the arrays end with nil and live until they are freed after the call; the call copies what it needs.
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    var variables =
      unsafe (environment + ["PATH=/usr/bin:/bin:/usr/sbin:/sbin", "HOME=/nonexistent"]).map { unsafe strdup($0) } + [
        nil
      ]
    defer { unsafe (words + variables).forEach { unsafe free($0) } }
    var actions = unsafe posix_spawn_file_actions_t()
    _ = unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for stream: Int32 in [0, 1, 2] {
      unsafe posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0)
    }
    let result = unsafe posix_spawn(&process, arguments[0], &actions, nil, &words, &variables)
    if result != 0 { throw ChildError(code: result) }
    self.process = process
  }

  func kill() { _ = Glibc.kill(process, SIGKILL) }

  /// Exit code, or 128 and the signal.
  func wait() -> Int32 {
    var status: Int32 = 0
    // SAFETY: the variable lives for the call.
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
  }
}

struct ChildError: Error { var code: Int32 }

func run(_ arguments: [String]) throws {
  let code = try Child(arguments).wait()
  if code != 0 { throw ChildError(code: code) }
}
