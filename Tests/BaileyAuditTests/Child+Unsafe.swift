import BaileyLinux
import Glibc

/// A process of a test, with its standard output.
struct Child {
  let number: pid_t
  private let output: Int32

  struct Failed: Error { var code: Int32 }

  init(_ arguments: [String]) throws {
    let (reading, writing) = try Descriptor.pipe().take()
    // SAFETY: every pointer lives until posix_spawn has returned; the strings are freed after it, exactly once.
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, writing, 1)
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var child = pid_t()
    let result = unsafe posix_spawnp(&child, arguments[0], &actions, nil, &words, environ)
    close(writing)
    output = reading
    number = child
    if result != 0 { throw Failed(code: result) }
  }

  /// What it writes until it ends, or until `enough` lines are there.
  func read(lines enough: Int = .max) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      // SAFETY: at most the chunk's size is written into it.
      let count = unsafe Glibc.read(output, &chunk, chunk.count)
      if count <= 0 { return bytes }
      bytes += chunk[..<count]
      if bytes.count(where: { $0 == 0x0A }) >= enough { return bytes }
    }
  }

  func kill() { Glibc.kill(number, SIGKILL) }

  /// Waits for its end and gives back what waitpid(2) says.
  @discardableResult
  func reap() -> Int32 {
    close(output)
    var status: Int32 = 0
    // SAFETY: the status is written during the call only.
    _ = unsafe waitpid(number, &status, 0)
    return status
  }
}

func sleep(microseconds: UInt32) { usleep(microseconds) }
