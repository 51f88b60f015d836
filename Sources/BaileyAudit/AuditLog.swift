package import BaileyCore
internal import BaileyLinux
package import BaileyMerkle
internal import Synchronization

/// The audit log: the one writer of an RFC 6962 tree of canonical JSON records on disk.
///
/// A record is first a frame in a write-ahead segment; its append is answered when that is as durable as was asked. Entry bundles
/// and hash tiles (C2SP tlog-tiles) are derived from durable records, and a signed head is published at least each second while
/// there is something new. On an I/O error every append that it touches throws, and each later one first writes again, to a new
/// segment, whatever is not known to be on disk. An append that threw may still be found in the log: an intent without an effect.
package final class AuditLog: Recorder {
  package let layout: LogLayout
  /// What verifies this log's heads.
  package let verifierKey: VerifierKey
  private let queue: AppendQueue
  let writer: Writer
  private let signer: SigningThread
  private let locks: Mutex<LogLocks?>
  let anchor: Anchor

  /// Bytes that the canonical form of a record can have at most. `Record.fitting` shortens one.
  package static let maximumRecord = Frame.maximumEntry

  /// Bytes after which a new write-ahead segment begins.
  package static let segmentBytes: Int64 = 4 << 20

  /// Opens the log, making it on the very first start, and takes back nothing silently: a cut tail is a record.
  ///
  /// - Parameter key: of a log that is made; one that is there keeps its own.
  package convenience init(
    _ layout: LogLayout, key: LogKeyType = .ed25519, segmentBytes: Int64 = AuditLog.segmentBytes
  ) throws(Fault) {
    try self.init(layout, key: key, segmentBytes: segmentBytes, beforeSync: nil)
  }

  /// - Parameter beforeSync: for tests.
  init(
    _ layout: LogLayout, key: LogKeyType = .ed25519, segmentBytes: Int64 = AuditLog.segmentBytes,
    beforeSync: (@Sendable () -> Void)?
  ) throws(Fault) {
    self.layout = layout
    let locks = try LogLocks(layout)
    let beginning = try LogStart(layout, key: try LogCreation.keyOfLog(layout, key))
    (verifierKey, anchor) = (beginning.verifierKey, Anchor(layout, head: beginning.found.anchored))
    let found = beginning.found
    let publisher = try beginning.published()
    let count = publisher.size
    // After the head: a start that fails on a full disk leaves no segment behind, however often it is tried.
    let segment = try SegmentWriter(
      directory: layout.segments, count: count, serial: found.serial, rotation: segmentBytes)
    do throws(Errno) {
      queue = try AppendQueue()
      signer = try SigningThread(publisher, durable: count)
    } catch {
      throw Fault("log-write-failed", subject: layout.directory, why: "the log's threads could not be made: \(error)")
    }
    writer = Writer(queue: queue, signer: signer, segment: segment, beforeSync: beforeSync)
    self.locks = Mutex(locks)
    try start(notes: found.notes)
  }

  private func start(notes: [JSON]) throws(Fault) {
    let (writer, signer) = (writer, signer)
    do throws(Errno) {
      try startThread("log-writer") { writer.run() }
      try startThread("log-signer") { signer.run() }
    } catch {
      queue.close()
      throw Fault(
        "log-write-failed", subject: layout.directory, why: "the log's threads could not be started: \(error)")
    }
    for note in notes {
      let record = Record(.note, session: nil, time: Clock.realTime, body: note)
      _ = queue.observe([observed(record)])
    }
  }

  /// - Returns: the record's index. For `.observed`, the one that it gets if no write fails meanwhile.
  /// - Throws: `log-record-too-large` (never for `.observed`, which is shortened), `log-write-failed`, `log-behind`, `log-closed`.
  @discardableResult
  package func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    if durability == .observed {
      guard let index = queue.observe([observed(record)]) else { throw Self.closed }
      return index
    }
    let entry = record.json.canonical
    guard entry.count <= Self.maximumRecord else {
      throw Fault(
        "log-record-too-large", why: "a record of \(entry.count) bytes does not fit the audit log (65535)",
        hint: "the action has arguments that are too long; split it")
    }
    let result = await withCheckedContinuation { (waiter: CheckedContinuation<Result<UInt64, Fault>, Never>) in
      let append = PendingAppend(entry: entry, durability: durability, session: record.session, waiter: waiter)
      if !queue.put(append) { waiter.resume(returning: .failure(Self.closed)) }
    }
    return try result.get()
  }

  /// Queues the records without waiting.
  package func observe(_ records: [Record]) -> Int {
    queue.observe(records.map(observed)) == nil ? records.count : 0
  }

  private func observed(_ record: Record) -> PendingAppend {
    var entry = record.json.canonical
    if entry.count > Self.maximumRecord { entry = record.fitting(Self.maximumRecord).json.canonical }
    return PendingAppend(entry: entry, durability: .observed, session: record.session, waiter: nil)
  }

  static let closed = Fault("log-closed", why: "the audit log is closed", hint: "the controller is stopping")

  /// Syncs everything that was appended before and returns when a signed head covers it.
  package func publish() async throws(Fault) {
    try await flush()
    try await signer.publish()
  }

  private func flush() async throws(Fault) {
    let result = await withCheckedContinuation { (waiter: CheckedContinuation<Result<UInt64, Fault>, Never>) in
      let barrier = PendingAppend(entry: nil, durability: .synced, session: nil, waiter: waiter)
      if !queue.put(barrier) { waiter.resume(returning: .failure(Self.closed)) }
    }
    _ = try result.get()
  }

  /// Why the last write, sync or head failed; `nil` when the log is well.
  package var fault: Fault? { writer.lastFault ?? signer.lastFault }

  /// Records that are written.
  package var count: UInt64 { writer.count }

  /// The name that the log's heads begin with (C2SP tlog-checkpoint).
  package var origin: String { verifierKey.identity.name }

  /// The newest published head.
  package var head: SignedHead { signer.published }

  /// Puts cosignatures under the published head, if it is still this one.
  func attach(_ cosigned: SignedHead) throws(Fault) { try signer.attach(cosigned) }

  /// Writes, syncs and signs what there is, and gives the lock up. Later appends throw `log-closed`.
  ///
  /// - Returns: why some of it is not on disk or not signed.
  @discardableResult
  package func close() async -> Fault? {
    queue.close()
    await signer.waitForEnd()
    locks.withLock { $0 = nil }
    return fault
  }
}
