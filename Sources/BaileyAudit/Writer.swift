internal import BaileyCore
internal import BaileyLinux
internal import Synchronization

/// The one thread that writes records: takes what waits, writes it as one piece, syncs once for all who need it.
///
/// Group commit: while one sync runs, the next group gathers; and where many were answered at once, the writer waits for a fraction of a sync
/// until about as many have come back, rather than sync for the first of them alone. One that writes alone never waits.
final class Writer: Sendable {
  /// Nanoseconds that a grouped record may wait for its sync.
  static let syncDelay: Int64 = 40_000_000
  /// Nanoseconds that observed events may wait where nothing decided is among them.
  static let observedSyncDelay: Int64 = 500_000_000
  /// Nanoseconds that a group may gather at most, whatever a sync takes.
  static let gatherLimit: Int64 = 1_000_000
  /// Bytes written in one piece.
  static let batchBytes = 1 << 20
  /// Bytes that may be on disk and not in signed tiles before appends wait.
  static let backlogLimit = 16 << 20
  /// Nanoseconds that they wait for signing before they are refused.
  static let signingPatience: Int64 = 30_000_000_000
  /// The same where the log is closing.
  static let lastPatience: Int64 = 2_000_000_000
  /// Syncs that are tried at the end.
  static let lastTries = 25

  private let queue: AppendQueue
  private let signer: SigningThread
  private let segment: Mutex<SegmentWriter>
  /// Kept apart from the segment, which is locked while it waits for the disk.
  private let written: Atomic<UInt64>
  /// When what is written must be synced, by the monotonic clock; `nil` when all of it is.
  private let syncDue = Mutex<Int64?>(nil)
  /// How many may soon wait again, because many were answered at once, and until when to wait for them.
  private let expected = Mutex<(count: Int, until: Int64)>((0, 0))
  /// When the group began that is being written; 0 for none.
  private let began = Atomic<Int64>(0)
  /// For tests: a disk that takes its time.
  private let beforeSync: (@Sendable () -> Void)?
  private let faults = Mutex<(write: Fault?, sync: Fault?)>((nil, nil))

  init(
    queue: AppendQueue, signer: SigningThread, segment: consuming SegmentWriter,
    beforeSync: (@Sendable () -> Void)? = nil
  ) {
    self.beforeSync = beforeSync
    written = Atomic(segment.count)
    self.queue = queue
    self.signer = signer
    self.segment = Mutex(segment)
  }

  /// Why the last write or sync failed; `nil` when the log is well.
  var lastFault: Fault? { faults.withLock { $0.write ?? $0.sync } }

  /// Nanoseconds since then.
  var waiting: Int64 {
    let began = began.load(ordering: .relaxed)
    return began == 0 ? 0 : max(0, Clock.monotonic - began)
  }

  /// Entries that are written.
  var count: UInt64 { written.load(ordering: .acquiring) }

  func run() {
    while true {
      wait()
      gather()
      let (pending, loss, closing) = queue.take(next: count)
      began.store(Clock.monotonic, ordering: .relaxed)
      commit(pending, loss)
      began.store(0, ordering: .relaxed)
      if closing { break }
    }
    syncAtLast()
    signer.close()
  }

  /// What was answered before it was synced is tried until it is, for a second: a failed sync is made good in a new segment.
  private func syncAtLast() {
    for _ in 0..<Self.lastTries where syncDue.withLock({ $0 != nil }) {
      if case .success = sync() { return }
      _ = try? poll([], milliseconds: 40)
    }
  }

  private func wait() {
    let deadline = syncDue.withLock { $0 }
    let milliseconds = deadline.map { Int32(clamping: max(0, ($0 - Clock.monotonic + 999_999) / 1_000_000)) } ?? -1
    _ = try? poll([(queue.bell.raw, .input)], milliseconds: milliseconds)
  }

  private func gather() {
    let (count, until) = expected.withLock { $0 }
    while queue.waiting < count, Clock.monotonic < until { yieldProcessor() }
  }

  /// Those who were answered come back, beside those who came meanwhile; half a sync is worth waiting for them.
  private func expect(_ answered: Int, sync: Int64) {
    let count = answered > 2 ? queue.waiting + answered : 0
    expected.withLock { $0 = (count, Clock.monotonic + min(sync / 2, Self.gatherLimit)) }
  }

  private func commit(_ pending: [PendingAppend], _ loss: Loss) {
    let patience = Clock.monotonic + (queue.isClosing ? Self.lastPatience : Self.signingPatience)
    reportLoss(loss, until: patience)
    var synced: [(waiter: CheckedContinuation<Result<UInt64, Fault>, Never>, index: UInt64)] = []
    let barriers = pending.filter { $0.entry == nil }
    for batch in Self.batches(of: barriers.isEmpty ? pending : pending.filter { $0.entry != nil }) {
      let first: UInt64
      do throws(Fault) { first = try write(batch, until: patience) } catch {
        refuse(batch, error)
        continue
      }
      for (position, append) in batch.enumerated() {
        guard let waiter = append.waiter else { continue }
        let index = first + UInt64(position)
        if append.durability == .synced {
          synced.append((waiter, index))
        } else {
          waiter.resume(returning: .success(index))
        }
      }
    }
    guard isSyncDue || !synced.isEmpty || !barriers.isEmpty || queueIsClosing else { return }
    let start = Clock.monotonic
    let result = sync()
    expect(synced.count, sync: Clock.monotonic - start)
    for (waiter, index) in synced { waiter.resume(returning: result.map { index }) }
    for barrier in barriers { barrier.waiter?.resume(returning: result.map { 0 }) }
  }

  private var isSyncDue: Bool { syncDue.withLock { $0.map { Clock.monotonic >= $0 } ?? false } }

  private var queueIsClosing: Bool { syncDue.withLock { $0 != nil } && queue.isClosing }

  /// Writes one batch and returns the index of its first record.
  ///
  /// - Parameter patience: how long to wait for signing, by the monotonic clock. What was answered meanwhile is synced in its time.
  private func write(_ batch: ArraySlice<PendingAppend>, until patience: Int64) throws(Fault) -> UInt64 {
    do throws(Fault) {
      try signer.waitForRoom(limit: Self.backlogLimit, until: patience) { if isSyncDue { _ = sync() } }
      let entries = batch.compactMap(\.entry)
      let first = try segment.withLock { segment throws(Fault) in
        let first = segment.count
        try segment.write(entries)
        written.store(segment.count, ordering: .releasing)
        return first
      }
      let isObserved = batch.allSatisfy { $0.durability == .observed }
      let due = Clock.monotonic + (isObserved ? Self.observedSyncDelay : Self.syncDelay)
      syncDue.withLock { $0 = min($0 ?? due, due) }
      faults.withLock { $0.write = nil }
      return first
    } catch {
      faults.withLock { $0.write = error }
      throw error
    }
  }

  /// Tells everyone in a batch that could not be written; those for whom nobody waits are counted.
  private func refuse(_ batch: ArraySlice<PendingAppend>, _ error: Fault) {
    for append in batch { append.waiter?.resume(returning: .failure(error)) }
    queue.lose(batch.filter { $0.waiter == nil }.map(\.session))
  }

  private func sync() -> Result<Void, Fault> {
    beforeSync?()
    do throws(Fault) {
      let (entries, durable) = try segment.withLock { segment throws(Fault) in
        let entries = try segment.sync()
        return (entries, segment.durable)
      }
      syncDue.withLock { $0 = nil }
      faults.withLock { $0.sync = nil }
      signer.add(entries, durable: durable)
      return .success(())
    } catch {
      faults.withLock { $0.sync = error }
      // Tried again after the delay, or with the next append, whichever comes first.
      syncDue.withLock { $0 = Clock.monotonic + Self.syncDelay }
      return .failure(error)
    }
  }

  /// A gap is a record of its own, before whatever comes after it.
  private func reportLoss(_ loss: Loss, until patience: Int64) {
    guard loss.count > 0 else { return }
    let record = Record(.gap, session: nil, time: Clock.realTime, body: loss.body)
    let gap = PendingAppend(entry: record.json.canonical, durability: .observed, session: nil, waiter: nil)
    do throws(Fault) { _ = try write([gap], until: patience) } catch { queue.restore(loss) }
  }

  private static func batches(of pending: [PendingAppend]) -> [ArraySlice<PendingAppend>] {
    var batches: [ArraySlice<PendingAppend>] = []
    var start = pending.startIndex
    var bytes = 0
    for (index, append) in pending.enumerated() {
      if bytes + append.size > batchBytes, index > start {
        batches.append(pending[start..<index])
        start = index
        bytes = 0
      }
      bytes += append.size
    }
    if start < pending.endIndex { batches.append(pending[start...]) }
    return batches
  }
}
