package import BaileyCore
import BaileyLinux
import Synchronization

/// The controller's side of a connection: whoever sends on it does not wait for the client.
///
/// What is sent waits in a queue. One thread carries it out and takes in what the client says. A client that takes nothing for
/// `patience`, or leaves too much waiting, is dropped: the inbox ends then as if it had gone.
package final class ServerConnection: Sendable {
  package typealias Inbox = AsyncStream<Incoming>

  package struct Limits: Sendable {
    /// Bytes that may wait when another message is added; with it, at most `WireLimit.message` more.
    package var queue = 4 << 20
    /// Below so many waiting bytes there is room: who produces without end (a terminal, a log) waits for it.
    package var room = 256 << 10
    /// Milliseconds after which a client that takes nothing counts as gone.
    package var patience: Int64 = 20_000
    /// The same for a client that is waited for, once there is nothing more to send.
    package var lastPatience: Int64 = 600_000
    /// Messages of the client that nobody has read.
    package var unread = 4096

    package init() {}
  }

  private let connection: Connection
  private let limits: Limits
  private let wake: Descriptor
  private let state = Mutex(State())

  private struct State {
    var queue = OutgoingQueue()
    var isFinishing = false
    var isWaitedFor = false
    var isOver = false
    var whenRoom: (@Sendable () -> Void)?
    var roomWaiters: [CheckedContinuation<Void, Never>] = []
    var endWaiters: [CheckedContinuation<Void, Never>] = []
  }

  package init(_ connection: Connection, limits: Limits = Limits()) throws(WireError) {
    self.connection = connection
    self.limits = limits
    do throws(Errno) { wake = try .eventCounter() } catch { throw .system(call: "eventfd", errno: error.rawValue) }
  }

  /// Starts the thread; to be called once.
  package func start() throws(WireError) -> Inbox {
    let (stream, inbox) = Inbox.makeStream(bufferingPolicy: .bufferingOldest(limits.unread))
    do throws(Errno) { try startThread("client") { self.serve(inbox) } } catch {
      throw .system(call: "pthread_create", errno: error.rawValue)
    }
    return stream
  }

  /// From now on the client may take nothing for as long as it likes (Ctrl-S in its terminal, a pager behind it): that costs nothing
  /// but the queue. For a client for which nobody else waits.
  package func waitForClient() { state.withLock { $0.isWaitedFor = true } }

  /// Queues a message.
  ///
  /// - Throws: `closed` when the client is gone, `timedOut` when it left too much waiting and is dropped now.
  package func send(_ json: JSON) throws(WireError) { try enqueue(try Frame.encode(json)) }

  /// Queues bytes of a terminal; at most a frame.
  package func send(data: [UInt8]) throws(WireError) { try enqueue([try Frame.encode(.data, data)]) }

  package func send(_ event: Event) throws(WireError) { try send(event.json) }
  package func send(_ reply: Reply) throws(WireError) { try send(reply.json) }

  /// Whether a producer may go on; a client that is gone holds nobody.
  package var hasRoom: Bool { state.withLock { hasRoom($0) } }

  /// Returns when there is room.
  ///
  /// - Throws: `closed` when the client is gone.
  package func room() async throws(WireError) {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if !hasRoom(state) { state.roomWaiters.append(continuation) }
        return hasRoom(state)
      }
      if isThere { continuation.resume() }
    }
    if state.withLock({ $0.isOver }) { throw .closed }
  }

  /// - Parameter body: called from the connection's thread whenever there is room again, and at the end. It must not block.
  package func whenRoom(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.whenRoom = body } }

  /// Takes nothing more to send, and returns when all that was queued is with the client, or the client is gone.
  package func finish() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        state.isFinishing = true
        if !state.isOver { state.endWaiters.append(continuation) }
        return state.isOver
      }
      if isOver { continuation.resume() } else { wake.notify() }
    }
  }
}

extension ServerConnection {
  private func hasRoom(_ state: State) -> Bool { state.isOver || state.queue.count < limits.room }

  private func enqueue(_ frames: [[UInt8]]) throws(WireError) {
    defer { wake.notify() }
    try state.withLock { state throws(WireError) in
      if state.isOver || state.isFinishing { throw .closed }
      guard state.queue.count <= limits.queue else {
        state.isOver = true
        throw .timedOut
      }
      for frame in frames { state.queue.append(frame) }
    }
  }

  // MARK: the thread

  private struct Turn {
    var reads = true
    /// Since when bytes wait of which the client has taken none.
    var stalled: Int64?
  }

  private func serve(_ inbox: Inbox.Continuation) {
    var turn = Turn()
    while step(&turn, inbox) {}
    connection.close()
    inbox.finish()
    let waiters = state.withLock { state in
      state.isOver = true
      state.queue = OutgoingQueue()
      defer { state.endWaiters = [] }
      return state.endWaiters
    }
    tellRoom()
    for waiter in waiters { waiter.resume() }
  }

  /// One look at the socket; `false` at the end.
  private func step(_ turn: inout Turn, _ inbox: Inbox.Continuation) -> Bool {
    let (isWaiting, isAtEnd, limit) = state.withLock {
      ($0.queue.count > 0, $0.isOver || ($0.isFinishing && $0.queue.isEmpty), longestStall($0))
    }
    if isAtEnd { return false }
    guard let patience = patience(&turn, isWaiting ? limit : nil) else { return false }
    var events: Readiness = turn.reads ? .input : []
    if isWaiting { events.insert(.output) }
    let wanted = [(connection.descriptor, events), (wake.raw, .input)]
    guard let ready = try? poll(wanted, milliseconds: patience) else { return false }
    if ready[1].contains(.input) { wake.drain() }
    if ready[0].contains(.output), !carry(&turn) { return false }
    if ready[0].contains(.input) { return take(&turn, inbox) }
    return ready[0].isDisjoint(with: [.hangUp, .error])
  }

  private func longestStall(_ state: State) -> Int64? {
    guard state.isWaitedFor else { return limits.patience }
    return state.isFinishing ? limits.lastPatience : nil
  }

  /// How long to wait for the client, negative for ever; `nil` when it has waited long enough.
  private func patience(_ turn: inout Turn, _ limit: Int64?) -> Int32? {
    guard let limit else {
      turn.stalled = nil
      return -1
    }
    let now = Clock.monotonic
    let since = turn.stalled ?? now
    turn.stalled = since
    let rest = limit - (now - since) / 1_000_000
    return rest > 0 ? Int32(clamping: rest) : nil
  }

  private func carry(_ turn: inout Turn) -> Bool {
    let bytes = state.withLock { $0.queue.front(256 << 10) }
    guard let count = try? connection.sendAvailable(bytes) else { return false }
    if count > 0 { turn.stalled = nil }
    if state.withLock({ drop(count, &$0) }) { tellRoom() }
    return true
  }

  /// Whether there is room now and was none before.
  private func drop(_ count: Int, _ state: inout State) -> Bool {
    let hadRoom = hasRoom(state)
    state.queue.drop(count)
    return !hadRoom && hasRoom(state)
  }

  private func tellRoom() {
    let (whenRoom, waiters) = state.withLock { state in
      defer { state.roomWaiters = [] }
      return (state.whenRoom, state.roomWaiters)
    }
    whenRoom?()
    for waiter in waiters { waiter.resume() }
  }

  private func take(_ turn: inout Turn, _ inbox: Inbox.Continuation) -> Bool {
    guard let (incoming, isClosed) = try? connection.receiveAvailable() else { return false }
    for item in incoming {
      if case .dropped = inbox.yield(item) { return false }
    }
    if isClosed {
      turn.reads = false
      inbox.finish()
    }
    return true
  }
}
