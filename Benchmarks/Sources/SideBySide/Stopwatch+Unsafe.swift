import Glibc

// SAFETY: vectors of strdup'd strings live until posix_spawn has returned and are freed once.

/// Runs commands and takes their wall time.
enum Stopwatch {
  struct Failed: Error, CustomStringConvertible {
    let command: [String]
    let status: Int32
    var description: String { "\(command.joined(separator: " ")) ended with \(status)" }
  }

  /// Nanoseconds from the start of the command to its end; output is thrown away.
  static func time(_ command: [String], expecting wanted: Int32 = 0) throws -> Int64 {
    let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(null) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for number in Int32(0)...2 { unsafe posix_spawn_file_actions_adddup2(&actions, null, number) }
    let arguments = unsafe command.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var pid: pid_t = 0
    let start = now
    let error = unsafe posix_spawnp(&pid, command[0], &actions, nil, arguments, environ)
    guard error == 0 else { throw Failed(command: command, status: error) }
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    let elapsed = now - start
    guard status == wanted << 8 else { throw Failed(command: command, status: status) }
    return elapsed
  }

  static var now: Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
