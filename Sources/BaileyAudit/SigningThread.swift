internal import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle
internal import Synchronization

/// The thread that turns durable records into tiles and signs heads, at least each second while there is something new.
///
/// It is apart from the writer so that no append waits for tiles.
final class SigningThread: Sendable {
  /// Nanoseconds between a record that is durable and the head that covers it.
  static let interval: Int64 = 900_000_000
  /// Entries that are worth a head of their own before the interval has passed.
  static let eagerBytes = 4 << 20

  private struct State {
    var entries: [[UInt8]] = []
    var bytes = 0
    /// Bytes taken out whose head is not published yet.
    var unpublishedBytes = 0
    var durable: UInt64
    var since: Int64?
    var waiters: [CheckedContinuation<Result<Void, Fault>, Never>] = []
    var fault: Fault?
    var closing = false
    var onClose: [CheckedContinuation<Void, Never>] = []
    var ended = false
  }

  private let state: Mutex<State>
  private let publisher: Mutex<Publisher>
  /// Kept apart from the publisher, which is locked while it waits for the disk.
  private let newest: Mutex<SignedHead>
  private let bell: Descriptor

  init(_ publisher: Publisher, durable: UInt64) throws(Errno) {
    bell = try Descriptor.eventCounter()
    newest = Mutex(publisher.published)
    self.publisher = Mutex(publisher)
    state = Mutex(State(durable: durable))
  }

  var lastFault: Fault? { state.withLock { $0.fault } }
  var published: SignedHead { newest.withLock { $0 } }

  func attach(_ cosigned: SignedHead) throws(Fault) {
    try publisher.withLock { publisher throws(Fault) in
      try publisher.attach(cosigned)
      newest.withLock { $0 = publisher.published }
    }
  }

  func add(_ entries: [[UInt8]], durable: UInt64) {
    let bytes = entries.reduce(0) { $0 + $1.count }
    let ring = state.withLock { state in
      state.entries += entries
      state.bytes += bytes
      state.durable = durable
      let first = state.since == nil
      if first, !entries.isEmpty { state.since = Clock.monotonic }
      return first || state.bytes >= Self.eagerBytes
    }
    if ring { bell.notify() }
  }

  /// Waits while signing has fallen behind by more than so many bytes: so a load that it cannot follow is slowed, not refused.
  ///
  /// - Parameters:
  ///   - end: by the monotonic clock.
  ///   - meanwhile: called every few milliseconds.
  /// - Throws: why nothing can be signed; `log-behind` at the end.
  func waitForRoom(limit: Int, until end: Int64, _ meanwhile: () -> Void) throws(Fault) {
    while true {
      let (bytes, fault) = state.withLock { ($0.bytes + $0.unpublishedBytes, $0.fault) }
      guard bytes > limit else { return }
      if let fault { throw fault }
      guard Clock.monotonic < end else {
        throw Fault(
          "log-behind", why: "the audit log cannot be signed as fast as it is written",
          hint: "wait; if it stays so, the disk is too slow for this load")
      }
      meanwhile()
      _ = try? poll([], milliseconds: 2)
    }
  }

  /// Returns when a head that covers everything durable now is published.
  func publish() async throws(Fault) {
    let result = await withCheckedContinuation { (waiter: CheckedContinuation<Result<Void, Fault>, Never>) in
      let ended = state.withLock { state in
        if !state.ended { state.waiters.append(waiter) }
        return state.ended
      }
      if ended { waiter.resume(returning: .success(())) }
      bell.notify()
    }
    try result.get()
  }

  /// No more will be added; the thread publishes what there is and ends.
  func close() {
    state.withLock { $0.closing = true }
    bell.notify()
  }

  func waitForEnd() async {
    await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
      let ended = state.withLock { state in
        if !state.ended { state.onClose.append(waiter) }
        return state.ended
      }
      if ended { waiter.resume() }
    }
  }

  func run() {
    while true {
      wait()
      bell.drain()
      let (due, closing) = state.withLock { state in
        let waited = state.since.map { Clock.monotonic - $0 >= Self.interval } ?? false
        return (
          waited || state.closing || !state.waiters.isEmpty || state.bytes >= Self.eagerBytes, state.closing
        )
      }
      if due { publishNow() }
      if closing { break }
    }
    let (closers, late, fault) = state.withLock { state in
      state.ended = true
      return (state.onClose, state.waiters, state.fault)
    }
    // They came while the last head was written: it may not cover what they wait for.
    for waiter in late { waiter.resume(returning: .failure(fault ?? AuditLog.closed)) }
    for closer in closers { closer.resume() }
  }

  private func wait() {
    let since = state.withLock { $0.since }
    let remaining = since.map { max(0, ($0 + Self.interval - Clock.monotonic + 999_999) / 1_000_000) }
    _ = try? poll([(bell.raw, .input)], milliseconds: remaining.map { Int32(clamping: $0) } ?? -1)
  }

  private func publishNow() {
    let (entries, waiters) = state.withLock { state in
      let taken = (state.entries, state.waiters)
      state.entries = []
      state.unpublishedBytes += state.bytes
      state.bytes = 0
      state.since = nil
      state.waiters = []
      return taken
    }
    let result = publisher.withLock { publisher -> Result<Void, Fault> in
      defer { newest.withLock { $0 = publisher.published } }
      publisher.add(entries)
      if publisher.size == publisher.published.checkpoint.size { return .success(()) }
      do throws(Fault) { return .success(try publisher.publish()) } catch { return .failure(error) }
    }
    state.withLock { state in
      switch result {
      case .success:
        state.unpublishedBytes = 0
        state.fault = nil
      case .failure(let error):
        state.fault = error
        // Tried again after the interval, whether or not anything new comes.
        state.since = state.since ?? Clock.monotonic
      }
    }
    for waiter in waiters { waiter.resume(returning: result) }
  }
}
