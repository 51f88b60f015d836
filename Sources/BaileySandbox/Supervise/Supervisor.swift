package import BaileyCore
import BaileyLinux
import Synchronization

/// Serves the seccomp listener of one sandbox: records what the filter notifies, and makes every connect(2) itself.
///
/// Everything but connect is let go on: a record, not a decision (DESIGN.md section 5). When the supervisor ends, for whatever reason, its
/// listener closes and the notified calls fail with ENOSYS: closed, not open.
package final class Supervisor: Sendable {
  private let listener: Descriptor
  private let wake: Descriptor
  private let places: SocketPlaces
  private let agent: (user: UInt32, group: UInt32)?
  private let observer: any SandboxObserver
  private let renames: StagedRename?
  private let reads: ReadWatch?
  private let blocked = BlockedConnects()

  /// - Parameters:
  ///   - listener: from `SECCOMP_FILTER_FLAG_NEW_LISTENER`; closed when the supervisor ends.
  ///   - agentIDs: host ids of the agent when the controller is root; `nil` otherwise.
  init(
    listener: consuming Descriptor, places: SocketPlaces, agentIDs: (user: UInt32, group: UInt32)? = nil,
    observer: any SandboxObserver, renames: StagedRename? = nil, reads: ReadWatch? = nil
  ) throws(Fault) {
    self.reads = reads
    self.renames = renames
    self.listener = listener
    self.places = places
    self.observer = observer
    agent = agentIDs
    do throws(Errno) { wake = try Descriptor.eventCounter() } catch { throw Self.fault(error) }
  }

  /// - Parameter ended: called once after the last event.
  package func start(ended: @escaping @Sendable () -> Void = {}) throws(Fault) {
    do throws(Errno) {
      try startThread("bailey-watch") {
        self.serve()
        self.blocked.end { if let reads = self.reads { reads.end(ended) } else { ended() } }
      }
    } catch {
      throw Self.fault(error)
    }
  }

  /// Ends the service. Calls that wait, and all later ones, fail with ENOSYS.
  package func stop() {
    wake.notify()
    blocked.interrupt()
  }

  private static func fault(_ error: Errno) -> Fault {
    Fault(
      "supervisor-failed", why: "the watcher of system calls cannot start: errno \(error.rawValue)",
      hint: "look at the limits of open files and threads of baileyd")
  }

  private func serve() {
    // A program waits for each answer, while others compute.
    try? setTimeSlice(nanoseconds: 100_000)
    // A receive fails when the caller was killed meanwhile.
    while (try? listener.waitForNotification(stop: wake)) == true {
      if let notification = try? listener.receiveNotification() { handle(notification) }
    }
  }

  private func handle(_ notification: Notification) {
    guard let call = NotifiedCall.byNumber[notification.number] else {
      listener.answer(notification.id, error: .notPermitted)
      return
    }
    if case .connect = call { return connect(notification) }
    if case .restrict = call { renames?.stop() }
    if reads != nil, call.reads(notification) { read(call, notification) }
    if !call.changes(notification) { return listener.letGoOn(notification.id) }
    let event = event(call, notification)
    if let event, listener.isWaiting(notification.id) { observer.observed(event) }
    if let event, event.operation == .rename, rename(event, notification) { return }
    listener.letGoOn(notification.id)
  }

  private func read(_ call: NotifiedCall, _ notification: Notification) {
    guard let (directory, path) = call.opened else { return }
    let memory = AgentMemory(thread: notification.thread)
    let text = memory.text(at: notification.arguments[path])
    let absolute = text.flatMap {
      memory.absoluteBytes($0, relativeTo: directory.map { notification.arguments[$0] })
    }
    if absolute == Array("/dev/null".utf8) || absolute == Array("/dev/tty".utf8) { return }
    reads?.look(at: absolute, notification.thread) { listener.isWaiting(notification.id) }
  }

  /// `false` where the kernel can do it.
  private func rename(_ event: ObservedEvent, _ notification: Notification) -> Bool {
    let flags = notification.number == SystemCallTable.number("renameat2") ? notification.arguments[4] : 0
    guard let renames, let target = event.target, renames.concerns(from: event.path, to: target, flags: flags) else {
      return false
    }
    renames.perform(from: event.path, to: target, flags: flags) { isDone in
      if isDone { self.listener.answer(notification.id, error: nil) } else { self.listener.letGoOn(notification.id) }
    }
    return true
  }

  // MARK: records

  private func event(_ call: NotifiedCall, _ notification: Notification) -> ObservedEvent? {
    let memory = AgentMemory(thread: notification.thread)
    let value = { (index: Int) in notification.arguments[index] }
    let path = { (directory: Int?, index: Int) in memory.path(at: value(index), relativeTo: directory.map(value)) }
    switch call {
    case .connect, .restrict: return nil
    case .execute(let directory, let index, let arguments):
      return ObservedEvent(
        operation: .exec, process: notification.thread, path: path(directory, index),
        arguments: memory.vector(at: value(arguments)))
    case .path(let operation, let directory, let index):
      let name = path(directory, index)
      if operation == .open, Self.isNoise(name) { return nil }
      return ObservedEvent(operation: operation, process: notification.thread, path: name)
    case .pair(let operation, let fromDirectory, let from, let toDirectory, let to):
      return ObservedEvent(
        operation: operation, process: notification.thread, path: path(fromDirectory, from),
        target: path(toDirectory, to))
    case .link(let directory, let index, let target):
      let text = memory.text(at: value(target)).map { String(decoding: $0, as: UTF8.self) }
      return ObservedEvent(
        operation: .symlink, process: notification.thread, path: path(directory, index), target: text ?? "?")
    }
  }

  /// Devices of the sandbox's own that keep nothing.
  private static func isNoise(_ path: String) -> Bool { path == "/dev/null" || path == "/dev/tty" }

  // MARK: connect

  private func connect(_ notification: Notification) {
    let call = ConnectCall(notification: notification, places: places, agent: agent) {
      self.listener.isWaiting(notification.id)
    }
    do throws(Errno) {
      let socket = try call.socket()
      let target = call.target(of: socket)
      // The number may have gone to another thread while it was used; then nobody waits, and nothing was done.
      guard listener.isWaiting(notification.id) else { return }
      if case .refused(let error) = target {
        finish(call, target, error)
      } else if (try? socket.statusFlags()).map({ $0 & 0o4000 != 0 }) == true {
        finish(call, target, call.perform(target, on: socket.raw))
      } else {
        detach(call, target, socket)
      }
    } catch {
      listener.answer(notification.id, error: error)
    }
  }

  /// A call that may block gets a thread of its own, so that the others do not wait for it.
  private func detach(_ call: ConnectCall, _ target: ConnectTarget, _ socket: consuming Descriptor) {
    let number = socket.take()
    guard blocked.add(number) else {
      Descriptor(owning: number).discard()
      return finish(call, target, .tryAgain)
    }
    do throws(Errno) {
      try startThread("bailey-connect") {
        let error = call.perform(target, on: number)
        self.blocked.remove(number)
        self.finish(call, target, error)
        self.blocked.leave()
      }
    } catch {
      blocked.remove(number)
      finish(call, target, .tryAgain)
      blocked.leave()
    }
  }

  private func finish(_ call: ConnectCall, _ target: ConnectTarget, _ error: Errno?) {
    let thread = call.notification.thread
    let name = target.shown { AgentMemory(thread: thread).absolute($0, relativeTo: nil) }
    let isRefused = error == .accessDenied
    observer.observed(
      ObservedEvent(operation: .connect, process: thread, path: name, refused: isRefused))
    listener.answer(call.notification.id, error: error)
  }
}

/// Sockets on which a connect may be waiting, so that the end of the session can wake it.
private final class BlockedConnects: Sendable {
  private static let most = 256
  private struct State {
    var numbers: Set<Int32> = []
    /// Threads that have not told of their connect yet.
    var running = 0
    var isOver = false
    var ended: (@Sendable () -> Void)?

    /// What to call now, if this is the end.
    mutating func atEnd() -> (@Sendable () -> Void)? {
      guard running == 0 else { return nil }
      defer { ended = nil }
      return ended
    }
  }
  private let state = Mutex(State())

  /// `false` at the limit or after the end: the caller keeps the number.
  func add(_ number: Int32) -> Bool {
    state.withLock { state in
      guard !state.isOver, state.numbers.count < Self.most else { return false }
      state.numbers.insert(number)
      state.running += 1
      return true
    }
  }

  /// Closes the number, under the lock, so that `interrupt` never meets one that was given to another.
  func remove(_ number: Int32) {
    state.withLock { state in
      state.numbers.remove(number)
      Descriptor(owning: number).discard()
    }
  }

  func leave() {
    let ended = state.withLock { state in
      state.running -= 1
      return state.atEnd()
    }
    ended?()
  }

  /// Wakes whoever waits, and calls `ended` when the last one has left.
  func end(_ ended: @escaping @Sendable () -> Void) {
    interrupt()
    let ended = state.withLock { state in
      state.ended = ended
      return state.atEnd()
    }
    ended?()
  }

  func interrupt() {
    state.withLock { state in
      state.isOver = true
      for number in state.numbers { Socket.shutdown(number, .both) }
    }
  }
}

extension Descriptor {
  /// Closes it here and now.
  fileprivate consuming func discard() {}
}
