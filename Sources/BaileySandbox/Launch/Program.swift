package import BaileyCore
import BaileyLinux
import CBaileyJail
import Synchronization

/// A further program in a sandbox.
package final class Program: RunningProgram {
  package let events: AsyncStream<SandboxEvent>
  private let continuation: AsyncStream<SandboxEvent>.Continuation
  private let state = Mutex(State())
  private let sandbox: Sandbox

  private struct State {
    var id: UInt64 = 0
    var terminal: Int32?
    var hasExited = false
  }

  init(_ sandbox: Sandbox) {
    self.sandbox = sandbox
    (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
  }

  deinit {
    if let terminal = state.withLock({ $0.terminal }) { _ = Descriptor(owning: terminal) }
  }

  package func takeTerminal() -> Int32? {
    state.withLock { state in
      guard let terminal = state.terminal else { return nil }
      return Sandbox.duplicate(terminal)
    }
  }

  package func signal(_ number: Int32) async throws(Fault) {
    try await sandbox.signal(number, program: state.withLock { $0.id })
  }

  package func resize(_ size: TerminalSize) async throws(Fault) {
    let copy = state.withLock { $0.terminal.flatMap { Sandbox.duplicate($0) } }
    try Sandbox.resize(Descriptor(owning: copy ?? -1), size)
  }

  func identify(_ id: UInt64) { state.withLock { $0.id = id } }

  func setTerminal(_ descriptor: Int32?) { state.withLock { $0.terminal = descriptor } }

  func tell(_ event: SandboxEvent) {
    let isLate = state.withLock { state in
      defer { if case .exited = event { state.hasExited = true } }
      return state.hasExited
    }
    guard !isLate else { return }
    continuation.yield(event)
    if case .exited = event { continuation.finish() }
  }
}

extension Sandbox {
  package func execute(
    command: [String], environment: [String: String], workingDirectory: String, streams: StandardStreams,
    terminal: TerminalSize?
  ) async throws(Fault) -> any RunningProgram {
    defer { streams.close() }
    let agent = furtherAgent(command, environment, workingDirectory)
    let bytes = try PlanEncoder.encodeFurther(agent: agent, of: plan)
    let memory: Descriptor
    do throws(Errno) { memory = try .sealedMemory("bailey-plan", bytes) } catch {
      throw Fault("sandbox-start-failed", why: "no memory for the plan: \(error)", hint: "end other work")
    }
    let program = Program(self)
    var flags = streams.passed
    if terminal != nil { flags.insert(.terminal) }
    let size = [UInt64(terminal?.rows ?? 0), UInt64(terminal?.columns ?? 0)]
    let master = try await request(
      BAILEY_LAUNCH, [UInt64(flags.rawValue)] + size, descriptors: [memory.raw] + streams.numbers, program: program)
    program.setTerminal(master)
    return program
  }

  /// The main program's agent list, with another directory and program at its end.
  private func furtherAgent(_ command: [String], _ environment: [String: String], _ directory: String)
    -> [JailOperation]
  {
    plan.agent.map { operation in
      switch operation {
      case .changeDirectory: .changeDirectory(path: Array(directory.utf8))
      case .execute(_, _, let main): furtherProgram(command, environment, main)
      default: operation
      }
    }
  }

  private func furtherProgram(_ command: [String], _ environment: [String: String], _ main: [[UInt8]])
    -> JailOperation
  {
    var variables: [String: String] = [:]
    for line in main {
      let pair = String(decoding: line, as: UTF8.self).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
    }
    variables.merge(environment) { $1 }
    let name = command.first ?? ""
    let directories = (variables["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    let candidates = name.utf8.contains(ExactText.slash) ? [name] : directories.map { "\($0)/\(name)" }
    return .execute(
      candidates: candidates.map { Array($0.utf8) }, arguments: command.map { Array($0.utf8) },
      environment: variables.sorted { $0.key < $1.key }.map { Array("\($0.key)=\($0.value)".utf8) })
  }
}
