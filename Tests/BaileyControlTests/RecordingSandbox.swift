import BaileyCore
import BaileyTestSupport
import Synchronization

private let nowhere = IdleResources.nowhere

/// A sandbox that writes down what is asked of it, and cannot mask the paths that it is told to fail at.
final class RecordingSandbox: RunningSandbox {
  let calls = Mutex<[String]>([])
  let failing: Set<String>
  /// What the looks at its usage find, one after the other; nothing in the end.
  private let usages: Mutex<[Usage?]>
  /// Kills that it survives.
  private let survives: Mutex<Int>
  let initProcess: Int32 = 1
  let notices: [String] = []
  let events: AsyncStream<SandboxEvent>
  /// What happens elsewhere while a mask is being put on.
  let meanwhile = Mutex<@Sendable () async -> Void>({})

  /// What a freeze waits for.
  let freezing = Mutex<@Sendable () async -> Void>({})

  init(failing: Set<String> = [], usages: [Usage?] = [], survives: Int = 0) {
    self.failing = failing
    self.usages = Mutex(usages.reversed())
    self.survives = Mutex(survives)
    events = AsyncStream { $0.finish() }
  }

  private func note(_ call: String) { calls.withLock { $0.append(call) } }

  func take(_ channel: SandboxChannel) -> Int32? { nil }
  func signal(_ number: Int32) async throws(Fault) { throw nowhere }
  func resize(_ size: TerminalSize) async throws(Fault) { throw nowhere }
  let holdsMemory = false
  func usage(memoryLimit: Int64?) -> Usage? { usages.withLock { $0.popLast() ?? nil } }
  func freeze() async throws(Fault) {
    note("freeze")
    await freezing.withLock { $0 }()
  }
  func thaw() async throws(Fault) { note("thaw") }
  func kill() async throws(Fault) -> Bool {
    note("kill")
    if survives.withLock({
      $0 -= 1; return $0 >= 0
    }) {
      throw Fault("session-not-killed", why: "it hangs")
    }
    return true
  }
  func grant(path: String, writable: Bool) async throws(Fault) { throw nowhere }
  func revoke(path: String) async throws(Fault) { throw nowhere }
  func mask(path: String) async throws(Fault) {
    note("mask " + path)
    await meanwhile.withLock { $0 }()
    if failing.contains(path) { throw Fault("sandbox-request-failed", why: "no such file") }
  }
  func protect(path: String) async throws(Fault) { note("protect " + path) }
  func execute(
    command: [String], environment: [String: String], workingDirectory: String, streams: StandardStreams,
    terminal: TerminalSize?
  ) async throws(Fault) -> any RunningProgram { throw nowhere }
  func dial(port: UInt16) async throws(Fault) -> Int32 { throw nowhere }
}
