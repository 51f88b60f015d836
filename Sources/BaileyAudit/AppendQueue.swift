internal import BaileyCore
internal import BaileyLinux
internal import Synchronization

/// An append that waits for the writer.
struct PendingAppend: Sendable {
  /// `nil` for a barrier, which only waits until everything before it is durable.
  var entry: [UInt8]?
  var durability: Durability
  var session: SessionID?
  /// `nil` for observed events, for which nobody waits.
  var waiter: CheckedContinuation<Result<UInt64, Fault>, Never>?

  var size: Int { entry?.count ?? 0 }
}

/// Observed events that found no room, or whose write failed.
struct Loss: Sendable {
  /// Sessions that are counted by name; events of further ones count under `other`.
  static let maximumSessions = 64

  private(set) var count: UInt64 = 0
  private var sessions: [String: Int64] = [:]

  mutating func add(_ session: SessionID?) {
    count += 1
    let name = session?.text ?? "none"
    sessions[sessions[name] != nil || sessions.count < Self.maximumSessions ? name : "other", default: 0] += 1
  }

  mutating func add(_ other: Loss) {
    count += other.count
    for (name, lost) in other.sessions {
      sessions[sessions[name] != nil || sessions.count < Self.maximumSessions ? name : "other", default: 0] += lost
    }
  }

  var body: JSON { ["lost": .int(Int64(count)), "sessions": .object(sessions.mapValues { .int($0) })] }
}

/// What many tasks put in and one thread takes out, in order.
final class AppendQueue: Sendable {
  /// Observed events and their bytes that can wait; more are counted as lost. Decided effects wait for room by their own awaiting.
  static let observedLimit = 16_384
  static let observedByteLimit = 8 << 20

  private struct State {
    var pending: [PendingAppend] = []
    var observed = 0
    var observedBytes = 0
    var loss = Loss()
    /// Index that the next observed event will have if no write fails before.
    var next: UInt64 = 0
    var closing = false

    mutating func observe(_ append: PendingAppend) {
      guard observed < AppendQueue.observedLimit, observedBytes + append.size <= AppendQueue.observedByteLimit else {
        return loss.add(append.session)
      }
      pending.append(append)
      observed += 1
      observedBytes += append.size
    }
  }

  private let state = Mutex(State())
  /// Wakes the writer.
  let bell: Descriptor

  init() throws(Errno) { bell = try Descriptor.eventCounter() }

  /// `false` when the log is closing: nobody will take it out.
  func put(_ append: PendingAppend) -> Bool {
    let outcome = state.withLock { state -> (taken: Bool, ring: Bool) in
      if state.closing { return (false, false) }
      state.pending.append(append)
      return (true, state.pending.count == 1)
    }
    if outcome.ring { bell.notify() }
    return outcome.taken
  }

  /// Queues observed events, or counts those that find no room as lost; never waits.
  ///
  /// - Returns: the index of the last, if no write fails before; `nil` when the log is closing.
  func observe(_ appends: [PendingAppend]) -> UInt64? {
    let (index, ring) = state.withLock { state -> (UInt64?, Bool) in
      if state.closing { return (nil, false) }
      let wasEmpty = state.pending.isEmpty
      for append in appends { state.observe(append) }
      return (state.next + UInt64(max(state.pending.count - 1, 0)), wasEmpty && !state.pending.isEmpty)
    }
    if ring { bell.notify() }
    return index
  }

  /// Everything that waits, and what was lost since the last call.
  func take(next: UInt64) -> (pending: [PendingAppend], loss: Loss, closing: Bool) {
    bell.drain()
    return state.withLock { state in
      let taken = (state.pending, state.loss, state.closing)
      state.pending = []
      state.observed = 0
      state.observedBytes = 0
      state.loss = Loss()
      state.next = next + UInt64(taken.0.count)
      return taken
    }
  }

  /// Events that were taken out but could not be written.
  func lose(_ sessions: [SessionID?]) {
    state.withLock { state in
      for session in sessions { state.loss.add(session) }
    }
  }

  /// Puts a loss back whose gap record could not be written.
  func restore(_ loss: Loss) {
    state.withLock { $0.loss.add(loss) }
  }

  /// Appends that nobody has taken out.
  var waiting: Int { state.withLock { $0.pending.count } }

  var isClosing: Bool { state.withLock { $0.closing } }

  func close() {
    state.withLock { $0.closing = true }
    bell.notify()
  }
}
