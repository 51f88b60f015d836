internal import CBaileyLinux
internal import Glibc

// SAFETY (whole file): argument and environment vectors are strdup'd strings that live until posix_spawn or execv has returned; the attributes and
// actions are initialised before use and destroyed after.

/// A program of the host to be started: the controller, a pager.
package struct Program: Sendable {
  package var path: String
  package var arguments: [String]
  package var environment: [String: String]
  /// `nil` is the caller's.
  package var workingDirectory: String?
  /// Descriptors that become 0, 1 and 2; every other one is closed.
  package var streams: (input: Int32, output: Int32, error: Int32)
  /// In a session of its own, without a terminal.
  package var isDetached: Bool

  package init(
    _ path: String, arguments: [String] = [], environment: [String: String], workingDirectory: String? = nil,
    streams: (input: Int32, output: Int32, error: Int32) = (0, 1, 2), isDetached: Bool = false
  ) {
    self.path = path
    self.arguments = arguments
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.streams = streams
    self.isDetached = isDetached
  }

  /// Starts it with all signals unblocked and at their defaults, and returns its pid.
  package func start() throws(Errno) -> Int32 {
    var actions = unsafe posix_spawn_file_actions_t()
    try Self.checkNumber(unsafe posix_spawn_file_actions_init(&actions))
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    try unsafe place(&actions)
    var attributes = posix_spawnattr_t()
    try Self.checkNumber(unsafe posix_spawnattr_init(&attributes))
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    try set(&attributes)
    let argv = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
    let envp = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe (argv + envp).forEach { unsafe free($0) } }
    var pid: pid_t = 0
    try Self.checkNumber(unsafe posix_spawn(&pid, path, &actions, &attributes, argv, envp))
    return pid
  }

  /// Makes this process that program: same descriptors 0 to 2, same environment. Returns only to fail.
  package static func become(_ path: String, arguments: [String]) throws(Errno) -> Never {
    let argv = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
    defer { unsafe argv.forEach { unsafe free($0) } }
    unsafe execv(path, argv)
    throw .current
  }

  /// Reaps a child; `nil` when it has not ended and `wait` is false.
  package static func reap(_ process: Int32, wait: Bool) throws(Errno) -> ProcessEnd? {
    var status: Int32 = 0
    let pid = try Errno.retrying { unsafe waitpid(process, &status, wait ? 0 : WNOHANG) }
    guard pid == process else { return nil }
    return status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .signalled(status & 0x7F)
  }

  private func place(_ actions: inout posix_spawn_file_actions_t) throws(Errno) {
    // Above 2 first, so that no source is overwritten before it has been copied.
    let sources = [streams.input, streams.output, streams.error]
    for (index, source) in sources.enumerated() {
      try Self.checkNumber(unsafe posix_spawn_file_actions_adddup2(&actions, source, Int32(200 + index)))
    }
    for index in 0..<3 {
      try Self.checkNumber(unsafe posix_spawn_file_actions_adddup2(&actions, Int32(200 + index), Int32(index)))
    }
    try Self.checkNumber(unsafe bl_spawn_close_from(&actions, 3))
    if let workingDirectory {
      try Self.checkNumber(unsafe bl_spawn_change_directory(&actions, workingDirectory))
    }
  }

  private func set(_ attributes: inout posix_spawnattr_t) throws(Errno) {
    var none = sigset_t()
    unsafe sigemptyset(&none)
    var all = sigset_t()
    unsafe sigfillset(&all)
    try Self.checkNumber(unsafe posix_spawnattr_setsigmask(&attributes, &none))
    try Self.checkNumber(unsafe posix_spawnattr_setsigdefault(&attributes, &all))
    // POSIX_SPAWN_SETSIGDEF, _SETSIGMASK and _SETSID, which Swift does not import.
    let flags = 0x04 | 0x08 | (isDetached ? 0x80 : 0)
    try Self.checkNumber(unsafe posix_spawnattr_setflags(&attributes, Int16(flags)))
  }

  private static func checkNumber(_ result: Int32) throws(Errno) {
    if result != 0 { throw Errno(result) }
  }
}
