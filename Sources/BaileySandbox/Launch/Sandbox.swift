package import BaileyCore
import BaileyLinux
import CBaileyJail
import Synchronization

/// A live sandbox, as its control socket shows it.
package final class Sandbox: RunningSandbox {
  package let initProcess: Int32
  package let notices: [String]
  package let events: AsyncStream<SandboxEvent>

  let control: ControlSocket
  let plan: SandboxPlan
  let mapsOwners: Bool
  private let group: SessionGroup?
  private let pidfd: Descriptor
  private let supervise: SandboxStart.Supervise
  private let main: AsyncStream<SandboxEvent>.Continuation
  /// For `resize`, after the channel has been taken.
  private let terminal: Descriptor
  let state: Mutex<State>

  /// A reply, or why there is none.
  typealias Reply = Result<Int32?, Fault>

  struct State {
    var channels: [SandboxChannel: Int32]
    var pending: [UInt64: CheckedContinuation<Reply, Never>] = [:]
    var programs: [UInt64: Program] = [:]
    var granted: Set<ExactText> = []
    var nextID: UInt64 = 1
    var hasExited = false
    var hasEnded = false
    /// Supervisors that may still have something to tell.
    var watching = 0
    var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]

    var isOver: Bool { hasEnded && watching == 0 }

    /// Who waits for the end, if it is there.
    mutating func released() -> [CheckedContinuation<Void, Never>] {
      guard isOver else { return [] }
      defer { waiting = [:] }
      return Array(waiting.values)
    }
  }

  init(
    process: Int32, pidfd: consuming Descriptor, control: ControlSocket, channels: [SandboxChannel: Int32],
    plan: SandboxPlan, mapsOwners: Bool, group: SessionGroup?, supervise: @escaping SandboxStart.Supervise
  ) {
    initProcess = process
    notices = plan.notices
    self.pidfd = pidfd
    self.control = control
    self.plan = plan
    self.mapsOwners = mapsOwners
    self.group = group
    self.supervise = supervise
    terminal = Descriptor(owning: channels[.terminal].flatMap { Self.duplicate($0) } ?? -1)
    state = Mutex(State(channels: channels))
    (events, main) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
  }

  deinit {
    for number in state.withLock({ $0.channels.values }) { _ = Descriptor(owning: number) }
  }

  package func take(_ channel: SandboxChannel) -> Int32? {
    state.withLock { $0.channels.removeValue(forKey: channel) }
  }

  package func signal(_ number: Int32) async throws(Fault) { try await signal(number, program: 0) }

  package func resize(_ size: TerminalSize) async throws(Fault) { try Self.resize(terminal, size) }

  package var holdsMemory: Bool { group?.holdsLimits ?? false }

  package func usage(memoryLimit: Int64?) -> Usage? {
    holdsMemory ? group?.usage : ProcessTreeMeter.usage(ofInit: initProcess, memoryLimit: memoryLimit)
  }

  package func freeze() async throws(Fault) { try await setFrozen(true) }

  package func thaw() async throws(Fault) { try await setFrozen(false) }

  /// Without a group by signals, which a thaw also sends to jobs that had been stopped before.
  private func setFrozen(_ on: Bool) async throws(Fault) {
    guard let group else {
      _ = try await request(on ? BAILEY_FREEZE : BAILEY_THAW)
      return
    }
    do throws(Errno) { try group.setFrozen(on) } catch {
      throw state.withLock { $0.hasEnded } ? Self.ended : Self.requestFailed(error)
    }
  }

  @discardableResult
  package func kill() async throws(Fault) -> Bool { try await kill(within: .seconds(10)) }

  func kill(within patience: Duration) async throws(Fault) -> Bool {
    try? pidfd.sendSignal(9)
    await waitForEnd(patience)
    let (hasEnded, isOver) = state.withLock { ($0.hasEnded, $0.isOver) }
    if hasEnded { return isOver }
    // Of a pid 1 that hangs in the kernel the others would go on.
    group?.kill()
    throw Fault.notKilled(initProcess, after: patience)
  }

  private func waitForEnd(_ patience: Duration) async {
    var alarm: Task<Void, Never>?
    await withCheckedContinuation { continuation in
      let number = state.withLock { state -> UInt64? in
        if state.isOver { return nil }
        state.nextID += 1
        state.waiting[state.nextID] = continuation
        return state.nextID
      }
      guard let number else { return continuation.resume() }
      alarm = Task { [weak self] in
        do { try await Task.sleep(for: patience) } catch { return }
        self?.state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
      }
    }
    alarm?.cancel()
  }

  func signal(_ number: Int32, program: UInt64) async throws(Fault) {
    _ = try await request(BAILEY_SIGNAL, [program, UInt64(UInt32(bitPattern: number))])
  }

  static func resize(_ terminal: borrowing Descriptor, _ size: TerminalSize) throws(Fault) {
    do throws(Errno) { try terminal.setWindowSize(rows: size.rows, columns: size.columns) } catch {
      throw Fault("sandbox-no-terminal", why: "the program has no terminal: \(error)", hint: "start it with one")
    }
  }

  static func duplicate(_ number: Int32) -> Int32? {
    let borrowed = Descriptor(owning: number)
    let copy = try? borrowed.duplicate()
    _ = borrowed.take()
    return copy?.take()
  }
}

// MARK: the thread of the control socket

extension Sandbox {
  func handle(_ packet: ControlSocket.Packet) {
    let event = packet.event
    switch event.kind {
    case .listener where packet.descriptors.count == 1: return watch(packet.descriptors[0])
    case .reply: return answer(event, packet.descriptors)
    case .stopped: tell(event.id, .stopped(signal: event.numbers[0]))
    case .exited:
      tell(event.id, .exited(status(event)))
      // Killed before it could answer.
      resolve(event.id, .failure(Self.requestFailed(.noSuchProcess)))
    case .notStarted: tell(event.id, .exited(.notStarted(code: event.numbers[0])))
    case .failed: tell(event.id, .exited(.notStarted(code: Int32(PlanEncoder.failureCode))))
    default: break
    }
    for number in packet.descriptors { _ = Descriptor(owning: number) }
  }

  /// Has a listener served, and its last events waited for at the end.
  func watch(_ listener: Int32) {
    state.withLock { $0.watching += 1 }
    supervise(listener, initProcess) {
      let waiting = self.state.withLock { state in
        state.watching -= 1
        return state.released()
      }
      for continuation in waiting { continuation.resume() }
    }
  }

  private func status(_ event: JailEvent) -> ExitStatus {
    event.numbers[1] != 0 ? .signalled(event.numbers[1]) : .exited(code: event.numbers[0])
  }

  private func answer(_ event: JailEvent, _ descriptors: [Int32]) {
    let error = Errno(event.numbers[0])
    let reply: Reply =
      error.rawValue == 0
      ? .success(descriptors.first)
      : .failure(error == .noSuchFile ? Self.pathMissing : Self.requestFailed(error))
    let isTaken = resolve(event.id, reply)
    for number in isTaken ? descriptors.dropFirst() : descriptors[...] { _ = Descriptor(owning: number) }
  }

  /// Returns whether anybody waited for it. A program that did not start is forgotten.
  @discardableResult
  private func resolve(_ id: UInt64, _ reply: Reply) -> Bool {
    let waiting = state.withLock { state in
      if case .failure = reply { state.programs.removeValue(forKey: id) }
      return state.pending.removeValue(forKey: id)
    }
    waiting?.resume(returning: reply)
    return waiting != nil
  }

  private static let pathMissing = Fault("sandbox-path-missing", why: "the view of the sandbox has no such path")

  private static func requestFailed(_ error: Errno) -> Fault {
    Fault("sandbox-request-failed", why: "\(error)", hint: "see `bailey ps`: does the session still run?")
  }

  /// The first `exited` of a program counts: what could not be executed ends with a code of its own afterwards.
  private func tell(_ id: UInt64, _ event: SandboxEvent) {
    guard id == 0 else {
      let program = state.withLock { $0.programs[id] }
      program?.tell(event)
      if case .exited = event { state.withLock { _ = $0.programs.removeValue(forKey: id) } }
      return
    }
    let isLate = state.withLock { state in
      defer { if case .exited = event { state.hasExited = true } }
      return state.hasExited
    }
    if !isLate { main.yield(group?.reachedLimit.map { .exited(.limit($0)) } ?? event) }
  }

  /// The control socket is closed: pid 1 is gone or going, and the kernel ends all the rest before it can be reaped.
  func end() {
    try? pidfd.sendSignal(9)
    _ = try? pidfd.reap()
    tell(0, .exited(.killed))
    group?.remove()
    main.finish()
    let last = state.withLock { state in
      state.hasEnded = true
      // A program may end before anybody took its terminal: what it wrote waits there.
      let kept = state.channels.filter { $0.key == .terminal }
      defer { (state.channels, state.pending, state.programs) = (kept, [:], [:]) }
      return (state.channels.filter { $0.key != .terminal }, state.pending, state.programs, state.released())
    }
    for number in last.0.values { _ = Descriptor(owning: number) }
    for continuation in last.1.values { continuation.resume(returning: .failure(Self.ended)) }
    for program in last.2.values { program.tell(.exited(.killed)) }
    for continuation in last.3 { continuation.resume() }
  }

  static let ended = Fault("sandbox-ended", why: "the sandbox has ended", hint: "start a new session")
}

// MARK: requests

extension Sandbox {
  /// Sends one request and waits for its reply; a descriptor that comes with it is the caller's.
  func request(
    _ code: bailey_code, _ numbers: [UInt64] = [], _ strings: [PlanString] = [], descriptors: [Int32] = [],
    program: Program? = nil
  ) async throws(Fault) -> Int32? {
    let reply = await withCheckedContinuation { (continuation: CheckedContinuation<Reply, Never>) in
      let id: UInt64? = state.withLock { state in
        guard !state.hasEnded else { return nil }
        defer { state.nextID += 1 }
        state.pending[state.nextID] = continuation
        if let program {
          program.identify(state.nextID)
          state.programs[state.nextID] = program
        }
        return state.nextID
      }
      guard let id else { return continuation.resume(returning: .failure(Self.ended)) }
      do throws(Fault) {
        try control.send(code, [id] + numbers, strings, descriptors: descriptors)
      } catch {
        let waiting = state.withLock { state in
          state.programs.removeValue(forKey: id)
          return state.pending.removeValue(forKey: id)
        }
        waiting?.resume(returning: .failure(error))
      }
    }
    return try reply.get()
  }
}
